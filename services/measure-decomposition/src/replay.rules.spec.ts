import { describe, expect, test } from '@jest/globals';
import type { AssessedEntry, AssessedPlan, ListEntryActivated, ReplayChange } from '@lianxin/contracts';
import { catalogue, entryOf, lists, party, uuid } from '../test/plan-fixtures.ts';
import { type Catalogue, type IndexedCatalogue, indexCatalogue } from './catalogue.rules.ts';
import { planUnder, type StandingPlan } from './replan.rules.ts';
import { assessCase, type CaseFinding, derivedFor, movedSince, type StoredPlan, withdrawnSince } from './replay.rules.ts';

/** The next version of the catalogue, without the measures of these codes. */
function versionWithout(before: IndexedCatalogue, effectiveFrom: string, ...codes: string[]): IndexedCatalogue {
  const next: Catalogue = { ...before, version: before.version + 1, measures: before.measures.filter(({ code }) => !codes.includes(code)) };
  return indexCatalogue(next, effectiveFrom);
}

/** The catalogue with one force for all measures that are not only told. */
function versionOf(version: number, force: 'MANDATORY' | 'RECOMMENDED', effectiveFrom: string | null): IndexedCatalogue {
  const measures = catalogue.measures.map((one) => (one.force === 'REFERENCE' ? one : { ...one, force }));
  return indexCatalogue({ ...catalogue, version, measures }, effectiveFrom);
}

function stored(versions: readonly IndexedCatalogue[], entry: ListEntryActivated, over: Partial<StoredPlan> = {}): StoredPlan {
  const planId = over.planId ?? uuid(77);
  const { plan } = planUnder(versions, entry, { planId, planVersion: 1 });
  return {
    planId,
    planVersion: 1,
    activationNo: entry.activationNo,
    status: 'LIVE',
    inError: false,
    holds: [],
    subjectKey: entry.subjectId,
    knownVersion: versions.at(-1)?.version ?? 1,
    pin: null,
    entry,
    derivedFrom: null,
    body: plan,
    endedPartyIds: [],
    ...over,
  };
}

function named(entry: ListEntryActivated, over: Partial<AssessedEntry> = {}): AssessedEntry {
  const { entryId, subjectId, number, listCode, listType, designatingDepartment, entryVersion, activationNo, status } = entry;
  const head = { entryId, subjectId, number, listCode, listType, designatingDepartment, entryVersion, activationNo, status };
  return { ...head, action: 'KEEP', clause: null, facts: null, validTo: null, ...over };
}

function assess(
  versions: readonly IndexedCatalogue[],
  change: ReplayChange,
  entry: AssessedEntry,
  plans: readonly StoredPlan[],
  heard: number | null = entry.entryVersion,
): CaseFinding {
  const states = new Map(heard === null ? [] : [[entry.entryId, { entryVersion: heard, activationNo: entry.activationNo }]]);
  return assessCase(versions, { change, entries: [entry], today: '2026-11-23' }, { states, plansOf: () => plans });
}

function found(finding: CaseFinding) {
  if (finding.result !== 'ASSESSED') throw new Error(finding.detail);
  return finding;
}
const only = (finding: CaseFinding): AssessedPlan => {
  const [plan] = found(finding).plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
};
const rowsOf = (rows: AssessedPlan['added']) =>
  rows.flatMap((row) => row.partyIds.map((id) => `${row.measureCode} ${row.departmentCode} ${id} ${row.notice}`)).sort();
const demanded = (plan: AssessedPlan) =>
  (plan.demands ?? [])
    .flatMap(({ partyIds, measures }) =>
      partyIds.flatMap((id) =>
        measures.flatMap(({ measureCode, tasks, notices }) => [
          ...tasks.map((code) => `${measureCode} ${code} ${id} false`),
          ...notices.map((code) => `${measureCode} ${code} ${id} true`),
        ]),
      ),
    )
    .sort();

const nothing: ReplayChange = { kind: 'NOTHING' };
const representative = party(2, 'LEGAL_REPRESENTATIVE');
const entry = entryOf('BL-WAGE', { parties: [party(1, 'SUBJECT', 'LEGAL'), representative] });
const dropped = catalogue.measures.find(({ listCodes }) => listCodes.includes('BL-WAGE'))?.code ?? '';
const second = versionWithout(catalogue, '2026-11-10', dropped);
const both = [catalogue, second];

