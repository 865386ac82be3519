import type { Principal } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { WrittenRow } from '@lianxin/tables';
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
    yield data.map((row) => columns.map((column) => column.of(row, persons)));
    cursor = page.hasMore ? (page.nextCursor ?? undefined) : undefined;
  } while (cursor !== undefined);
}
