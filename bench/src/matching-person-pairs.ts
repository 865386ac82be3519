import type { LabelledPair, PersonQuery, RegisterRecord } from '@lianxin/matching';
import type { SeededRandom } from './matching-random.ts';
import { idNumberOf, oldNumberOf, personNameOf } from './matching-register.ts';
import { rareCharacters, toTraditional } from './matching-variants.ts';

type Labelled = Omit<LabelledPair, 'kind'>;
interface PersonWorld {
  readonly random: SeededRandom;
  readonly any: () => RegisterRecord;
  /** Persons with one and the same name. */
  readonly namesakes: (name: string) => readonly RegisterRecord[];
}
type Kind = (record: RegisterRecord, world: PersonWorld) => Labelled | undefined;

const nameOfPerson = (record: RegisterRecord) => record.names[0]?.text ?? '';
const numberOf = (record: RegisterRecord) => record.person?.idNumber ?? '';
const asked = (record: RegisterRecord, more: Partial<PersonQuery>): PersonQuery => ({
  schema: 'Person',
  names: [nameOfPerson(record)],
  idType: 'ID_CARD',
  ...more,
});

function spelt(change: (name: string, random: SeededRandom) => string | undefined, expect: 'EXACT' | 'REVIEW'): Kind {
  return (record, { random }) => {
    const name = change(nameOfPerson(record), random);
    if (name === undefined) return undefined;
    return { query: asked(record, { names: [name], idNumber: numberOf(record) }), target: record.id, expect };
  };
}

/** Hides places (from 0) of a number with a sign. */
function hide(number: string, from: number, to: number, sign = '*'): string {
  return number.slice(0, from) + sign.repeat(to - from) + number.slice(to);
}

const thirdFields = (record: RegisterRecord, random: SeededRandom): Partial<PersonQuery> =>
  random.pick([
    { regionCode: record.regionCode },
    { address: record.address },
    ...(record.phoneHash === undefined ? [] : [{ phoneHash: record.phoneHash }]),
    ...(record.person?.employerUscc === undefined ? [] : [{ employerUscc: record.person.employerUscc }]),
  ]);

function masked(mask: (number: string, random: SeededRandom) => string | undefined, third: boolean): Kind {
  return (record, { random }) => {
    const number = mask(numberOf(record), random);
    if (number === undefined) return undefined;
    return {
      query: asked(record, { idNumber: number, ...(third ? thirdFields(record, random) : {}) }),
      target: record.id,
      expect: 'REVIEW',
    };
  };
}

const rarePattern = new RegExp(`[${Object.keys(rareCharacters).join('')}]`, 'u');

