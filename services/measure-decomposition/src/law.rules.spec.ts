import { describe, expect, test } from '@jest/globals';
import type { CatalogueMeasure, ListEntryActivated } from '@lianxin/contracts';
import { catalogue, entryOf, flatten, ids, party } from '../test/plan-fixtures.ts';
import { type Catalogue, type Department, indexCatalogue } from './catalogue.rules.ts';
import { applyChanges, type RowChange } from './catalogue-content.rules.ts';
import { affectedLists, differencesBetween } from './catalogue-difference.rules.ts';
import { checkDraft } from './catalogue-draft.check.ts';
import { lawOf } from './law.rules.ts';
import { deriveAgain, movesOf, planUnder } from './replan.rules.ts';

const measureOf = (code: string, base: Catalogue = catalogue) => {
  const measure = base.measures.find((one) => one.code === code);
  if (measure === undefined) throw new Error(`no measure ${code}`);
  return measure;
};
const departmentOf = (code: string) => {
  const department = catalogue.departmentByCode.get(code);
  if (department === undefined) throw new Error(`no department ${code}`);
  return department;
};
const row = (content: CatalogueMeasure | Department, kind: RowChange['kind'] = 'MEASURE'): RowChange => ({
  kind,
  code: content.code,
  content,
});
const gone = (code: string): RowChange => ({ kind: 'MEASURE', code, content: null });
const closed = (measure: CatalogueMeasure) => ({ ...measure, bases: measure.bases.map((basis) => ({ ...basis, verified: false })) });

/** Versions after the first, each with the changes to the one before and the day from which it counts. */
function versionsOf(...later: { from: string; changes: RowChange[] }[]) {
  const versions = [catalogue];
  for (const { from, changes } of later) {
    const before = versions.at(-1) ?? catalogue;
    versions.push(indexCatalogue(applyChanges(before, before.version + 1, changes), from));
  }
  return versions;
}

/** Measures and executors of an entry under these versions. */
const itemsOf = (versions: ReturnType<typeof versionsOf>, entry: ListEntryActivated) => flatten(planUnder(versions, entry, ids).plan).items;
const decided = (date: string, changes: Partial<ListEntryActivated> = {}) =>
  entryOf('BL-WAGE', { decision: { number: '决1', date }, activatedOn: date, ...changes });
const has = (items: string[], code: string) => items.some((item) => item.startsWith(`${code} `));

describe('which version bears on an entry (R-0-1)', () => {
  const versions = versionsOf({ from: '2026-06-01', changes: [gone('WAGE-06')] }, { from: '2026-09-01', changes: [gone('WAGE-05')] });
  test.each([
    ['2020-05-01', 1, [2, 3]],
    ['2026-05-31', 1, [2, 3]],
    ['2026-06-01', 2, [3]],
    ['2026-08-31', 2, [3]],
    ['2026-09-01', 3, []],
  ])('decided on %s', (date, law, later) => {
    const found = lawOf(versions, decided(date));
    expect([found.catalogue.version, found.later.map((one) => one.version)]).toEqual([law, later]);
  });

  test('a reward stands under the newest, whenever it was decided', () => {
    expect(lawOf(versions, entryOf('RL-TAXA', { decision: { number: '决', date: '2020-01-01' } })).catalogue.version).toBe(3);
  });
});

