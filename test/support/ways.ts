import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { beijingDate } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { Mode, System } from './system.ts';
import { stepsCompared, type TableDigest } from './tables.ts';

interface Heard {
  readonly group: string;
  readonly topic: string;
}

interface Found {
  readonly mode: Mode;
  /** The day on which the road was travelled: on another day deadlines are others. */
  readonly day: string;
  readonly tables: Tables;
}

type Tables = Readonly<Record<string, TableDigest>>;
/** Differing rows of one table that are shown. */
const shownRows = 3;
const shownLetters = 600;

/** Waits until every event that was said has been handled by every service that hears it, on whatever engine the log is. */
export async function untilQuiet(system: System): Promise<void> {
  const schemas = await system.rows([
    "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'outbox' ORDER BY 1",
  ]);
  const heard = await heardTopics(system);
  const isQuiet = async () => !(await seemsBusy(system)) && (await waiting(system, schemas, heard)).length === 0;
  await eventually('every event has been handled', isQuiet, 240_000);
}

/** What the services tell of themselves: cheap to ask, but seconds old. */
async function seemsBusy(system: System): Promise<boolean> {
  const text = await (await fetch(`${system.baseUrl}/metrics`)).text();
  return /^lx_(?:consumer_lag|outbox_oldest)_seconds\{.*\} (?!0$)/m.test(text);
}

/** What is still on its way: rows in outboxes, and topics that a group has not read to the end. */
async function waiting(system: System, schemas: readonly string[], heard: readonly Heard[]): Promise<string[]> {
  const lines = await system.rows(
    schemas.flatMap((schema) => [
      `SELECT 'outbox ${schema} ' || count(*) FROM ${schema}.outbox`,
      `SELECT 'said ' || topic || ' ' || sum(last_sequence) FROM ${schema}.subject_sequence GROUP BY topic`,
      `SELECT 'read ' || consumer_group || ' ' || topic || ' ' || sum(next_offset) FROM ${schema}.consumer_position GROUP BY consumer_group, topic`,
    ]),
  );
  const said = new Map<string, number>();
  const read = new Map<string, number>();
  const waits: string[] = [];
  for (const [kind, ...words] of lines.map((line) => line.split(' '))) {
    const value = Number(words.pop());
    const name = words.join(' ');
    if (kind === 'outbox' && value > 0) waits.push(`${value} in the outbox of ${name}`);
    if (kind === 'said') said.set(name, (said.get(name) ?? 0) + value);
    if (kind === 'read') read.set(name, value);
  }
  for (const { group, topic } of heard) {
    const behind = (said.get(topic) ?? 0) - (read.get(`${group} ${topic}`) ?? 0);
    if (behind > 0) waits.push(`${group} is ${behind} behind in ${topic}`);
  }
  return waits;
}

/** Which group hears which topic, as the running services tell it. */
async function heardTopics(system: System): Promise<Heard[]> {
  const text = await (await fetch(`${system.baseUrl}/metrics`)).text();
  const heard = [...text.matchAll(/^lx_consumer_lag_seconds\{(.+)\} /gm)].map((match) => ({
    group: /group="([^"]+)"/.exec(match[1] ?? '')?.[1] ?? '',
    topic: /topic="([^"]+)"/.exec(match[1] ?? '')?.[1] ?? '',
  }));
  if (heard.length === 0) throw new Error('no service tells what it hears');
  return heard;
}

/**
 * Leaves what was found on this way to run for the others of the same test run, and compares it with what they have left: whichever comes later compares.
 */
export async function expectSameAsOtherWays(mode: Mode, tables: Tables): Promise<void> {
  const folder = process.env['LIANXIN_TEST_RUN_DIR'];
  if (folder === undefined) throw new Error("LIANXIN_TEST_RUN_DIR is not set: run the tests with npm test or jest's own configuration");
  const own: Found = { mode, day: beijingDate(new Date()), tables };
  await writeFile(join(folder, `rows.${mode}.json`), JSON.stringify(own));
  for (const file of (await readdir(folder)).filter((name) => name.startsWith('rows.') && name.endsWith('.json'))) {
    const other = JSON.parse(await readFile(join(folder, file), 'utf8')) as Found;
    if (other.day !== own.day)
      throw new Error(`midnight in Beijing fell between ${other.mode} and ${mode}: their deadlines differ, run the test again`);
    expect({ differences: differencesOf(own, other) }).toEqual({ differences: [] });
  }
}

/**
 * In plain words, table by table, with the first rows that only one of them has. Where all rows are the same, the ids may still lead elsewhere: then the rows
 * are told whose ids do so in the fewest steps, because from there it spreads to all that refers to them.
 */
function differencesOf(one: Found, other: Found): string[] {
  const names = [...new Set([...Object.keys(one.tables), ...Object.keys(other.tables)])].sort();
  const differencesAt = (step: number | undefined) =>
    names.flatMap((name) => {
      const [mine, theirs] = [one.tables[name], other.tables[name]];
      if (mine === undefined || theirs === undefined) return [`${name} is only on ${(mine === undefined ? other : one).mode}`];
      const differing = [...onlyIn(one.mode, mine, theirs, step), ...onlyIn(other.mode, theirs, mine, step)];
      return differing.map((row) => `${name}${step === undefined ? '' : `, whose ids lead elsewhere in ${step + 1} steps,`} ${row}`);
    });
  const found = differencesAt(undefined);
  for (let step = 0; found.length === 0 && step < stepsCompared; step++) found.push(...differencesAt(step));
  return found;
}

function onlyIn(mode: Mode, mine: TableDigest, theirs: TableDigest, step: number | undefined): string[] {
  const keysOf = ({ rows, steps }: TableDigest) => (step === undefined ? rows : steps.map((hashes) => hashes[step] ?? ''));
  const left = new Map<string, number>();
  for (const key of keysOf(theirs)) left.set(key, (left.get(key) ?? 0) + 1);
  const keys = keysOf(mine);
  const only = mine.rows.filter((_, place) => {
    const key = keys[place] ?? '';
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
  return only.slice(0, shownRows).map((row) => `only on ${mode} (${only.length} rows): ${row.slice(0, shownLetters)}`);
}
