import type { HeardEvent } from './event.rules.ts';
import {
  emptyJourney,
  type Journey,
  type JourneyEntry,
  type JourneyPlan,
  type Journeys,
  withAnswer,
  withEntry,
  withLabel,
  withNotice,
  withPlan,
  withStatus,
  withTask,
} from './journey.rules.ts';

/** So many flags are kept; the page shows the latest. */
const maxJourneys = 60;

/** Takes in an event of the stream. Safe to call twice and in any order: older versions change nothing. */
export function withEvent(journeys: Journeys, event: HeardEvent): Journeys {
  switch (event.type) {
    case 'lianxin.list_entry.received.v1':
      return inEntry(journeys, event, (journey) => withEntry(journey, { ...entryOf(event), activatedAt: null }));
    case 'lianxin.list_entry.activated.v1':
      return inEntry(journeys, event, (journey) => withEntry(journey, { ...entryOf(event), activatedAt: event.time }));
    case 'lianxin.list_entry.suspended.v1':
    case 'lianxin.list_entry.resumed.v1':
    case 'lianxin.list_entry.exited.v1':
      return inEntry(journeys, event, (journey) =>
        withEntry(journey, { ...entryOf(event), activatedAt: journey.entry?.activatedAt ?? null }),
      );
    case 'lianxin.measure_plan.made.v1':
      return inEntry(journeys, event, (journey) => withPlan(journey, planOf(event)));
    case 'lianxin.measure_plan.held.v1':
      return inEntry(journeys, event, (journey) => planStep(journey, event.data.planVersion, 'HELD'));
    case 'lianxin.measure_plan.released.v1':
      return inEntry(journeys, event, (journey) => planStep(journey, event.data.planVersion, 'LIVE'));
    case 'lianxin.measure_plan.ended.v1':
      return inEntry(journeys, event, (journey) => planStep(journey, event.data.planVersion, 'ENDED'));
    case 'lianxin.task.dispatched.v1':
      return inEntry(journeys, event, (journey) => dispatched(journey, event));
    case 'lianxin.task.held.v1':
    case 'lianxin.task.released.v1':
    case 'lianxin.task.lifting.v1':
      return inEvery(journeys, event.time, (journey) => event.data.tasks.reduce(withStatus, journey));
    case 'lianxin.task.acknowledged.v1':
    case 'lianxin.task.returned.v1':
    case 'lianxin.task.return_decided.v1':
    case 'lianxin.task.started.v1':
    case 'lianxin.task.armed.v1':
    case 'lianxin.task.lifted.v1':
      return inEvery(journeys, event.time, (journey) => withStatus(journey, event.data));
    case 'lianxin.feedback.submitted.v1':
      return inEvery(journeys, event.time, (journey) => answered(journey, event, 'PENDING'));
    case 'lianxin.feedback.approved.v1':
      return inEvery(journeys, event.time, (journey) => answered(journey, event, 'VALID'));
    case 'lianxin.feedback.rejected.v1':
      return inEvery(journeys, event.time, (journey) => answered(journey, event, 'REJECTED'));
    case 'lianxin.case.recorded.v1':
      return journeys;
  }
}

/** The latest flags first: ids of entries rise with time. */
export function latestOf(journeys: Journeys): Journey[] {
  return Object.values(journeys).sort((a, b) => (a.entryId < b.entryId ? 1 : -1));
}

type EventOf<Type extends HeardEvent['type']> = Extract<HeardEvent, { type: Type }>;
type EntryEvent = Extract<HeardEvent, { type: `lianxin.list_entry.${string}` }>;

function inEntry(journeys: Journeys, event: HeardEvent & { data: { entryId: string } }, change: (journey: Journey) => Journey): Journeys {
  const { entryId } = event.data;
  const journey = { ...change(journeys[entryId] ?? emptyJourney(entryId, event.time)), heardAt: event.time };
  const next = { ...journeys, [entryId]: journey };
  const oldest = Object.keys(next).length > maxJourneys ? latestOf(next)[maxJourneys] : undefined;
  if (oldest === undefined) return next;
  const { [oldest.entryId]: _gone, ...kept } = next;
  return kept;
}

/** A task may stand on several flags (R-4-5): what happens to it shows in each. */
function inEvery(journeys: Journeys, heardAt: string, change: (journey: Journey) => Journey): Journeys {
  const changed = Object.values(journeys).flatMap((journey) => {
    const next = change(journey);
    return next === journey ? [] : [[journey.entryId, { ...next, heardAt }] as const];
  });
  return changed.length === 0 ? journeys : { ...journeys, ...Object.fromEntries(changed) };
}

function entryOf({ data }: EntryEvent): Omit<JourneyEntry, 'activatedAt'> {
  const { entryVersion, number, listCode, listType, status, designatingDepartment } = data;
  return { version: entryVersion, number, listCode, listType, status, designatingDepartment };
}

function planOf({ data, time }: EventOf<'lianxin.measure_plan.made.v1'>): JourneyPlan {
  return {
    planId: data.planId,
    version: data.planVersion,
    status: 'LIVE',
    madeAt: time,
    measures: new Set(data.groups.flatMap((group) => group.measureCodes)).size,
    parties: data.parties.length,
    skips: data.groups.reduce((sum, group) => sum + group.skips.length * group.partyIds.length, 0),
  };
}

function planStep(journey: Journey, version: number, status: JourneyPlan['status']): Journey {
  const { plan } = journey;
  return plan === undefined || plan.version >= version ? journey : { ...journey, plan: { ...plan, version, status } };
}

function dispatched(journey: Journey, { data }: EventOf<'lianxin.task.dispatched.v1'>): Journey {
  let next = withLabel(journey, { listCode: data.listCode });
  for (const task of data.tasks) next = withTask(next, { ...task, id: task.taskId, version: task.taskVersion });
  for (const { noticeId, departmentCode, measureCode } of data.notices)
    next = withNotice(next, { id: noticeId, departmentCode, measureCode });
  return next;
}

function answered(
  journey: Journey,
  { data }: EventOf<'lianxin.feedback.submitted.v1' | 'lianxin.feedback.approved.v1' | 'lianxin.feedback.rejected.v1'>,
  status: 'PENDING' | 'VALID' | 'REJECTED',
): Journey {
  const { feedbackId, feedbackVersion: version, cycle, taskId, taskVersion, taskStatus } = data;
  return withAnswer(withStatus(journey, { taskId, taskVersion, status: taskStatus }), taskId, { feedbackId, version, cycle, status });
}
