import { z } from 'zod';

/** Cursor pages (product §B.1). Limit at most 200. */
export const pageQuerySchema = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly page: { readonly nextCursor: string | null; readonly hasMore: boolean };
}

/** Schema of a page of `item`, for API documents. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), page: z.object({ nextCursor: z.string().nullable(), hasMore: z.boolean() }) });
}