/** All kinds of §11.2 and §11.4. */
export const personKinds: Readonly<Record<string, Kind>> = {
  'person: number and name equal': spelt((name) => name, 'EXACT'),
  'person: spaces in the name': spelt((name) => [...name].join(' '), 'EXACT'),
  'person: title behind the name': spelt((name, random) => name + random.pick(['先生', '女士']), 'EXACT'),
  'person: note in brackets': spelt((name) => `${name}（法定代表人）`, 'EXACT'),
  'person: traditional characters': spelt((name) => (toTraditional(name) === name ? undefined : toTraditional(name)), 'EXACT'),
  'person: number of 15 digits': (record) => {
    const old = oldNumberOf(numberOf(record));
    return old === undefined ? undefined : { query: asked(record, { idNumber: old }), target: record.id, expect: 'EXACT' };
  },
  'person: lower-case x': (record) =>
    numberOf(record).endsWith('X')
      ? { query: asked(record, { idNumber: numberOf(record).toLowerCase() }), target: record.id, expect: 'EXACT' }
      : undefined,
  'person: full-width number': (record) => ({
    query: asked(record, { idNumber: numberOf(record).replace(/[0-9X]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)) }),
    target: record.id,
    expect: 'EXACT',
  }),
  'person: character the source could not write (?, □)': spelt(
    (name, random) => name.slice(0, -1) + random.pick(['?', '□', '？']),
    'REVIEW',
  ),
  'person: rare character in pinyin': spelt(
    (name) => (rarePattern.test(name) ? name.replace(rarePattern, (character) => rareCharacters[character] ?? character) : undefined),
    'REVIEW',
  ),
  'person: number equal, another name': (record, world) => {
    const name = personNameOf(world.random);
    return name === nameOfPerson(record) || record.names.some(({ text }) => text === name)
      ? undefined
      : { query: asked(record, { names: [name], idNumber: numberOf(record) }), target: record.id, expect: 'REVIEW' };
  },
  'person: number equal, former name': (record) => {
    const former = record.names.find((name) => name.former === true);
    return former === undefined
      ? undefined
      : { query: asked(record, { names: [former.text], idNumber: numberOf(record) }), target: record.id, expect: 'REVIEW' };
  },
  'person: number equal, no type of document': (record) => ({
    query: { schema: 'Person', names: [nameOfPerson(record)], idNumber: numberOf(record) },
    target: record.id,
    expect: 'REVIEW',
  }),
  'person: masked 320799********1234, third field': masked((number) => hide(number, 6, 14), true),
  'person: masked as courts do 3207991985****1234, third field': masked((number) => hide(number, 10, 14), true),
  'person: masked 3207**********1234': masked((number) => hide(number, 4, 14), false),
  'person: masked 320799********1234 alone': masked((number) => hide(number, 6, 14), false),
  'person: mask that fits two of one name, third field': (record, world) => {
    const number = numberOf(record);
    const fits = world.namesakes(nameOfPerson(record)).filter((one) => hide(numberOf(one), 6, 14) === hide(number, 6, 14));
    if (fits.length < 2) return undefined;
    return {
      query: asked(record, { idNumber: hide(number, 6, 14), ...thirdFields(record, world.random) }),
      target: record.id,
      expect: 'REVIEW',
    };
  },
  'person: masked with x, X, ×, ●, -': masked((number, random) => hide(number, 6, 14, random.pick(['x', 'X', '×', '●', '-', '＊'])), true),
  'person: masked number of 15 digits': masked((number) => {
    const old = oldNumberOf(number);
    return old === undefined ? undefined : hide(old, 6, 12);
  }, true),
  'person: masked, name with an unreadable character': (record, { random }) => ({
    query: asked(record, {
      names: [`${nameOfPerson(record).slice(0, -1)}?`],
      idNumber: hide(numberOf(record), 6, 14),
      ...thirdFields(record, random),
    }),
    target: record.id,
    expect: 'REVIEW',
  }),
  'person: name, birth date and gender': (record) => {
    const number = numberOf(record);
    return {
      query: {
        schema: 'Person',
        names: [nameOfPerson(record)],
        birthDate: `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`,
        gender: Number(number.charAt(16)) % 2 === 1 ? 'MALE' : 'FEMALE',
      },
      target: record.id,
      expect: 'REVIEW',
    };
  },
  'person: name and role in a company': (record) => {
    const [code] = record.person?.representsUscc ?? [];
    return code === undefined
      ? undefined
      : { query: { schema: 'Person', names: [nameOfPerson(record)], representsUscc: code }, target: record.id, expect: 'REVIEW' };
  },

  'person: name alone': (record) => ({ query: { schema: 'Person', names: [nameOfPerson(record)] }, expect: 'NOTHING' }),
  'person: name and county only': (record) => ({
    query: { schema: 'Person', names: [nameOfPerson(record)], regionCode: record.regionCode, address: record.address },
    expect: 'NOTHING',
  }),
  'person: same name, another number': (record, { random, namesakes }) => {
    const number = idNumberOf(random, 1920 + random.below(20), random.below(1000));
    return namesakes(nameOfPerson(record)).some((other) => numberOf(other) === number)
      ? undefined
      : { query: asked(record, { idNumber: number, regionCode: record.regionCode }), expect: 'NOTHING' };
  },
  'person: same name, a mask that is somebody else’s': (record, { namesakes }) => {
    const number = numberOf(record);
    const other = hide(number.slice(0, 17) + (number.endsWith('1') ? '2' : '1'), 6, 14);
    const fits = (one: RegisterRecord) => numberOf(one).slice(0, 6) === other.slice(0, 6) && numberOf(one).slice(14) === other.slice(14);
    return namesakes(nameOfPerson(record)).some(fits)
      ? undefined
      : { query: asked(record, { idNumber: other, regionCode: record.regionCode }), expect: 'NOTHING' };
  },
  'person: same name, number with a wrong check character': (record) => {
    const number = numberOf(record);
    return { query: asked(record, { idNumber: number.slice(0, 17) + (number.endsWith('5') ? '6' : '5') }), expect: 'NOTHING' };
  },
  'person: same name, too few digits shown': (record) => ({
    query: asked(record, { idNumber: hide(numberOf(record), 3, 17) }),
    expect: 'NOTHING',
  }),
};

/** So many pairs of every kind. */
export function* makePersonPairs(random: SeededRandom, persons: readonly RegisterRecord[], perKind: number): Generator<LabelledPair> {
  const byName = new Map<string, RegisterRecord[]>();
  for (const record of persons) byName.set(nameOfPerson(record), [...(byName.get(nameOfPerson(record)) ?? []), record]);
  const world: PersonWorld = { random, any: () => random.pick(persons), namesakes: (name) => byName.get(name) ?? [] };
  for (const [kind, make] of Object.entries(personKinds)) {
    let made = 0;
    for (let tries = 0; made < perKind && tries < perKind * 400; tries += 1) {
      const pair = make(world.any(), world);
      if (pair === undefined) continue;
      made += 1;
      yield { kind, ...pair };
    }
  }
}
