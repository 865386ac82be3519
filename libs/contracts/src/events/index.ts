import type { EventDefinition } from '../event.ts';
import { calendarLoaded } from './calendar.ts';
import { catalogueApplied, cataloguePublished } from './catalogue.ts';
import { checkDecided, checkOverridden, checkPerformed } from './check.ts';
import { digestAnswered, digestCompared, digestMade, digestQuestioned, digestRequested } from './digest.ts';
import { incidentRaised } from './incident.ts';
import {
  listEntryActivated,
  listEntryConfirmed,
  listEntryExited,
  listEntryNarrowed,
  listEntryReceived,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuspended,
  listEntryUnconfirmed,
} from './list-entry.ts';
import {
  listEntryAdvanced,
  listEntryCorrected,
  listEntryDeadlineMissed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryReviewDecided,
  listEntryReviewRaised,
  listEntrySuperseded,
} from './list-entry-life.ts';
import { matchDecided, matchReviewRequested } from './match.ts';
import {
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanSuperseded,
} from './measure-plan.ts';
import {
  objectionAccepted,
  objectionAdvanced,
  objectionClosed,
  objectionDecided,
  objectionExecuted,
  objectionForwarded,
  objectionMarked,
  objectionOverdue,
  objectionSubmitted,
  objectionWithdrawn,
} from './objection.ts';
import { parameterChanged } from './parameter.ts';
import {
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordPublished,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
  publicRecordStopped,
  publicRecordWithdrawn,
} from './public-record.ts';
import { publicReportReceived, publicReportTallied } from './public-report.ts';
import { listEntryPublicationConfirmed, listEntryPublicationOrdered, listEntryPublicationOverdue } from './publication.ts';
import { redeliveryConfirmed, redeliveryDelivered, redeliveryEnded } from './redelivery.ts';
import { repairGranted, repairRevoked } from './repair.ts';
import {
  repairAdvanced,
  repairDeadlineMissed,
  repairPublicityLimited,
  repairReceived,
  repairRecordGranted,
  repairRecordRevoked,
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
  repairRefused,
  repairSynced,
  repairSyncFailed,
  repairTemporarilyRestored,
  repairTemporaryEnded,
} from './repair-life.ts';
import {
  replayApplied,
  replayApproved,
  replayAssessed,
  replayCancelled,
  replayCarriedOut,
  replayPlanned,
  replayRefused,
  replayRequested,
} from './replay.ts';
import { restorationOrdered } from './restoration.ts';
import { subjectChanged, subjectChangedV2, subjectRegistered } from './subject.ts';
import {
  caseRecorded,
  caseWithdrawn,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  taskAcknowledged,
  taskAdjusted,
  taskArmed,
  taskDispatched,
  taskHeld,
  taskLifted,
  taskLifting,
  taskReleased,
  taskReturnDecided,
  taskReturned,
  taskStarted,
} from './task.ts';
import { taskAssigned, taskReassigned, taskRescheduled, taskSettled } from './task-order.ts';
import { urgeDelivered, urgeRead, urgeSent } from './urge.ts';
import {
  verificationCancelled,
  verificationConcluded,
  verificationOverdue,
  verificationReported,
  verificationRequested,
  verificationTransferred,
} from './verification.ts';

export * from './calendar.ts';
export * from './catalogue.ts';
export * from './check.ts';
export * from './digest.ts';
export * from './incident.ts';
export * from './list-entry.ts';
export * from './list-entry-life.ts';
export * from './match.ts';
export * from './measure-plan.ts';
export * from './objection.ts';
export * from './parameter.ts';
export * from './public-record.ts';
export * from './public-report.ts';
export * from './publication.ts';
export * from './redelivery.ts';
export * from './repair.ts';
export * from './repair-life.ts';
export * from './replay.ts';
export * from './restoration.ts';
export * from './subject.ts';
export * from './task.ts';
export * from './task-order.ts';
export * from './urge.ts';
export * from './verification.ts';

/** Every event of the system, by type. The only registry: producers and consumers validate against it. */
export const eventDefinitions: readonly EventDefinition[] = [
  subjectRegistered,
  subjectChanged,
  subjectChangedV2,
  matchReviewRequested,
  matchDecided,
  listEntryReceived,
  listEntryActivated,
  listEntrySuspended,
  listEntryResumed,
  listEntryExited,
  listEntryUnconfirmed,
  listEntryConfirmed,
  listEntryNarrowed,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryAdvanced,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntrySuperseded,
  listEntryCorrected,
  listEntryDeadlineMissed,
  listEntryReviewRaised,
  listEntryReviewDecided,
  listEntryPublicationOrdered,
  listEntryPublicationConfirmed,
  listEntryPublicationOverdue,
  publicRecordPublished,
  publicRecordStopped,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
  publicRecordWithdrawn,
  publicReportReceived,
  publicReportTallied,
  objectionSubmitted,
  objectionAccepted,
  objectionMarked,
  objectionAdvanced,
  objectionForwarded,
  objectionDecided,
  objectionWithdrawn,
  objectionExecuted,
  objectionClosed,
  objectionOverdue,
  repairGranted,
  repairRevoked,
  repairReceived,
  repairAdvanced,
  repairRefused,
  repairRecordGranted,
  repairRecordRevoked,
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
  repairPublicityLimited,
  repairTemporarilyRestored,
  repairTemporaryEnded,
  repairSynced,
  repairSyncFailed,
  repairDeadlineMissed,
  verificationRequested,
  verificationTransferred,
  verificationConcluded,
  verificationCancelled,
  verificationOverdue,
  verificationReported,
  catalogueApplied,
  cataloguePublished,
  measurePlanMade,
  measurePlanHeld,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanNarrowed,
  measurePlanSuperseded,
  incidentRaised,
  taskDispatched,
  taskHeld,
  taskReleased,
  taskLifting,
  taskAdjusted,
  taskAcknowledged,
  taskReturned,
  taskReturnDecided,
  taskStarted,
  taskArmed,
  taskLifted,
  taskAssigned,
  taskSettled,
  taskReassigned,
  taskRescheduled,
  restorationOrdered,
  replayRequested,
  replayAssessed,
  replayPlanned,
  replayApproved,
  replayRefused,
  replayCarriedOut,
  replayApplied,
  replayCancelled,
  urgeSent,
  urgeDelivered,
  urgeRead,
  calendarLoaded,
  parameterChanged,
  feedbackSubmitted,
  feedbackApproved,
  feedbackRejected,
  caseRecorded,
  caseWithdrawn,
  checkPerformed,
  checkDecided,
  checkOverridden,
  redeliveryConfirmed,
  redeliveryDelivered,
  redeliveryEnded,
  digestRequested,
  digestMade,
  digestQuestioned,
  digestAnswered,
  digestCompared,
];

const byType = new Map(eventDefinitions.map((definition) => [definition.type, definition]));

export function findEventDefinition(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** All topics, sorted. */
export const topics: readonly string[] = [...new Set(eventDefinitions.map((definition) => definition.topic))].sort();
/** Partitions of every topic (design §3). */
export const partitionsPerTopic = 12;
