import { randomUUID } from 'node:crypto';
import type {
  EventData,
  MeasurePlanMade,
  MeasurePlanRevised,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanReleased,
  PlanMeasure,
} from '@lianxin/contracts';

type Executor = PlanMeasure['executors'][number];

/** A department that executes as a task, supervised unless said otherwise. */
export function executor(departmentCode: string, over: Partial<Executor> = {}): Executor {
  return { departmentCode, role: 'LEAD', notice: false, hasDeadline: true, ...over };
}

export function measure(measureCode: string, executors: Executor[], over: Partial<PlanMeasure> = {}): PlanMeasure {
  return {
    measureCode,
    canonicalCode: `CAN-${measureCode}`,
    class: 'C10',
    force: 'MANDATORY',
    trigger: 'STANDING',
    holdExempt: false,
    termRule: 'ENTRY_TERM',
    basisRefs: [],
    conditions: [],
    executors,
    ...over,
  };
}

export function party(over: Partial<MeasurePlanMade['parties'][number]> = {}): MeasurePlanMade['parties'][number] {
  return { partyId: randomUUID(), subjectId: randomUUID(), role: 'SUBJECT', kind: 'LEGAL', ...over };
}

/** A plan in which every party gets every measure. */
export function planMade(
  measures: PlanMeasure[],
  parties: MeasurePlanMade['parties'] = [party()],
  over: Partial<MeasurePlanMade> = {},
): MeasurePlanMade {
  return {
    planId: randomUUID(),
    entryId: randomUUID(),
    entryVersion: 1,
    activationNo: 1,
    planVersion: 1,
    subjectId: parties[0]?.subjectId ?? randomUUID(),
    catalogueVersion: 1,
    listCode: 'BL-WAGE',
    listType: 'BLACK',
    listField: null,
    direction: 'PUNISH',
    entryNumber: `LYG-${randomUUID().slice(0, 8)}`,
    designatingDepartment: 'RSJ',
    activatedOn: '2026-11-02',
    validTo: '2029-11-01',
    parties,
    measures,
    groups: [{ partyIds: parties.map((row) => row.partyId), measureCodes: measures.map((row) => row.measureCode), skips: [] }],
    ...over,
  };
}

function step(made: MeasurePlanMade, planVersion: number) {
  return {
    planId: made.planId,
    entryId: made.entryId,
    entryVersion: made.entryVersion + planVersion - 1,
    activationNo: made.activationNo,
    planVersion,
    subjectId: made.subjectId,
  };
}

export function planHeld(made: MeasurePlanMade, over: Partial<EventData<typeof measurePlanHeld>> = {}): EventData<typeof measurePlanHeld> {
  return { ...step(made, made.planVersion + 1), cause: 'OBJECTION', documentNo: null, heldOn: '2026-11-05', ...over };
}

export function planReleased(
  made: MeasurePlanMade,
  over: Partial<EventData<typeof measurePlanReleased>> = {},
): EventData<typeof measurePlanReleased> {
  return { ...step(made, made.planVersion + 2), documentNo: null, releasedOn: '2026-11-09', ...over };
}

export function planEnded(
  made: MeasurePlanMade,
  over: Partial<EventData<typeof measurePlanEnded>> = {},
): EventData<typeof measurePlanEnded> {
  return { ...step(made, made.planVersion + 3), ground: 'REPAIRED', inError: false, documentNo: null, endedOn: '2026-11-20', ...over };
}

/** A plan that was derived again under the next version: every party gets every measure. */
export function revisedOf(
  made: MeasurePlanMade,
  measures: MeasurePlanMade['measures'],
  over: Partial<MeasurePlanRevised> = {},
): MeasurePlanRevised {
  return {
    ...made,
    planVersion: made.planVersion + 1,
    catalogueVersion: 2,
    measures,
    groups: [{ partyIds: made.parties.map((one) => one.partyId), measureCodes: measures.map((one) => one.measureCode), skips: [] }],
    reason: 'CATALOGUE_VERSION',
    documentNo: null,
    revisedOn: '2026-11-23',
    moves: [],
    ...over,
  };
}
