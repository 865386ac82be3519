import { randomUUIDv7 } from 'node:crypto';
import type { MeasurePlanMade } from '@lianxin/contracts';

const departments = [
  'CZJ',
  'FGW',
  'GXJ',
  'KJJ',
  'NYNCJ',
  'GGZY',
  'ZJJ',
  'JTJ',
  'SLJ',
  'SCJGJ',
  'RSJ',
  'SHUIJ',
  'WMB',
  'ZGH',
  'TSW',
  'FL',
  'STHJJ',
  'YJJ',
  'HG',
  'MZJ',
];

/** A plan of one party with `tasks` tasks over 20 departments: about what BL-WAGE or BL-COURT give. */
export function syntheticPlan(tasks: number): MeasurePlanMade {
  const partyId = randomUUIDv7();
  const subjectId = randomUUIDv7();
  const perMeasure = 4;
  const measures = Array.from({ length: Math.ceil(tasks / perMeasure) }, (_, index) => ({
    measureCode: `BENCH-${index}`,
    canonicalCode: `BENCH-CANONICAL-${index}`,
    class: 'C07',
    force: 'MANDATORY' as const,
    trigger: index % 2 === 0 ? ('ON_EVENT' as const) : ('STANDING' as const),
    holdExempt: false,
    termRule: 'ENTRY_TERM',
    basisRefs: [0],
    conditions: [],
    executors: Array.from({ length: Math.min(perMeasure, tasks - index * perMeasure) }, (_unused, place) => ({
      departmentCode: departments[(index * perMeasure + place) % departments.length] ?? 'FGW',
      role: place === 0 ? ('LEAD' as const) : ('COOP' as const),
      notice: false,
      hasDeadline: true,
    })),
  }));
  return {
    planId: randomUUIDv7(),
    entryId: randomUUIDv7(),
    entryVersion: 5,
    activationNo: 1,
    planVersion: 1,
    subjectId,
    catalogueVersion: 1,
    listCode: 'BL-WAGE',
    listType: 'BLACK',
    listField: 'MARKET_ORDER',
    direction: 'PUNISH',
    entryNumber: 'BENCH',
    designatingDepartment: 'RSJ',
    activatedOn: '2026-11-23',
    validTo: null,
    parties: [{ partyId, subjectId, role: 'SUBJECT', kind: 'LEGAL' }],
    measures,
    groups: [{ partyIds: [partyId], measureCodes: measures.map((measure) => measure.measureCode), skips: [] }],
  };
}