describe('a later version never punishes backwards (R-4-8)', () => {
  const added = { ...measureOf('WAGE-01'), code: 'WAGE-99', canonicalCode: 'NEW-BAN' };

  test('a new measure meets only who is decided from its version on, though its own row is older', () => {
    const versions = versionsOf({ from: '2026-06-01', changes: [row(added)] });
    expect(has(itemsOf(versions, decided('2026-05-31')), 'WAGE-99')).toBe(false);
    expect(has(itemsOf(versions, decided('2026-06-01')), 'WAGE-99')).toBe(true);
  });

  test('a withdrawn measure, a closed gate, a list no longer covered: withdrawn for old and new alike', () => {
    for (const change of [
      gone('WAGE-01'),
      row(closed(measureOf('WAGE-01'))),
      row({ ...measureOf('WAGE-01'), listCodes: ['BL-TAX'] }),
      row({ ...measureOf('WAGE-01'), condition: 'CRIME_SENTENCED' }),
      row({ ...measureOf('WAGE-01'), subjectKinds: ['PERSON'] }),
    ]) {
      const versions = versionsOf({ from: '2026-06-01', changes: [change] });
      expect(has(itemsOf(versions, decided('2026-05-31')), 'WAGE-01')).toBe(false);
      expect(has(itemsOf(versions, decided('2026-06-02')), 'WAGE-01')).toBe(false);
      expect(has(itemsOf([catalogue], decided('2026-05-31')), 'WAGE-01')).toBe(true);
    }
  });

  test('what one version withdrew the next cannot bring back for an entry decided before', () => {
    const versions = versionsOf(
      { from: '2026-06-01', changes: [gone('WAGE-01')] },
      { from: '2026-09-01', changes: [row(measureOf('WAGE-01'))] },
    );
    expect(has(itemsOf(versions, decided('2026-05-31')), 'WAGE-01')).toBe(false);
    expect(has(itemsOf(versions, decided('2026-07-01')), 'WAGE-01')).toBe(false);
    expect(has(itemsOf(versions, decided('2026-09-01')), 'WAGE-01')).toBe(true);
  });

  test('a gate that opens later, parties and grades that widen later, give an old entry nothing', () => {
    const first = {
      from: '2026-01-01',
      changes: [row(closed(measureOf('WAGE-01'))), row({ ...measureOf('WAGE-02'), subjectKinds: ['IB' as const] })],
    };
    const versions = versionsOf(first, { from: '2026-06-01', changes: [row(measureOf('WAGE-01')), row(measureOf('WAGE-02'))] });
    const items = itemsOf(versions, decided('2026-05-31'));
    expect([has(items, 'WAGE-01'), has(items, 'WAGE-02')]).toEqual([false, false]);
    const later = itemsOf(versions, decided('2026-06-01'));
    expect([has(later, 'WAGE-01'), has(later, 'WAGE-02')]).toEqual([true, true]);
  });

  test('of two forces the weaker holds, and an order that became information is only told', () => {
    const told = versionsOf({ from: '2026-06-01', changes: [row({ ...measureOf('WAGE-01'), force: 'REFERENCE' })] });
    expect(itemsOf(told, decided('2026-05-31')).filter((item) => item.startsWith('WAGE-01 '))).toEqual(
      expect.arrayContaining([expect.stringContaining('REFERENCE true false')]),
    );
    const harder = versionsOf(
      { from: '2026-01-01', changes: [row({ ...measureOf('WAGE-01'), force: 'REFERENCE' })] },
      { from: '2026-06-01', changes: [row(measureOf('WAGE-01'))] },
    );
    expect(
      itemsOf(harder, decided('2026-05-31')).filter((item) => item.startsWith('WAGE-01 ') && !item.includes('REFERENCE true false')),
    ).toEqual([]);
    expect(
      itemsOf(harder, decided('2026-06-01')).some((item) => item.startsWith('WAGE-01 ') && item.includes('MANDATORY false true')),
    ).toBe(true);
  });

  test('a measure that ended before a version is lifted by it, for restrictions and rewards alike; its last day still counts', () => {
    const ended = (code: string, effectiveTo: string) => ({ from: '2026-06-01', changes: [row({ ...measureOf(code), effectiveTo })] });
    for (const [measureCode, entry] of [
      ['WAGE-01', decided('2026-05-31')],
      ['TAXA-01', entryOf('RL-TAXA', { decision: { number: '决', date: '2026-05-01' }, activatedOn: '2026-05-01' })],
    ] as const) {
      const before = versionsOf();
      const after = versionsOf(ended(measureCode, '2026-05-31'));
      const standing = { ...ids, entry, body: planUnder(before, entry, ids).plan, endedPartyIds: [] };
      expect(has(itemsOf(before, entry), measureCode)).toBe(true);
      const { difference, plan } = deriveAgain(after, standing);
      expect(difference.withdrawn.map((item) => item.measureCode)).toContain(measureCode);
      expect(has(flatten(plan).items, measureCode)).toBe(false);
      // A later version that changes something else leaves it withdrawn.
      const more = versionsOf(ended(measureCode, '2026-05-31'), { from: '2026-09-01', changes: [gone('WAGE-06')] });
      expect(has(itemsOf(more, entry), measureCode)).toBe(false);
    }
    const last = versionsOf(ended('WAGE-01', '2026-06-01'));
    expect(has(itemsOf(last, decided('2026-05-31')), 'WAGE-01')).toBe(true);
  });

  test('a draft may end a measure only before its own day, for nobody would carry out a later end', () => {
    const faults = (effectiveTo: string | null, from: string | null = '2026-06-01') =>
      checkDraft(applyChanges(catalogue, 2, [row({ ...measureOf('WAGE-01'), effectiveTo })]), from);
    expect(faults('2026-05-31')).toEqual([]);
    expect(faults(null)).toEqual([]);
    expect(faults('2099-01-01', null)).toEqual([]);
    for (const later of ['2026-06-01', '2026-12-31']) {
      expect(faults(later)).toMatchObject([{ kind: 'MEASURE', code: 'WAGE-01', field: 'effectiveTo' }]);
      expect(faults(later)[0]?.textZh).toContain(`请另拟一个自 ${later} 次日起施行的版本`);
    }
  });

  test('a reward may be added and taken back', () => {
    const reward = measureOf('TAXA-01');
    const entry = entryOf('RL-TAXA', { decision: { number: '决', date: '2026-05-01' }, activatedOn: '2026-05-01' });
    const more = { ...reward, code: 'TAXA-99', canonicalCode: 'MORE' };
    const versions = versionsOf({ from: '2026-06-01', changes: [row(more), gone('TAXA-01')] });
    const items = itemsOf(versions, entry);
    expect([has(items, 'TAXA-99'), has(items, 'TAXA-01')]).toEqual([true, false]);
  });
});

