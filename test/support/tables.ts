import { createHash } from 'node:crypto';

/** Runs SELECTs with one text column each and gives their rows, all in one list. */
export type ReadRows = (statements: readonly string[]) => Promise<string[]>;

export interface TableDigest {
  /** What each row says by itself, ids and moments left out, in alphabetical order. */
  readonly rows: readonly string[];
  /** Of each row, in the same order: what it says with what its ids refer to, one step along the references further each time. */
  readonly steps: readonly (readonly string[])[];
}

/** What tells how the work was done, not what is so: transport, positions, locks, retries, ages of caches. */
const bookkeeping = /^(outbox|inbox|consumer_position|subject_lane|subject_revision|idempotency_key|timer|schema_migration)$/;
/** What differs between any two installations though it means the same: ids, hashes and seals of their own keys. */
const ownToken = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:\\x)?[0-9a-f]{32,}|[A-Za-z0-9_+/-]{40,}={0,2}/g;
/** A moment; one on the full hour is a deadline and stays. */
const moment = /\d{4}-\d\d-\d\d[T ]\d\d:(?!00:00(?:\.0+)?(?:Z|\+|"))\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::\d\d)?)?/g;
/** What tells in which order, transaction or batch things came in, or is drawn by lot: what came is compared, not when or with what. */
const arrival = /("(?:sequence|epoch|written_by|traceparent)": )(?:\d+|"[^"]*")|("id": )\d+/g;
/** How far a meaning is carried along references: task → basis → plan → entry → subject. */
export const stepsCompared = 5;

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
interface Row {
  readonly table: string;
  readonly content: Json;
}

const nothing: ReadonlyMap<string, string> = new Map();
const hashOf = (text: string) => createHash('md5').update(text).digest('hex');

/** Names of all business tables, `schema.table`. */
async function businessTables(read: ReadRows): Promise<string[]> {
  const names = await read([
    `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'public', 'event_log')
     ORDER BY 1`,
  ]);
  return names.filter((name) => !bookkeeping.test(name.split('.')[1] ?? ''));
}

/**
 * What every business table says, whatever the order of its rows, ids and moments. An id counts as the sum of all places where it stands, so that a task of
 * another entry, or an entry of another subject, gives another hash.
 */
export async function digestOfTables(read: ReadRows): Promise<Record<string, TableDigest>> {
  const tables = await businessTables(read);
  const lines = await read(tables.map((table) => `SELECT '${table} ' || to_jsonb(t)::text FROM ${table} t`));
  const rows = lines.map(rowOf);
  const steps = meaningsOf(rows);
  const byTable = Map.groupBy(rows, (row) => row.table);
  return Object.fromEntries(
    tables.map((table) => {
      const found = (byTable.get(table) ?? []).map((row) => ({
        text: spelled(row.content, nothing),
        steps: steps.map((meanings) => hashOf(spelled(row.content, meanings)).slice(0, 12)),
      }));
      found.sort((one, other) => (`${one.text} ${one.steps}` < `${other.text} ${other.steps}` ? -1 : 1));
      return [table, { rows: found.map(({ text }) => text), steps: found.map(({ steps: hashes }) => hashes) }];
    }),
  );
}

function rowOf(line: string): Row {
  const space = line.indexOf(' ');
  const text = line
    .slice(space + 1)
    .replace(moment, 'MOMENT')
    .replace(arrival, '$1$2"…"');
  return { table: line.slice(0, space), content: opened(JSON.parse(text) as Json) };
}

/** An object that a column keeps as text is read like one that it keeps as JSON. */
function opened(value: Json): Json {
  if (typeof value === 'string') return openedText(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element: Json) => opened(element));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, opened(part)]));
}

function openedText(text: string): Json {
  if (!text.startsWith('{"')) return text;
  try {
    return opened(JSON.parse(text) as Json);
  } catch {
    // It only looks like one.
    return text;
  }
}

/** Text of a value with its tokens replaced by what they mean. What stands in a list in the order of ids has no order. */
function spelled(value: Json, meanings: ReadonlyMap<string, string>): string {
  if (typeof value === 'string') return value.replace(ownToken, (token) => `<${meanings.get(token) ?? ''}>`);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const elements = value.map((element: Json) => spelled(element, meanings));
    return `[${elements.sort().join(',')}]`;
  }
  const fields = Object.entries(value).map(([name, part]) => `${spelled(name, meanings)}:${spelled(part, meanings)}`);
  return `{${fields.sort().join(',')}}`;
}

/** Token → hash of all places where it stands; then of all places where its neighbours stand, and so on. */
function meaningsOf(rows: readonly Row[]): ReadonlyMap<string, string>[] {
  const steps: Map<string, string>[] = [];
  for (let round = 0; round < stepsCompared; round++) {
    const meanings = steps.at(-1) ?? nothing;
    const places = new Map<string, string[]>();
    for (const row of rows) {
      const text = hashOf(`${row.table} ${spelled(row.content, meanings)}`);
      notePlaces(row.content, text, meanings, (token, place) => {
        const known = places.get(token);
        if (known === undefined) places.set(token, [place]);
        else known.push(place);
      });
    }
    steps.push(new Map([...places].map(([token, found]) => [token, hashOf(found.sort().join(''))])));
  }
  return steps;
}

/** Tells every place of every token: within which row, which element of a list, under which name. */
function notePlaces(value: Json, place: string, meanings: ReadonlyMap<string, string>, note: (token: string, place: string) => void): void {
  if (typeof value === 'string') {
    for (const token of value.match(ownToken) ?? []) note(token, hashOf(place));
  } else if (Array.isArray(value)) {
    for (const element of value) notePlaces(element, `${place} ${hashOf(spelled(element, meanings))}`, meanings, note);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, part] of Object.entries(value)) {
      const field = `${place}.${spelled(name, meanings)}`;
      // A field may be named by an id.
      notePlaces(name, `${field} ${hashOf(spelled(part, meanings))}`, meanings, note);
      notePlaces(part, field, meanings, note);
    }
  }
}
