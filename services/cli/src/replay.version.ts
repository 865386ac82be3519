import { z } from 'zod';
import { exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { readPages } from './paging.ts';
import { replayTextsOf } from './replay.texts.ts';
import type { Session } from './session.ts';

const versionSchema = z.looseObject({ version: z.number(), effectiveFrom: z.string().nullable() });

/**
 * A version of the catalogue as people name it: its number, or a month: then the newest that was in force at the end of that month.
 * @throws CommandFault when there was none
 */
export async function versionOf(session: Session, text: string): Promise<number> {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  const t = replayTextsOf(session.options.lang);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new CommandFault(t.noVersion(text), exitCodes.usage);
  const versions: z.infer<typeof versionSchema>[] = [];
  const pages = readPages(session.client('ADMIN'), '/api/v1/catalogue/versions', {}, versionSchema, { limit: Number.POSITIVE_INFINITY });
  for await (const page of pages) versions.push(...page);
  const inForce = versions.filter(({ effectiveFrom }) => effectiveFrom === null || effectiveFrom.slice(0, 7) <= text);
  const newest = inForce.toSorted((a, b) => b.version - a.version)[0];
  if (newest === undefined) throw new CommandFault(t.noVersion(text), exitCodes.notFound);
  return newest.version;
}