describe('who executes is what the newest version says (R-4-8, R-4-4)', () => {
  test('a department that was missing is supplied, also for an entry decided before', () => {
    const lost = {
      ...measureOf('WAGE-06'),
      executors: measureOf('WAGE-06').executors.map((one) => ({ ...one, departmentCode: 'NEW-OFFICE' })),
    };
    const without = { from: '2026-01-01', changes: [row(lost)] };
    const entry = decided('2026-02-01');
    const broken = planUnder(versionsOf(without), entry, ids);
    expect(broken.incidents).toEqual([{ cause: 'NO_DEPARTMENT', groupKey: 'NEW-OFFICE', measureCode: 'WAGE-06' }]);
    const fixed = versionsOf(without, { from: '2026-06-01', changes: [row({ ...departmentOf('FGW'), code: 'NEW-OFFICE' }, 'DEPARTMENT')] });
    expect(planUnder(fixed, entry, ids).incidents).toEqual([]);
    expect(itemsOf(fixed, entry).some((item) => item.startsWith('WAGE-06 ') && item.includes('NEW-OFFICE'))).toBe(true);
  });

  test('a merged department is represented by its successor, once, in the stronger role', () => {
    const merged = { ...departmentOf('CZJ'), validTo: '2026-05-31', successorCode: 'FGW' };
    const versions = versionsOf({ from: '2026-06-01', changes: [row(merged, 'DEPARTMENT')] });
    const items = itemsOf(versions, decided('2026-05-01')).filter((item) => item.startsWith('WAGE-01 '));
    expect(items.filter((item) => item.includes(' CZJ '))).toEqual([]);
    expect(items.filter((item) => item.includes(' FGW LEAD '))).toHaveLength(1);
    // Also where the one that leads stands behind the other.
    const turned = row({ ...measureOf('WAGE-01'), executors: measureOf('WAGE-01').executors.toReversed() });
    const reversed = versionsOf({ from: '2026-06-01', changes: [row(merged, 'DEPARTMENT'), turned] });
    expect(
      itemsOf(reversed, decided('2026-05-01')).filter((item) => item.startsWith('WAGE-01 ') && item.includes(' FGW LEAD ')),
    ).toHaveLength(1);
    expect(movesOf(versions.at(-1) ?? catalogue)).toEqual([{ from: 'CZJ', to: 'FGW' }]);
  });

  test('one that is gone without a successor is an incident', () => {
    const versions = versionsOf({ from: '2026-06-01', changes: [row({ ...departmentOf('CZJ'), validTo: '2026-05-31' }, 'DEPARTMENT')] });
    expect(planUnder(versions, decided('2026-06-01'), ids).incidents).toContainEqual({
      cause: 'NO_DEPARTMENT',
      groupKey: 'CZJ',
      measureCode: 'WAGE-01',
    });
  });
});