describe('nothing is taken to be otherwise', () => {
  test.each(lists.filter(({ enabled }) => enabled))('a plan of $code comes out as it stands', ({ code }) => {
    const one = entryOf(code, { parties: entry.parties });
    const finding = found(assess([catalogue], nothing, named(one), [stored([catalogue], one)]));
    expect(finding).toMatchObject({ acts: false, mismatches: [] });
    expect(finding.plans).toMatchObject([{ action: 'KEEP', withdrawn: [], added: [], changed: [] }]);
  });

  test('a plan that a re-planning has not yet reached is no difference, one that it has reached neither', () => {
    expect(only(assess(both, nothing, named(entry), [stored([catalogue], entry)])).action).toBe('KEEP');
    const revised = stored(both, entry, { planVersion: 2 });
    expect(revised.body.measures.map(({ measureCode }) => measureCode)).not.toContain(dropped);
    expect(only(assess(both, nothing, named(entry), [revised])).action).toBe('KEEP');
  });

  test('a narrowed, a held and an ended plan come out as they stand; of the ended one nothing is demanded', () => {
    const narrowed = stored([catalogue], entry, { endedPartyIds: [representative.partyId] });
    const kept = only(assess([catalogue], nothing, named(entry), [narrowed]));
    expect(kept.action).toBe('KEEP');
    expect(demanded(kept).some((row) => row.includes(representative.partyId))).toBe(false);
    const held = stored([catalogue], entry, { status: 'HELD', holds: ['SUSPENSION'] });
    expect(only(assess([catalogue], nothing, named(entry, { status: 'SUSPENDED' }), [held]))).toMatchObject({
      action: 'KEEP',
      status: 'HELD',
    });
    const ended = stored([catalogue], entry, { status: 'ENDED' });
    expect(only(assess([catalogue], nothing, named(entry, { status: 'EXPIRED' }), [ended]))).toMatchObject({ action: 'KEEP', demands: [] });
  });

  test('a stored plan that lacks a row and has one too many is named as a mismatch, and this service would act', () => {
    const plan = stored([catalogue], entry);
    const [first, ...rest] = plan.body.measures;
    if (first === undefined) throw new Error('no measure');
    const without = {
      ...plan.body,
      measures: rest,
      groups: plan.body.groups.map((g) => ({ ...g, measureCodes: g.measureCodes.filter((c) => c !== first.measureCode) })),
    };
    const finding = found(assess([catalogue], nothing, named(entry), [{ ...plan, body: without }]));
    expect(finding.acts).toBe(true);
    expect(finding.mismatches).toHaveLength(1);
    expect(rowsOf(only(finding).added)).toEqual(
      demanded(only(assess([catalogue], nothing, named(entry), [plan]))).filter((row) => row.startsWith(`${first.measureCode} `)),
    );
  });

  test('an entry that never came into force, and a foreign one without effect, have no plans', () => {
    expect(found(assess([catalogue], nothing, named(entry, { status: 'CHECKING' }), [], null)).plans).toEqual([]);
    expect(found(assess([catalogue], nothing, named(entry, { effective: false }), [], null)).plans).toEqual([]);
  });
});

test('of what a plan would get besides, only what a later version has withdrawn is none of its due', () => {
  const keep = { action: 'KEEP' as const, facts: null };
  const left = { ...stored(both, entry), knownVersion: 1 };
  const old = derivedFor(both, nothing, keep, left);
  if (old === undefined) throw new Error('nothing was derived');
  expect(old.difference.added.map(({ measureCode }) => measureCode)).toContain(dropped);
  expect(withdrawnSince(both, left, old)).toEqual(old.difference.added);
  // What faulty rules had left out is its due under all versions.
  const short = stored([catalogue], entry);
  const poor = { ...short, body: { ...short.body, groups: [] } };
  const due = derivedFor(both, nothing, keep, poor);
  if (due === undefined) throw new Error('nothing was derived');
  expect([...new Set(withdrawnSince(both, poor, due).map(({ measureCode }) => measureCode))]).toEqual([dropped]);
  expect(due.difference.added.length).toBeGreaterThan(5);
});

