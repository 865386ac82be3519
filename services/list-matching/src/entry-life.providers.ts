import { CrossCheckService } from './cross-check.service.ts';
import { DraftService } from './draft.service.ts';
import { EntryAftermathController } from './entry-aftermath.controller.ts';
import { EntryAftermathService } from './entry-aftermath.service.ts';
import { EntryRequests } from './entry-answer.ts';
import { EntryChange } from './entry-change.service.ts';
import { EntryCorrectionController } from './entry-correction.controller.ts';
import { EntryCorrectionService } from './entry-correction.service.ts';
import { EntryDeadlineController } from './entry-deadline.controller.ts';
import { EntryDeadlineService } from './entry-deadline.service.ts';
import { EntryDecisionController } from './entry-decision.controller.ts';
import { EntryNoticeController } from './entry-notice.controller.ts';
import { EntryReviewController } from './entry-review.controller.ts';
import { EntryReviewService } from './entry-review.service.ts';
import { EntryStepService } from './entry-step.service.ts';
import { ListAbolitionController } from './list-abolition.controller.ts';
import { ListAbolitionService } from './list-abolition.service.ts';
import { ObjectionConsumer } from './objection.consumer.ts';
import { RepairConsumer } from './repair.consumer.ts';
import { ReplayAssessor } from './replay.assessor.ts';
import { ReplayConsumer } from './replay.consumer.ts';

/** The life of an entry beyond its one-call activation: steps, time limits, reviews, cross-check by night, abolished lists, repairs. */
export const lifeControllers = [
  EntryNoticeController,
  EntryDecisionController,
  EntryAftermathController,
  EntryCorrectionController,
  EntryReviewController,
  EntryDeadlineController,
  ListAbolitionController,
];
export const lifeProviders = [
  EntryChange,
  EntryRequests,
  DraftService,
  EntryStepService,
  EntryAftermathService,
  EntryDeadlineService,
  EntryReviewService,
  CrossCheckService,
  ListAbolitionService,
  RepairConsumer,
  ObjectionConsumer,
  ReplayAssessor,
  EntryCorrectionService,
  ReplayConsumer,
];
