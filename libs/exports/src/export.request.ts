import { ProblemError } from '@lianxin/contracts';
import { z } from 'zod';
import type { ExportColumn, ExportedList, Filter } from './export.list.ts';

export const formatSchema = z.enum(['xlsx', 'csv']);
export const encodingSchema = z.enum(['utf-8', 'gb18030']);

/** What is to be written: of which list, which rows, which columns, in which form. */
export interface ExportRequest {
  readonly format: z.infer<typeof formatSchema>;
  readonly encoding: z.infer<typeof encodingSchema>;
  /** Keys, in the order of the user's screen. */
  readonly columns: readonly string[];
  readonly filter: Filter;
}

/** Body of `POST /api/v1/<list>/exports`; `filter` holds the parameters of the list as they stand in its address. */
export const exportBodySchema = z
  .object({
    format: formatSchema.default('xlsx'),
    encoding: encodingSchema.default('utf-8'),
    columns: z.array(z.string().max(60)).min(1).max(100).optional(),
    filter: z.record(z.string().max(60), z.string().max(2000)).default({}),
  })
  .strict()
  .meta({ id: 'ExportRequest' });
export type ExportBody = z.infer<typeof exportBodySchema>;

const formSchema = z.object({
  format: formatSchema.default('xlsx'),
  encoding: encodingSchema.default('utf-8'),
  columns: z.string().max(4000).optional(),
});
const form = Object.keys(formSchema.shape);

/**
 * The export that an address asks for: `format`, `encoding`, `columns`, and the filters of the list.
 * @throws ProblemError VALIDATION_FAILED, EXPORT_COLUMN_UNKNOWN.
 */
export function requestOfQuery(list: ExportedList, query: Readonly<Record<string, unknown>>): ExportRequest {
  const parsed = formSchema.safeParse(query);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
      pointer: `/${issue.path.join('/')}`,
      code: 'VALIDATION_FAILED' as const,
      detail: 'format 为 xlsx 或 csv，encoding 为 utf-8 或 gb18030，columns 为逗号分隔的列名',
    }));
    throw new ProblemError('VALIDATION_FAILED', '导出格式不符合要求', errors);
  }
  const { columns, ...rest } = parsed.data;
  const filter = Object.fromEntries(Object.entries(query).filter(([name]) => !form.includes(name)));
  return requestOf(list, { ...rest, columns: columns?.split(',').filter((key) => key !== ''), filter });
}

/** @throws ProblemError VALIDATION_FAILED, EXPORT_COLUMN_UNKNOWN. */
export function requestOf(
  list: ExportedList,
  asked: Omit<ExportBody, 'filter'> & { readonly filter: Readonly<Record<string, unknown>> },
): ExportRequest {
  if (asked.format === 'xlsx' && asked.encoding !== 'utf-8')
    throw new ProblemError('VALIDATION_FAILED', 'gb18030 只用于 CSV；xlsx 文件不分编码', [
      { pointer: '/encoding', code: 'VALIDATION_FAILED', detail: '导出 xlsx 时不带 encoding' },
    ]);
  const columns = asked.columns ?? list.columns.map((column) => column.key);
  columnsOf(list, columns);
  return { format: asked.format, encoding: asked.encoding, columns, filter: list.checkFilter(asked.filter) };
}

/**
 * The columns of these names, in this order.
 * @throws ProblemError EXPORT_COLUMN_UNKNOWN, also for a column that is asked for twice, or for none.
 */
export function columnsOf(list: ExportedList, keys: readonly string[]): ExportColumn<unknown>[] {
  const known = list.columns.map((column) => column.key);
  const wrong = keys.filter((key, place) => !known.includes(key) || keys.indexOf(key) !== place);
  if (wrong.length > 0 || keys.length === 0) {
    const named = wrong.length === 0 ? '没有选择任何列' : `没有或重复的列：${[...new Set(wrong)].join('、').slice(0, 200)}`;
    throw new ProblemError('EXPORT_COLUMN_UNKNOWN', `${named}；可用的列：${known.join('、')}`, [
      { pointer: '/columns', code: 'EXPORT_COLUMN_UNKNOWN', detail: named },
    ]);
  }
  return keys.flatMap((key) => list.columns.find((column) => column.key === key) ?? []);
}
