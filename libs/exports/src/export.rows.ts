import { maskIdNumber, type Principal } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { WrittenCell, WrittenRow } from '@lianxin/tables';
import type { ExportColumn, Filter, PageReader } from './export.list.ts';
import type { Persons } from './persons.ts';

/** Rows that are read at once. */
export const portionRows = 500;

/** Reads a list from its first page to its last, as cells. Memory holds one page, however long the list is. */
export async function* readRows(
  tx: Transaction,
  pages: PageReader,
  principal: Principal,
  filter: Filter,
  columns: readonly ExportColumn<unknown>[],
  persons: Persons,
): AsyncGenerator<readonly WrittenRow[], void, undefined> {
  let cursor: string | undefined;
  do {
    const { data, page } = await pages(tx, principal, filter, { cursor, limit: portionRows });
    yield data.map((row) => columns.map((column) => shown(column, column.of(row, persons))));
    cursor = page.hasMore ? (page.nextCursor ?? undefined) : undefined;
  } while (cursor !== undefined);
}

/** Eighteen characters with a birth date in them: what a person's number looks like where people write freely, also a mistyped one. */
const personsNumber = /(?<![0-9A-Za-z])\d{6}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/g;

/** Free text may hold a person's number that nobody foresaw: its birth date is hidden (R-8-8). */
function shown(column: ExportColumn<unknown>, cell: WrittenCell): WrittenCell {
  if (column.kind !== 'text' || typeof cell !== 'string') return cell;
  return cell.replace(personsNumber, (number) => maskIdNumber(number));
}