describe('what has not arrived is not answered', () => {
  const plan = stored([catalogue], entry);
  test.each([
    ['the plan of an entry in force is not there yet', named(entry), [], 3],
    ['the entry has come into force again since', named(entry, { activationNo: 2 }), [plan], 3],
    ['more was heard than list-matching had seen', named(entry), [plan], 4],
    ['the entry is suspended and the plan still runs', named(entry, { status: 'SUSPENDED' }), [plan], 3],
    ['the entry has left and the plan still runs', named(entry, { status: 'EXPIRED' }), [plan], 3],
    ['the entry is closed for its subject and the plan still runs for it', named(entry, { status: 'CLOSED_SUBJECT' }), [plan], 3],
    [
      'it proved wrong, and here it only ended',
      named(entry, { status: 'CORRECTED' }),
      [stored([catalogue], entry, { status: 'ENDED' })],
      3,
    ],
    ['its effect here has ended and the plan still runs', named(entry, { effective: false }), [plan], 3],
    ['the plan has ended since, and the entry was seen in force', named(entry), [stored([catalogue], entry, { status: 'ENDED' })], 3],
    ['its correction has not come', named(entry, { correctedVersion: 3 }), [plan], 2],
  ])('%s', (_name, one, plans, heard) => {
    expect(assess([catalogue], nothing, one, plans, heard).result).toBe('BEHIND');
  });

  test('what runs on for persons after its subject is gone is answered (T22)', () => {
    const [subject] = entry.parties;
    const narrowed = stored([catalogue], entry, { endedPartyIds: [subject?.partyId ?? ''] });
    const closed = named(entry, { status: 'CLOSED_SUBJECT' });
    expect(only(assess([catalogue], nothing, closed, [narrowed]))).toMatchObject({ action: 'KEEP', status: 'LIVE' });
    const gone = only(assess([catalogue], { kind: 'VOID_ENTRY', effect: 'VOID' }, { ...closed, action: 'END' }, [narrowed]));
    expect(new Set(gone.withdrawn.flatMap(({ partyIds }) => partyIds))).toEqual(new Set([representative.partyId]));
  });

  test('steps that plans do not hear of are no gap', () => {
    expect(assess([catalogue], nothing, named(entry, { entryVersion: 9 }), [plan], 3).result).toBe('ASSESSED');
  });
});

