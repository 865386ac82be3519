import { fileURLToPath } from 'node:url';
import type { EntryParty, ListEntryActivated, MeasurePlanMade } from '@lianxin/contracts';
import { loadCatalogue } from '../src/catalogue.loader.ts';
import { indexCatalogue } from '../src/catalogue.rules.ts';
import { makePlan } from '../src/plan.rules.ts';

export const catalogueDirectory = fileURLToPath(new URL('../catalogue', import.meta.url));
export const catalogue = indexCatalogue(loadCatalogue(catalogueDirectory, 1));

/** The lists as list-matching has them; only enabled ones ever send an entry. */
export const lists: ReadonlyArray<{ code: string; type: ListEntryActivated['listType']; enabled: boolean }> = [
  ...enabled('BLACK', 'BL-COURT', 'BL-TAX', 'BL-WAGE', 'BL-SAFE', 'BL-MKT', 'BL-GP', 'BL-BID', 'BL-CUST', 'BL-STAT'),
  ...enabled('BLACK', 'BL-CULT', 'BL-SOC', 'BL-FRAUD'),
  ...['BL-BID-PRT', 'BL-OVER', 'BL-SI', 'BL-RAIL', 'BL-AIR', 'BL-ENV'].map((code) => ({ code, type: 'BLACK' as const, enabled: false })),
  ...enabled('ABNORMAL', 'AB-MKT'),
  ...enabled('RED', 'RL-TAXA', 'RL-AEO', 'RL-SAFE', 'RL-ENV', 'RL-VOL', 'RL-CREDIT'),
  ...enabled('FOCUS', 'FL-TAX', 'FL-WAGE', 'FL-SAFE', 'FL-MKT', 'FL-ENV'),
];

function enabled<Type extends ListEntryActivated['listType']>(type: Type, ...codes: string[]) {
  return codes.map((code) => ({ code, type, enabled: true }));
}

export function typeOf(listCode: string): ListEntryActivated['listType'] {
  const list = lists.find(({ code }) => code === listCode);
  if (list === undefined) throw new Error(`no list ${listCode}`);
  return list.type;
}

/** A UUID that is easy to recognise: its last digits are `number`. */
export function uuid(number: number): string {
  return `01890000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

export function party(
  number: number,
  role: EntryParty['role'],
  kind: EntryParty['kind'] = 'PERSON',
  reach: Partial<EntryParty> = {},
): EntryParty {
  return { partyId: uuid(1000 + number), subjectId: uuid(2000 + number), role, kind, named: true, served: true, ...reach };
}

/** An entry of a city department about a company in Haizhou, decided and served in November 2026, with nothing special. */
export function entryOf(listCode: string, changes: Partial<ListEntryActivated> = {}): ListEntryActivated {
  return {
    entryId: uuid(1),
    entryVersion: 3,
    activationNo: 1,
    number: 'LYG-MD-2026-000001',
    listCode,
    listType: typeOf(listCode),
    subjectId: uuid(2001),
    designatingDepartment: 'RSJ',
    status: 'ACTIVE',
    listField: null,
    level: 'CITY',
    regionCode: '320706',
    origin: 'CITY',
    grade: 'SERIOUS',
    industry: null,
    decision: { number: '连人社列字〔2026〕1号', date: '2026-11-02' },
    activatedOn: '2026-11-04',
    validFrom: '2026-11-04',
    validTo: '2029-11-03',
    conditions: [],
    parties: [party(1, 'SUBJECT', 'LEGAL')],
    ...changes,
  };
}

export const ids = { planId: uuid(9), planVersion: 1 } as const;

export function planOf(entry: ListEntryActivated) {
  return makePlan(catalogue, entry, ids);
}

/** A plan as flat rows, sorted, to compare with what is expected. */
export function flatten(plan: MeasurePlanMade): { items: string[]; skips: string[] } {
  const items = plan.groups.flatMap((group) =>
    group.partyIds.flatMap((partyId) =>
      group.measureCodes.flatMap((code) => {
        const measure = plan.measures.find(({ measureCode }) => measureCode === code);
        if (measure === undefined) throw new Error(`group names ${code}, the plan does not have it`);
        return measure.executors.map((executor) =>
          [code, partyId, executor.departmentCode, executor.role, measure.force, executor.notice, executor.hasDeadline].join(' '),
        );
      }),
    ),
  );
  const skips = plan.groups.flatMap((group) =>
    group.partyIds.flatMap((partyId) => group.skips.map((skip) => [skip.measureCode ?? 'PARTY', partyId, skip.reason].join(' '))),
  );
  return { items: items.sort(), skips: skips.sort() };
}
