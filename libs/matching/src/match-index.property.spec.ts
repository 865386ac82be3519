import { describe, expect, it } from '@jest/globals';
import { generateUscc, idNumberCheckCharacter } from '@lianxin/contracts';
import { MatchIndex } from './match-index.ts';
import { gradeOrganisations } from './organisation-answer.ts';
import { compareOrganisation } from './organisation-match.ts';
import { readOrganisationQuery, readOrganisationRecord } from './organisation-query.ts';
import { gradePersons } from './person-answer.ts';
import { comparePerson } from './person-match.ts';
import { readPersonQuery, readPersonRecord } from './person-query.ts';
import { defaultMatchSettings, type MatchQuery, type OrganisationQuery, type PersonQuery, type RegisterRecord } from './types.ts';

/** The same pseudo-random numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
type Next = ReturnType<typeof seeded>;
const pick = <Item>(next: Next, items: readonly Item[]): Item => items[next(items.length)] as Item;

/** Few words, so that everything meets everything. */
const places = ['连云港', '连云港市', '江苏省连云港市', '海州区', '东海县', '徐州', '', '（连云港）'];
const trades = ['金达', '今达', '达金', '金大', '鑫源', '鍾鼎', '钟鼎', '三一', '31', 'JINDA', '?达'];
const trading = ['贸易', '物流', '贸昜', '', '国际贸易', '超市'];
const forms = ['有限公司', '有限责任公司', '股份有限公司', '', '公司', '有限公司海州分公司', '有限公司（已注销）', '农民专业合作社'];
const people = ['张伟', '王芳', '欧阳娜', '张?', '张 伟', '張偉'];
const streets = ['江苏省连云港市海州区朝阳路1号', '朝阳路1号', '徐州市解放路2号', undefined];
const regionCodes = ['320706', '320722', '320300', '320700', undefined];
const dates = ['2009-01-01', '2012-01-01', undefined];
const codes = Array.from({ length: 12 }, (_, serial) => generateUscc('91', 'MA', serial));
const numbers = ['32079918990101001', '32079918990615088', '32079919000101001', '32079918990101003'].map(
  (body) => body + idNumberCheckCharacter(body),
);

function nameOf(next: Next): string {
  const parts = [pick(next, places), pick(next, trades), pick(next, trading), pick(next, forms)];
  return parts.join('') || '金达';
}

function organisation(next: Next, id: string, version: number): RegisterRecord {
  return {
    id,
    kind: pick(next, ['LEGAL', 'UNINC', 'IB'] as const),
    version,
    names: [{ text: nameOf(next) }, ...(next(3) === 0 ? [{ text: nameOf(next), former: true, from: '2010-01-01', to: '2014-01-01' }] : [])],
    usccCode: next(4) === 0 ? undefined : pick(next, codes),
    registrationNo: next(4) === 0 ? `32070000000000${next(3)}` : undefined,
    legalRepresentative: next(3) === 0 ? undefined : { name: pick(next, people) },
    address: pick(next, streets),
    regionCode: pick(next, regionCodes),
    phoneHash: next(4) === 0 ? `phone-${next(3)}` : undefined,
    parentId: next(12) === 0 ? 'parent' : undefined,
  };
}

function person(next: Next, id: string, version: number): RegisterRecord {
  return {
    id,
    kind: 'PERSON',
    version,
    names: [{ text: pick(next, people) }, ...(next(4) === 0 ? [{ text: pick(next, people), former: true }] : [])],
    regionCode: pick(next, regionCodes),
    phoneHash: next(3) === 0 ? `phone-${next(3)}` : undefined,
    person: {
      idType: pick(next, ['ID_CARD', 'HKMT_RESIDENCE_PERMIT'] as const),
      idNumber: pick(next, numbers),
      representsUscc: [pick(next, codes)],
    },
  };
}

const record = (next: Next, id: string, version: number) => (next(3) === 0 ? person(next, id, version) : organisation(next, id, version));

function organisationQuery(next: Next): OrganisationQuery {
  const code = pick(next, codes);
  return {
    schema: 'Organization',
    names: next(8) === 0 ? [nameOf(next), nameOf(next)] : [nameOf(next)],
    usccCode: pick(next, [undefined, undefined, code, `${code.slice(0, 17)}0`, 'garbage']),
    organisationCode: next(6) === 0 ? pick(next, codes).slice(8, 17) : undefined,
    registrationNo: next(6) === 0 ? `32070000000000${next(3)}` : undefined,
    legalRepresentative: next(2) === 0 ? { name: pick(next, people) } : undefined,
    address: pick(next, streets),
    regionCode: pick(next, regionCodes),
    phoneHash: next(6) === 0 ? `phone-${next(3)}` : undefined,
    decisionDate: pick(next, dates),
    saysFormerName: next(8) === 0,
  };
}

function personQuery(next: Next): PersonQuery {
  const number = pick(next, numbers);
  return {
    schema: 'Person',
    names: [pick(next, people)],
    idType: pick(next, [undefined, 'ID_CARD', 'ID_CARD', 'PASSPORT'] as const),
    idNumber: pick(next, [
      undefined,
      number,
      `${number.slice(0, 6)}********${number.slice(14)}`,
      `${number.slice(0, 10)}****${number.slice(14)}`,
      `${number.slice(0, 4)}**********${number.slice(14)}`,
      `${number.slice(0, 14)}****`,
      `32**${number.slice(4, 14)}****`,
      'x',
    ]),
    birthDate: pick(next, [undefined, '1899-01-01']),
    gender: pick(next, [undefined, 'MALE', 'FEMALE'] as const),
    regionCode: pick(next, regionCodes),
    representsUscc: next(5) === 0 ? pick(next, codes) : undefined,
  };
}

