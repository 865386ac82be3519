import type { z } from 'zod';
import { pageOfSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';

const largestPage = 200;

export interface Paging {
  /** At most this many rows; Infinity for all. */
  readonly limit: number;
  /** Called when rows were left out. */
  readonly onMore?: () => void;
}

/** Reads a paged list page by page, so that a long one never stands in memory as a whole. Yields nothing in a dry run. */
export async function* readPages<Row extends z.ZodType>(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  row: Row,
  paging: Paging,
): AsyncGenerator<z.infer<Row>[]> {
  const schema = pageOfSchema(row);
  let left = paging.limit;
  let cursor: string | undefined;
  do {
    const page: z.infer<typeof schema> | undefined = await client.read(
      { path, query: { ...query, limit: Math.min(left, largestPage), cursor } },
      schema,
    );
    if (page === undefined) return;
    yield page.data;
    left -= page.data.length;
    cursor = page.page?.nextCursor ?? undefined;
  } while (cursor !== undefined && left > 0);
  if (cursor !== undefined) paging.onMore?.();
}
