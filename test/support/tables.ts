import { hash } from 'node:crypto';

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
/** What runs at an hour of the night: one way may run over it, another not. */
const nightly = /^(cross_check_run|digest_\w+)$/;
const nightlyRow = /"lianxin\.digest[."]|"RECONCILIATION"/;
/** What differs between any two installations though it means the same: ids, hashes and seals of their own keys. */
const ownToken = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:\\x)?[0-9a-f]{32,}|[A-Za-z0-9_+/-]{40,}={0,2}/g;
/** No shorter text holds such a token: most of a row is passed over. */
const shortestToken = 32;
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
const hashOf = (text: string) => hash('md5', text);

/** Names of all business tables, `schema.table`. */
async function businessTables(read: ReadRows): Promise<string[]> {
  const names = await read([
    `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'public', 'event_log')
     ORDER BY 1`,
  ]);
  return names.filter((name) => {
    const table = name.split('.')[1] ?? '';
    return !bookkeeping.test(table) && !nightly.test(table);
  });
}

/**
 * What every business table says, whatever the order of its rows, ids and moments. An id counts as the sum of all places where it stands, so that a task of
 * another entry, or an entry of another subject, gives another hash.
 */
export async function digestOfTables(read: ReadRows): Promise<Record<string, TableDigest>> {
  const tables = await businessTables(read);
  const lines = await read(tables.map((table) => `SELECT '${table} ' || to_jsonb(t)::text FROM ${table} t`));
  const rows = lines.filter((line) => !nightlyRow.test(line)).map(rowOf);
  const texts = textsOf(rows);
  const byTable = Map.groupBy(rows.keys(), (place) => rows[place]?.table ?? '');
  return Object.fromEntries(
    tables.map((table) => {
      const found = (byTable.get(table) ?? []).map((place) => {
        const [text = '', ...further] = texts.map((round) => round[place] ?? '');
        return { text, steps: further.map((meant) => hashOf(meant).slice(0, 12)) };
      });
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

/** Spells values with their tokens replaced by what they mean, each part once. What stands in a list in the order of ids has no order. */
class Speller {
  private readonly known = new WeakMap<object, string>();

  constructor(private readonly meanings: ReadonlyMap<string, string>) {}

  spell(value: Json): string {
    if (typeof value === 'string')
      return value.length < shortestToken ? value : value.replace(ownToken, (token) => `<${this.meanings.get(token) ?? ''}>`);
    if (value === null || typeof value !== 'object') return String(value);
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const text = this.spellParts(value);
    this.known.set(value, text);
    return text;
  }

  private spellParts(value: readonly Json[] | { readonly [name: string]: Json }): string {
    if (Array.isArray(value)) {
      const elements = value.map((element: Json) => this.spell(element));
      return `[${elements.sort().join(',')}]`;
    }
    const fields = Object.entries(value).map(([name, part]) => `${this.spell(name)}:${this.spell(part)}`);
    return `{${fields.sort().join(',')}}`;
  }
}

/**
 * Texts of all rows: without their tokens; then with tokens as the hash of all places where they stand; then of all places where their neighbours stand,
 * and so on.
 */
function textsOf(rows: readonly Row[]): string[][] {
  const texts: string[][] = [];
  let meanings = nothing;
  for (;;) {
    const speller = new Speller(meanings);
    const round = rows.map((row) => speller.spell(row.content));
    texts.push(round);
    if (texts.length > stepsCompared) return texts;
    const places = new Map<string, string[]>();
    rows.forEach((row, place) => {
      notePlaces(row.content, hashOf(`${row.table} ${round[place]}`), speller, (token, found) => {
        const known = places.get(token);
        if (known === undefined) places.set(token, [found]);
        else known.push(found);
      });
    });
    meanings = new Map([...places].map(([token, found]) => [token, hashOf(found.sort().join(''))]));
  }
}

/** Tells every place of every token: within which row, which element of a list, under which name. */
function notePlaces(value: Json, place: string, speller: Speller, note: (token: string, place: string) => void): void {
  if (typeof value === 'string') {
    if (value.length < shortestToken) return;
    for (const token of value.match(ownToken) ?? []) note(token, hashOf(place));
  } else if (Array.isArray(value)) {
    for (const element of value) notePlaces(element, `${place} ${hashOf(speller.spell(element))}`, speller, note);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, part] of Object.entries(value)) {
      const field = `${place}.${speller.spell(name)}`;
      // A field may be named by an id.
      if (name.length >= shortestToken) notePlaces(name, `${field} ${hashOf(speller.spell(part))}`, speller, note);
      notePlaces(part, field, speller, note);
    }
  }
}
