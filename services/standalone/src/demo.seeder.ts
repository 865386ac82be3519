import { beijingDate, calendar2026, isRealDate } from '@lianxin/contracts';
import { z } from 'zod';
import { findFile, writeFileAtomic } from './atomic-file.ts';
import { DemoApi, inParallel } from './demo.api.ts';
import { type DemoEntry, demoEntries } from './demo.city.ts';
import { type Credentials, findCredentials, issueCredentials, saveCredentials } from './demo.credentials.ts';

/** How far the demo city is; the gateway's readiness reads it too. */
const progressSchema = z.object({ today: z.string().refine(isRealDate), done: z.int(), total: z.int(), complete: z.boolean() });
type Progress = z.infer<typeof progressSchema>;

export interface Seeding {
  readonly baseUrl: string;
  readonly bootstrapKey: string;
  readonly dataDir: string;
  /** One for each database. */
  readonly seedFile: string;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

const parallel = 8;
/** Refusals that mean: this record came in before, on an earlier attempt. */
const alreadyThere = new Set(['SOURCE_RECORD_DIFFERS', 'DUPLICATE_DECISION']);

/** Whether there is nothing left to do: the city is whole, and the keys in the file open this database. */
async function isWhole(api: DemoApi, progress: Progress | undefined, credentials: Credentials | undefined): Promise<boolean> {
  const key = credentials?.apiKeys['ADMIN'];
  if (progress?.complete !== true || key === undefined) return false;
  return (await api.call(key, 'GET', '/api/v1/meta')).status === 200;
}

/**
 * Fills the demo city through the public API: keys first, then its list entries. Idempotent: every record has its own sourceRecordId, and what was begun on
 * one day goes on with that day's dates. On a later start only the address in the credentials follows the port.
 */
export async function seedDemoCity(seeding: Seeding): Promise<void> {
  const api = new DemoApi(seeding.baseUrl, seeding.signal);
  const begun = await findProgress(seeding.seedFile);
  const known = await findCredentials(seeding.dataDir);
  if (known !== undefined && (await isWhole(api, begun, known))) {
    if (known.baseUrl !== seeding.baseUrl) await saveCredentials(seeding.dataDir, { ...known, baseUrl: seeding.baseUrl });
    return;
  }
  const today = begun?.today ?? beijingDate(new Date());
  const entries = demoEntries(today, calendar2026);
  const progress = { today, done: 0, total: entries.length, complete: false };
  await writeFileAtomic(seeding.seedFile, JSON.stringify(progress));
  const { apiKeys } = await issueCredentials(api, seeding.bootstrapKey, seeding.dataDir, seeding.baseUrl);
  await inParallel(entries, parallel, async (entry) => {
    await submit(api, apiKeys, entry, seeding.tell);
    progress.done += 1;
  });
  await writeFileAtomic(seeding.seedFile, JSON.stringify({ ...progress, complete: true }));
  seeding.tell(`demo city: ${Object.keys(apiKeys).length} keys, ${entries.length} list entries`);
}

/** A refused record is told and left out: the city is smaller then, but the system runs. */
async function submit(
  api: DemoApi,
  apiKeys: Readonly<Record<string, string>>,
  entry: DemoEntry,
  tell: (text: string) => void,
): Promise<void> {
  const key = apiKeys[entry.department];
  if (key === undefined) throw new Error(`demo entry ${entry.request.sourceRecordId}: department ${entry.department} has no key`);
  const answer = await api.call(
    key,
    'POST',
    '/api/v1/list-entries',
    entry.request,
    `demo:${entry.request.sourceRecordId}:${entry.request.decision.date}`,
  );
  if (answer.status === 200 || answer.status === 201) return;
  const refusal = z.object({ code: z.string(), detail: z.string() }).safeParse(answer.body).data;
  if (refusal !== undefined && alreadyThere.has(refusal.code)) return;
  tell(`demo entry ${entry.request.sourceRecordId} was refused (${answer.status} ${refusal?.code ?? ''}): ${refusal?.detail ?? ''}`);
}

async function findProgress(file: string): Promise<Progress | undefined> {
  const text = await findFile(file);
  if (text === undefined) return undefined;
  try {
    return progressSchema.parse(JSON.parse(text));
  } catch {
    // Damaged: the seeding runs once more and finds its records.
    return undefined;
  }
}