describe('the entry is void', () => {
  test('all of its plan goes, but for parties for whom it was over before', () => {
    const plan = stored([catalogue], entry, { endedPartyIds: [representative.partyId] });
    const gone = only(assess([catalogue], { kind: 'VOID_ENTRY', effect: 'VOID' }, named(entry, { action: 'END' }), [plan]));
    expect(gone).toMatchObject({ action: 'END', kept: 0, demands: [], added: [], changed: [] });
    const expected = demanded(only(assess([catalogue], nothing, named(entry), [plan])));
    expect(rowsOf(gone.withdrawn)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(5);
  });

  test('a plan that had ended before its entry was corrected follows from the facts of which it was made', () => {
    const ended = stored([catalogue], entry, { status: 'ENDED' });
    const corrected = { ...entry, entryVersion: entry.entryVersion + 1, parties: entry.parties.slice(0, 1) };
    const over = named(corrected, { status: 'EXPIRED' });
    const mismatchesOf = (plan: StoredPlan) => found(assess([catalogue], nothing, over, [plan], corrected.entryVersion)).mismatches;
    expect(mismatchesOf({ ...ended, entry: corrected, derivedFrom: entry })).toEqual([]);
    // What does not follow from them either is found as ever.
    expect(mismatchesOf({ ...ended, entry: corrected })).toHaveLength(1);
    expect(mismatchesOf({ ...ended, derivedFrom: corrected })).toHaveLength(1);
  });

  test('of a plan that has ended nothing is left to withdraw, and it is named all the same', () => {
    const plan = stored([catalogue], entry, { status: 'ENDED' });
    const gone = only(
      assess([catalogue], { kind: 'VOID_ENTRY', effect: 'REVOKE' }, named(entry, { action: 'END', status: 'REPAIRED' }), [plan]),
    );
    expect(gone).toMatchObject({ action: 'END', status: 'ENDED', withdrawn: [] });
  });

  test('an honour that it had excluded gets its plan again', () => {
    // It was given before any measure counted; what it gets counts from the day on which it comes back.
    const honour = entryOf('RL-TAXA', { activatedOn: '2000-01-01' });
    const before = stored([catalogue], honour, { status: 'ENDED' });
    const back = found(
      assess(
        [catalogue],
        { kind: 'VOID_ENTRY', effect: 'VOID' },
        named(honour, { action: 'RETURN', status: 'EXCLUDED', validTo: '2027-01-01' }),
        [before],
      ),
    ).plans;
    expect(back.map(({ action }) => action)).toEqual(['KEEP', 'MAKE']);
    const [, made] = back;
    expect(made).toMatchObject({ planId: null, entryId: honour.entryId, planVersion: 0 });
    expect(rowsOf(made?.added ?? [])).toEqual(rowsOf(groupAll(stored([catalogue], entryOf('RL-TAXA', { activatedOn: '2026-11-23' })))));
    expect(made?.added.length).toBeGreaterThan(before.body.measures.length);
  });
});

describe('facts of the entry are otherwise', () => {
  test('a person on whom service was not proved gets what was demanded of nobody before', () => {
    const unserved = { ...entry, parties: [party(1, 'SUBJECT', 'LEGAL'), { ...representative, served: false }] };
    const facts = { parties: [{ partyId: representative.partyId, named: true, served: true }] };
    const plan = only(
      assess([catalogue], { kind: 'CORRECT_ENTRY', facts }, named(unserved, { action: 'CORRECT', facts }), [stored([catalogue], unserved)]),
    );
    expect(plan).toMatchObject({ action: 'REVISE', withdrawn: [] });
    expect(plan.added.length).toBeGreaterThan(0);
    expect(new Set(plan.added.flatMap((row) => row.partyIds))).toEqual(new Set([representative.partyId]));
    expect(plan.parties).toMatchObject([{ partyId: representative.partyId, subjectId: representative.subjectId }]);
    expect(new Set(plan.measures?.map(({ measureCode }) => measureCode))).toEqual(new Set(plan.added.map((row) => row.measureCode)));
  });

  test('decided on a day of the other regime, the plan takes the catalogue of that day', () => {
    const facts = { decisionDate: '2026-11-12' };
    const later = entryOf('BL-WAGE', { activatedOn: '2026-11-20' });
    const plan = only(
      assess(both, { kind: 'CORRECT_ENTRY', facts }, named(later, { action: 'CORRECT', facts }), [stored([catalogue], later)]),
    );
    expect(plan).toMatchObject({ action: 'REVISE', catalogueVersionBefore: 1, catalogueVersionAfter: 2 });
    expect(new Set(plan.withdrawn.map((row) => row.measureCode))).toEqual(new Set([dropped]));
  });
});

describe('another version of the catalogue', () => {
  test('is taken exactly, whatever came after it; twice is the same', () => {
    const plan = stored(both, entry, { planVersion: 2 });
    const change: ReplayChange = { kind: 'CATALOGUE_VERSION', version: 1 };
    const finding = found(assess(both, change, named(entry), [plan]));
    expect(finding.acts).toBe(true);
    expect(only(finding)).toMatchObject({ action: 'REVISE', withdrawn: [], catalogueVersionAfter: 1 });
    expect(new Set(only(finding).added.map((row) => row.measureCode))).toEqual(new Set([dropped]));
    expect(assess(both, change, named(entry), [plan])).toEqual(finding);
  });

  test('once decided it stays: derived again nothing is otherwise, and a version that comes later withdraws from it', () => {
    const pin = { version: 1, through: 2 };
    const decided = stored([catalogue], entry, { pin, knownVersion: 2 });
    expect(only(assess(both, nothing, named(entry), [decided])).action).toBe('KEEP');
    const third = versionWithout(
      second,
      '2026-12-01',
      ...second.measures.filter(({ listCodes }) => listCodes.includes('BL-WAGE')).map(({ code }) => code),
    );
    const stand: StandingPlan = { ...decided };
    expect(stand.pin).toEqual(pin);
    expect(
      only(assess([...both, third], { kind: 'CORRECT_ENTRY', facts: {} }, named(entry, { action: 'CORRECT', facts: {} }), [decided]))
        .demands,
    ).toEqual([]);
  });

  test('that asks less of everybody frees; back from it, or of a reward, nobody is freed', () => {
    const [strong, weak] = [versionOf(1, 'MANDATORY', null), versionOf(2, 'RECOMMENDED', '2026-11-10')];
    const change = (version: number): ReplayChange => ({ kind: 'CATALOGUE_VERSION', version });
    const changedOf = (one: ListEntryActivated, from: IndexedCatalogue, version: number) => {
      const plan = only(assess([strong, weak], change(version), named(one), [stored([from], one, { knownVersion: 2 })]));
      expect(plan.changed.length).toBeGreaterThan(0);
      return new Set(plan.changed.map(({ frees }) => frees));
    };
    expect(changedOf(entry, strong, 2)).toEqual(new Set([true]));
    expect(changedOf(entry, weak, 1)).toEqual(new Set([false]));
    expect(changedOf(entryOf('RL-TAXA'), strong, 2)).toEqual(new Set([undefined]));
  });

  test('one that never was in force is refused', () => {
    expect(assess(both, { kind: 'CATALOGUE_VERSION', version: 3 }, named(entry), [stored(both, entry)]).result).toBe('REFUSED');
  });
});

test('what was approved is compared with what stands: another version of a plan, or a plan more, has moved', () => {
  const plan = stored([catalogue], entry);
  const versions = found(assess([catalogue], nothing, named(entry), [plan])).versions;
  expect(movedSince([plan], 1, versions)).toBeUndefined();
  expect(movedSince([plan], 2, versions)).toBeDefined();
  expect(movedSince([{ ...plan, planVersion: 2 }], 1, versions)).toBeDefined();
  expect(movedSince([plan, { ...plan, planId: uuid(78) }], 1, versions)).toBeDefined();
});

function groupAll(plan: StoredPlan): AssessedPlan['added'] {
  return plan.body.groups.flatMap(({ partyIds, measureCodes }) =>
    measureCodes.flatMap((measureCode) =>
      (plan.body.measures.find((one) => one.measureCode === measureCode)?.executors ?? []).map(({ departmentCode, notice }) => ({
        partyIds: [...partyIds],
        measureCode,
        departmentCode,
        notice,
      })),
    ),
  );
}
