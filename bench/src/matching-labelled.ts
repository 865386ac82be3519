import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelledPair, RegisterRecord } from '@lianxin/matching';
import { makeOrganisationPairs, worldOf } from './matching-pairs.ts';
import { makePersonPairs } from './matching-person-pairs.ts';
import { SeededRandom } from './matching-random.ts';
import { type MadeOrganisation, makeOrganisations, makePersons } from './matching-register.ts';

export interface LabelledSet {
  readonly records: readonly RegisterRecord[];
  readonly pairs: readonly LabelledPair[];
}

const seeds = { organisations: 1, persons: 2, pairs: 3, strangers: 4, personPairs: 5 };

/** Pairs of every kind of §11 over a made-up register of the given size; the same in every run. */
export function makeLabelledSet(organisations: number, persons: number, perKind: number): LabelledSet {
  const made: MadeOrganisation[] = [...makeOrganisations(new SeededRandom(seeds.organisations), organisations)];
  const companies = made.map(({ record }) => record);
  const people = [...makePersons(new SeededRandom(seeds.persons), persons, companies)];
  const world = worldOf(new SeededRandom(seeds.pairs), new SeededRandom(seeds.strangers), made);
  return {
    records: [...companies, ...people],
    pairs: [...makeOrganisationPairs(world, perKind), ...makePersonPairs(new SeededRandom(seeds.personPairs), people, perKind)],
  };
}

/** Writes the set that is kept beside this program: a small register, so that it can be judged in every test run. */
export function writeLabelledSet(folder: string): LabelledSet {
  const set = makeLabelledSet(4_000, 1_500, 64);
  mkdirSync(folder, { recursive: true });
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(folder, 'register.jsonl'), lines(set.records));
  writeFileSync(join(folder, 'pairs.jsonl'), lines(set.pairs));
  return set;
}

if (process.argv[1]?.endsWith('matching-labelled.js') === true) {
  const { records, pairs } = writeLabelledSet(join(import.meta.dirname, '../matching'));
  console.log(`${records.length} records, ${pairs.length} pairs`);
}