describe('deriving a standing plan again', () => {
  test('under the same versions nothing comes out otherwise, for every list', () => {
    for (const list of new Set(catalogue.measures.flatMap((measure) => measure.listCodes))) {
      if (['BL-BID-PRT', 'BL-OVER', 'BL-SI', 'BL-RAIL', 'BL-AIR', 'BL-ENV'].includes(list)) continue;
      const entry = entryOf(list, { parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'LEGAL_REPRESENTATIVE')] });
      const { plan } = planUnder([catalogue], entry, ids);
      expect(deriveAgain([catalogue], { ...ids, entry, body: plan, endedPartyIds: [] }).isNews).toBe(false);
    }
  });

  test('what is over for a party stays over, and is no difference (T22)', () => {
    const entry = entryOf('BL-COURT', { parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'LEGAL_REPRESENTATIVE')] });
    const { plan } = planUnder([catalogue], entry, ids);
    const left = party(2, 'LEGAL_REPRESENTATIVE').partyId;
    const derived = deriveAgain([catalogue], { ...ids, entry, body: plan, endedPartyIds: [left] });
    expect(derived.isNews).toBe(false);
    expect(derived.plan.groups.flatMap((group) => group.partyIds)).not.toContain(left);
  });
});

describe('differences and checks of a draft', () => {
  test('only plans of the lists concerned are looked at again; a department concerns all', () => {
    const after = (changes: RowChange[]) => applyChanges(catalogue, 2, changes);
    expect(affectedLists(catalogue, after([gone('WAGE-06')]))).toEqual(['BL-WAGE']);
    expect(affectedLists(catalogue, after([row({ ...departmentOf('CZJ'), nameZh: '新名' }, 'DEPARTMENT')]))).toEqual([]);
    expect(affectedLists(catalogue, after([row({ ...departmentOf('CZJ'), validTo: '2026-05-31' }, 'DEPARTMENT')]))).toBeNull();
  });

  test('the order of fields is no difference', () => {
    const measure = measureOf('WAGE-01');
    const turned = Object.fromEntries(Object.entries(measure).reverse()) as unknown as CatalogueMeasure;
    expect(differencesBetween(catalogue, applyChanges(catalogue, 2, [row(turned)]))).toEqual([]);
  });

  test('the first version itself has no fault; a merger must name somebody who is there, and lie before the version', () => {
    expect(checkDraft(catalogue, '2026-06-01')).toEqual([]);
    const faults = (change: Partial<Department>) =>
      checkDraft(applyChanges(catalogue, 2, [row({ ...departmentOf('CZJ'), ...change }, 'DEPARTMENT')]), '2026-06-01').map(
        (one) => one.textZh,
      );
    expect(faults({ validTo: '2026-06-01', successorCode: 'FGW' })).toEqual(['撤销日期须早于本版本施行日 2026-06-01']);
    expect(faults({ successorCode: 'FGW' })).toEqual(['有承接部门的，须写明撤销日期']);
    expect(faults({ validTo: '2026-05-31', successorCode: 'NOBODY' })[0]).toBe('没有部门 NOBODY');
    expect(faults({ validTo: '2026-05-31', successorCode: 'CZJ' })[0]).toContain('成环');
    expect(faults({ validTo: '2026-05-31', successorCode: 'BANKS-LYG' })[0]).toContain('同为设队列');
  });
});
