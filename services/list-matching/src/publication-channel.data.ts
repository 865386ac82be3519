import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateSchema, listTypeSchema } from '@lianxin/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { PublicationChannel } from './publication-order.rules.ts';

const listOf = <Item>(item: z.ZodType<Item, string>) =>
  z
    .string()
    .min(1)
    .transform((text) => text.split(';'))
    .pipe(z.array(item));
const channelSchema = z
  .object({
    code: z.string().regex(/^[A-Z_]+$/),
    name_zh: z.string().min(1),
    list_types: listOf(listTypeSchema),
    list_codes: listOf(z.string()),
    keeper: z.enum(['CENTRE', 'UNIT']),
    publish_wd: z.coerce.number().int().min(1).max(250),
    withdraw_wd: z.coerce.number().int().min(1).max(250),
    effective_from: dateSchema,
    effective_to: z.union([z.literal('').transform(() => null), dateSchema]),
    clause: z.string().min(1),
    confidence: z.string().min(1),
  })
  .strict()
  .transform(
    (row): PublicationChannel => ({
      code: row.code,
      nameZh: row.name_zh,
      listTypes: row.list_types,
      listCodes: row.list_codes,
      keeper: row.keeper,
      publishWorkdays: row.publish_wd,
      withdrawWorkdays: row.withdraw_wd,
      effectiveFrom: row.effective_from,
      effectiveTo: row.effective_to,
    }),
  );

/**
 * Channels outside on which lists are published, as dated data.
 * @throws ZodError naming row and column of the first fault: a service with broken data does not start
 */
export const publicationChannels: readonly PublicationChannel[] = z
  .array(channelSchema)
  .parse(parse(readFileSync(join(import.meta.dirname, '../catalogue/publication-channels.csv'), 'utf8'), { columns: true, bom: true }));
