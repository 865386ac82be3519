import { randomUUIDv7 } from 'node:crypto';
import { type CataloguePublished, type EventData, generateUscc, type MeasurePlanMade, type subjectRegistered } from '@lianxin/contracts';

/** A city in small: 60 departments, 20 lists with ten measures each, every measure with four departments. Some departments get far more than others. */
export const departments = Array.from({ length: 60 }, (_, index) => `D${String(index + 1).padStart(2, '0')}`);
export const lists = Array.from({ length: 20 }, (_, index) => `BL-L${String(index + 1).padStart(2, '0')}`);
const measuresPerList = 10;
const executorsPerMeasure = 4;
export const tasksPerPlan = measuresPerList * executorsPerMeasure;

export const measureCodeOf = (list: number, measure: number) => `M-${String(list).padStart(2, '0')}-${String(measure).padStart(2, '0')}`;

/** Four neighbours from a place that lies near the first departments more often than near the last. */
function executorsOf(list: number, measure: number): string[] {
  const place = Math.floor(departments.length * (((list * 37 + measure * 61) % 97) / 97) ** 2.2);
  return Array.from({ length: executorsPerMeasure }, (_, index) => departments[(place + index) % departments.length] ?? 'D01');
}

/** The catalogue's rows, as measure-decomposition publishes them. */
export function catalogueRows(): CataloguePublished[] {
  const rows: CataloguePublished['row'][] = [
    ...departments.map((code, index) => ({
      kind: 'DEPARTMENT' as const,
      department: {
        code,
        nameZh: `第${index + 1}示例部门`,
        nameEn: `Department ${index + 1}`,
        kind: 'GOVERNMENT',
        level: 'CITY' as const,
        tenant: true,
        supervised: true,
        regionCode: null,
        parentCode: null,
        zoneHost: null,
        validFrom: '2014-01-01',
      },
    })),
    ...lists.flatMap((list, listIndex) =>
      Array.from({ length: measuresPerList }, (_, index) => ({
        kind: 'MEASURE' as const,
        measure: catalogueMeasure(list, listIndex, index),
      })),
    ),
  ];
  return rows.map((row, index) => ({ version: 1, rowNumber: index + 1, rowCount: rows.length, row }));
}

function catalogueMeasure(list: string, listIndex: number, index: number) {
  const code = measureCodeOf(listIndex, index);
  return {
    code,
    listCodes: [list],
    memoCode: null,
    direction: 'PUNISH' as const,
    nameZh: `依法限制参与第${index + 1}类事项（${list}）`,
    nameEn: `Restriction ${index + 1} of ${list}`,
    kind: 'RESTRICTION',
    class: 'C07',
    group: 'G1',
    force: 'MANDATORY' as const,
    trigger: 'STANDING' as const,
    subjectKinds: [],
    partyRoles: [],
    canonicalCode: `CAN-${code}`,
    minGrade: null,
    holdExempt: false,
    termRule: 'ENTRY_TERM',
    effectiveFrom: '2014-01-01',
    effectiveTo: null,
    condition: null,
    executors: executorsOf(listIndex, index).map((departmentCode) => ({
      departmentCode,
      role: 'LEAD' as const,
      regionRule: 'CITY_ALWAYS' as const,
    })),
    bases: [
      {
        document: '全国失信惩戒措施基础清单（示例）',
        article: `第${index + 1}项`,
        basisKind: 'LIST',
        coversLists: [],
        verified: true,
        effectiveFrom: '2014-01-01',
      },
    ],
  };
}

/** A plan of one list: an organisation and a person, five measures each. */
export function cityPlan(list: number): MeasurePlanMade {
  const [organisation, person] = [randomUUIDv7(), randomUUIDv7()];
  const parties = [
    { partyId: randomUUIDv7(), subjectId: organisation, role: 'SUBJECT' as const, kind: 'LEGAL' as const },
    { partyId: randomUUIDv7(), subjectId: person, role: 'LEGAL_REPRESENTATIVE' as const, kind: 'PERSON' as const },
  ];
  const measures = Array.from({ length: measuresPerList }, (_, index) => ({
    measureCode: measureCodeOf(list, index),
    canonicalCode: `CAN-${measureCodeOf(list, index)}`,
    class: 'C07',
    force: 'MANDATORY' as const,
    trigger: index % 3 === 0 ? ('ON_EVENT' as const) : ('STANDING' as const),
    holdExempt: false,
    termRule: 'ENTRY_TERM',
    basisRefs: [0],
    conditions: [],
    executors: executorsOf(list, index).map((departmentCode, place) => ({
      departmentCode,
      role: place === 0 ? ('LEAD' as const) : ('COOP' as const),
      notice: false,
      hasDeadline: true,
    })),
  }));
  const codes = measures.map((measure) => measure.measureCode);
  return {
    planId: randomUUIDv7(),
    entryId: randomUUIDv7(),
    entryVersion: 5,
    activationNo: 1,
    planVersion: 1,
    subjectId: organisation,
    catalogueVersion: 1,
    listCode: lists[list] ?? 'BL-L01',
    listType: 'BLACK',
    listField: 'MARKET_ORDER',
    direction: 'PUNISH',
    entryNumber: `LYG-${lists[list]}-2026-000001`,
    designatingDepartment: 'D01',
    activatedOn: '2026-11-02',
    validTo: '2029-11-01',
    parties,
    measures,
    groups: parties.map((party, index) => ({
      partyIds: [party.partyId],
      measureCodes: codes.filter((_, place) => place % 2 === index),
      skips: [],
    })),
  };
}

/** How the register tells of the plan's organisation and of its person, whose identity travels sealed. */
export function registered(plan: MeasurePlanMade, sealed: string): EventData<typeof subjectRegistered>[] {
  return plan.parties.map(({ subjectId, kind }) => ({
    subjectId,
    version: 1,
    kind,
    organisation: kind === 'PERSON' ? null : { name: '连云港示例商贸有限公司', usccCode: generateUscc('91', 'MB', 1) },
    person: kind === 'PERSON' ? { sealed, idHash: 'bench', nameMasked: '李*', idMasked: '3207**********1234' } : null,
    regionCode: '320706',
    provisional: false,
  }));
}
