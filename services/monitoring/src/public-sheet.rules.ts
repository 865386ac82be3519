import { daysInMonth, publicReportTallied } from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { inLists, placed } from './figure.rules.ts';
import { newest, type RecordSource } from './record.rules.ts';

type PublicSheetFacts = {
  readonly version: number;
  readonly departmentCode: string;
  readonly kind: string;
  readonly month: string;
  readonly declared: number;
  readonly reported: number;
};

/**
 * K18 上报率: of the licences and penalties that a department decided in a month, those that it has reported, on the last day of that month. How many were
 * decided it declares itself; a month that nobody has declared is in neither number. What was reported was decided: where more were reported than declared,
 * as many count as decided, so that one department's surplus never hides what another one owes.
 */
export const publicSheetSource: RecordSource<PublicSheetFacts> = {
  source: 'PUBLIC_SHEET',
  factsOf: (event) => {
    if (!is(event, publicReportTallied)) return [];
    const { sheetId: id, sheetVersion: version, departmentCode, kind, month, declared, reported } = event.data;
    return [{ id, said: { version, departmentCode, kind, month, declared, reported } }];
  },
  hear: (before, said) => newest(before ?? null, said) ?? said,
  departmentOf: ({ departmentCode }) => departmentCode,
  rowsOf: (rowId, departmentCode, { month, declared, reported }) => {
    const due = Math.max(declared, reported);
    if (due === 0) return [];
    const lastDay = `${month}-${daysInMonth(month)}`;
    const state = { isCounted: reported > 0, isTimely: reported > 0, lateDays: 0, amounts: { due, counted: reported } };
    return inLists([], { rowId, departmentCode, figure: 'K18-REPORTED', cycle: 0, ...placed(lastDay), ...state });
  },
};
