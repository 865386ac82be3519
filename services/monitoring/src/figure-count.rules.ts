/** How many rows of one code a department has in a period and a list. */
export interface FigureCount {
  readonly listCode: string;
  readonly figure: string;
  readonly departmentCode: string;
  readonly due: number;
  readonly counted: number;
  readonly timely: number;
  readonly lateDays: number;
}
