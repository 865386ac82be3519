import type {
  caseRecorded,
  EventData,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  listEntryActivated,
  listEntryExited,
  listEntryReceived,
  listEntryResumed,
  listEntrySuspended,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanReleased,
  taskAcknowledged,
  taskArmed,
  taskDispatched,
  taskHeld,
  taskLifted,
  taskLifting,
  taskReleased,
  taskReturnDecided,
  taskReturned,
  taskStarted,
} from '@lianxin/contracts';

/** What the page understands of the stream, by type. Types only: the schemas stay out of the browser. */
interface DataOf {
  'lianxin.list_entry.received.v1': EventData<typeof listEntryReceived>;
  'lianxin.list_entry.activated.v1': EventData<typeof listEntryActivated>;
  'lianxin.list_entry.suspended.v1': EventData<typeof listEntrySuspended>;
  'lianxin.list_entry.resumed.v1': EventData<typeof listEntryResumed>;
  'lianxin.list_entry.exited.v1': EventData<typeof listEntryExited>;
  'lianxin.measure_plan.made.v1': EventData<typeof measurePlanMade>;
  'lianxin.measure_plan.held.v1': EventData<typeof measurePlanHeld>;
  'lianxin.measure_plan.released.v1': EventData<typeof measurePlanReleased>;
  'lianxin.measure_plan.ended.v1': EventData<typeof measurePlanEnded>;
  'lianxin.task.dispatched.v1': EventData<typeof taskDispatched>;
  'lianxin.task.held.v1': EventData<typeof taskHeld>;
  'lianxin.task.released.v1': EventData<typeof taskReleased>;
  'lianxin.task.lifting.v1': EventData<typeof taskLifting>;
  'lianxin.task.acknowledged.v1': EventData<typeof taskAcknowledged>;
  'lianxin.task.returned.v1': EventData<typeof taskReturned>;
  'lianxin.task.return_decided.v1': EventData<typeof taskReturnDecided>;
  'lianxin.task.started.v1': EventData<typeof taskStarted>;
  'lianxin.task.armed.v1': EventData<typeof taskArmed>;
  'lianxin.task.lifted.v1': EventData<typeof taskLifted>;
  'lianxin.feedback.submitted.v1': EventData<typeof feedbackSubmitted>;
  'lianxin.feedback.approved.v1': EventData<typeof feedbackApproved>;
  'lianxin.feedback.rejected.v1': EventData<typeof feedbackRejected>;
  'lianxin.case.recorded.v1': EventData<typeof caseRecorded>;
}
export type HeardType = keyof DataOf;

/** A structured CloudEvent of the stream, as far as the page uses it. */
interface Heard<Type extends HeardType> {
  readonly id: string;
  readonly type: Type;
  /** RFC 3339. */
  readonly time: string;
  readonly data: DataOf[Type];
}
/** Discriminated by `type`. */
export type HeardEvent = { [Type in HeardType]: Heard<Type> }[HeardType];

const byType: Readonly<Record<HeardType, true>> = {
  'lianxin.list_entry.received.v1': true,
  'lianxin.list_entry.activated.v1': true,
  'lianxin.list_entry.suspended.v1': true,
  'lianxin.list_entry.resumed.v1': true,
  'lianxin.list_entry.exited.v1': true,
  'lianxin.measure_plan.made.v1': true,
  'lianxin.measure_plan.held.v1': true,
  'lianxin.measure_plan.released.v1': true,
  'lianxin.measure_plan.ended.v1': true,
  'lianxin.task.dispatched.v1': true,
  'lianxin.task.held.v1': true,
  'lianxin.task.released.v1': true,
  'lianxin.task.lifting.v1': true,
  'lianxin.task.acknowledged.v1': true,
  'lianxin.task.returned.v1': true,
  'lianxin.task.return_decided.v1': true,
  'lianxin.task.started.v1': true,
  'lianxin.task.armed.v1': true,
  'lianxin.task.lifted.v1': true,
  'lianxin.feedback.submitted.v1': true,
  'lianxin.feedback.approved.v1': true,
  'lianxin.feedback.rejected.v1': true,
  'lianxin.case.recorded.v1': true,
};

const heardTypes = new Set(Object.keys(byType));

/** The event in a message of the stream; undefined for a type that the page does not show, such as one that came after it was built. */
export function heardEventOf(json: string): HeardEvent | undefined {
  const event = JSON.parse(json) as { type: string };
  return heardTypes.has(event.type) ? (event as HeardEvent) : undefined;
}
