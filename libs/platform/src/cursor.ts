import { type Page, ProblemError } from '@lianxin/contracts';
import { z } from 'zod';

/** Base64url cursor over the sort key of the last row of a page. */
export function encodeCursor(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws ProblemError CURSOR_INVALID when it was not made by `encodeCursor` for a key of this shape. */
export function decodeCursor<Key extends z.ZodType>(schema: Key, cursor: string): z.infer<Key> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new ProblemError('CURSOR_INVALID', '游标无法识别', [], { cause: error });
  }
}

/** Makes a page of rows that were read with `limit + 1`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number | null)[],
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit;
  return { data: shown.map(itemOf), page: { nextCursor: hasMore && last !== undefined ? encodeCursor(keyOf(last)) : null, hasMore } };
}