const generous = { ...defaultMatchSettings, mostSingleEdits: Number.POSITIVE_INFINITY };
type Grades = Map<string, string>;

/** Compares with every record, without an index. */
function everyone(records: readonly RegisterRecord[], query: MatchQuery): Grades {
  if (query.schema === 'Person') {
    const read = readPersonQuery(query);
    const comparisons = records.filter(({ kind }) => kind === 'PERSON').map((one) => comparePerson(read, one, readPersonRecord(one)));
    return new Map(gradePersons(read, comparisons).map(({ recordId, grade }) => [recordId, grade]));
  }
  const read = readOrganisationQuery(query);
  const comparisons = records
    .filter(({ kind }) => kind !== 'PERSON')
    .map((one) => compareOrganisation(read, one, readOrganisationRecord(one), generous));
  return new Map(gradeOrganisations(comparisons, generous).results.map(({ comparison, grading }) => [comparison.record.id, grading.grade]));
}

function byIndex(index: MatchIndex, query: MatchQuery): Grades {
  return new Map(index.search(query, { limit: 10_000 }).results.map(({ recordId, grade }) => [recordId, grade]));
}

const without = (grades: Grades, left: string) => [...grades].filter(([, grade]) => grade !== left).sort();

describe('the index', () => {
  it('finds what a comparison with every record finds; of mere likeness nothing more', () => {
    const next = seeded(5);
    for (let round = 0; round < 12; round += 1) {
      const records = Array.from({ length: 25 }, (_, place) => record(next, `r${place}`, place));
      const index = MatchIndex.build(records, generous);
      for (let asked = 0; asked < 30; asked += 1) {
        const query = next(3) === 0 ? personQuery(next) : organisationQuery(next);
        const expected = everyone(records, query);
        const actual = byIndex(index, query);
        const context = JSON.stringify({ query, records: records.filter(({ id }) => expected.get(id) !== actual.get(id)) });
        if (JSON.stringify(without(actual, 'S4')) !== JSON.stringify(without(expected, 'S4')))
          throw new Error(`${JSON.stringify([...expected])} against ${JSON.stringify([...actual])}: ${context}`);
        if (expected.size > 0) for (const id of actual.keys()) if (!expected.has(id)) throw new Error(`${id} is no match: ${context}`);
      }
    }
  });

  it('after any changes answers as one built anew', () => {
    const next = seeded(6);
    for (let round = 0; round < 12; round += 1) {
      const standing = new Map(Array.from({ length: 15 }, (_, place) => [`r${place}`, record(next, `r${place}`, place)]));
      const index = MatchIndex.build(standing.values(), generous);
      const reader = MatchIndex.attach(index.share());
      for (let version = 100; version < 125; version += 1) {
        const id = `r${next(20)}`;
        if (next(4) === 0) {
          standing.delete(id);
          index.remove(id, version);
        } else {
          const changed = record(next, id, version);
          standing.set(id, changed);
          index.upsert(changed);
        }
      }
      const anew = MatchIndex.build(standing.values(), generous);
      const merged = MatchIndex.build(index.records(), generous);
      expect(index.figures().records).toBe(standing.size);
      for (let asked = 0; asked < 25; asked += 1) {
        const query = next(3) === 0 ? personQuery(next) : organisationQuery(next);
        const expected = anew.search(query, { limit: 100 });
        for (const other of [index, reader, merged])
          expect({ ...other.search(query, { limit: 100 }), registerVersion: 0 }).toEqual({ ...expected, registerVersion: 0 });
      }
    }
  });

  it('makes nothing exact that has less than a valid equal code and an equal name, and shows no person by name alone', () => {
    const next = seeded(7);
    const records = Array.from({ length: 60 }, (_, place) => record(next, `r${place}`, place));
    const byId = new Map(records.map((one) => [one.id, one]));
    const index = MatchIndex.build(records);
    let exact = 0;
    for (let asked = 0; asked < 2_000; asked += 1) {
      const query = next(3) === 0 ? personQuery(next) : organisationQuery(next);
      for (const result of index.search(query, { limit: 100 }).results) {
        const found = byId.get(result.recordId);
        if (
          query.schema === 'Person' &&
          query.idNumber === undefined &&
          query.birthDate === undefined &&
          query.representsUscc === undefined
        )
          throw new Error('a person by name alone');
        if (result.decision !== 'match') continue;
        exact += 1;
        if (query.schema === 'Organization') expect(query.usccCode).toBe(found?.usccCode);
        else expect([query.idNumber, query.idType]).toEqual([found?.person?.idNumber, found?.person?.idType]);
      }
    }
    expect(exact).toBeGreaterThan(20);
  });

  it('throws on nothing that a source may contain', () => {
    const next = seeded(8);
    const records = Array.from({ length: 30 }, (_, place) => record(next, `r${place}`, place));
    const index = MatchIndex.build(records);
    const garbage = () =>
      Array.from({ length: next(30) }, () =>
        next(3) === 0 ? String.fromCodePoint(next(0x11_0000)) : pick(next, [...'金达（)*?X1有限公司·\u0000']),
      ).join('');
    for (let asked = 0; asked < 1_000; asked += 1) {
      index.search({
        schema: 'Organization',
        names: [garbage(), garbage()],
        usccCode: garbage(),
        organisationCode: garbage(),
        taxNo: garbage(),
        legalRepresentative: { name: garbage() },
        address: garbage(),
        regionCode: garbage(),
        decisionDate: garbage(),
      });
      index.search({
        schema: 'Person',
        names: [garbage()],
        idType: 'ID_CARD',
        idNumber: garbage(),
        birthDate: garbage(),
        regionCode: garbage(),
        employerUscc: garbage(),
      });
    }
    expect(index.search({ schema: 'Organization', names: [] }).results).toEqual([]);
  });
});
