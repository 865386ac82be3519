import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { acceptFiles, FileDesk, FileFolder } from '@lianxin/files';
import { digestMigration, MessagingModule, messagingMigration, parameterMigrationOf } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { ActController } from './act.controller.ts';
import { ActService } from './act.service.ts';
import { BulkController } from './bulk.controller.ts';
import { bulkItemExport } from './bulk.export.ts';
import { BulkRunner } from './bulk.runner.ts';
import { BulkService } from './bulk.service.ts';
import { BulkStore } from './bulk.store.ts';
import { CalendarController } from './calendar.controller.ts';
import { CalendarService } from './calendar.service.ts';
import { CalendarStore } from './calendar.store.ts';
import { ClaimController } from './claim.controller.ts';
import { ClaimService } from './claim.service.ts';
import { ClaimStore } from './claim.store.ts';
import { type Config, configSchema, UrgeChannels } from './config.ts';
import { CopyStore } from './copy.store.ts';
import { CycleService } from './cycle.service.ts';
import { FeedbackController } from './feedback.controller.ts';
import { feedbackExport } from './feedback.export.ts';
import { FeedbackForms } from './feedback.form.ts';
import { FeedbackHits } from './feedback.hits.ts';
import { FeedbackReader } from './feedback.reader.ts';
import { FeedbackService } from './feedback.service.ts';
import { FeedbackStore } from './feedback.store.ts';
import { FeedbackWithdrawals } from './feedback.withdrawals.ts';
import { FeedbackTableService } from './feedback-table.service.ts';
import { FileController } from './file.controller.ts';
import { FileStore } from './file.store.ts';
import { HandOverStore } from './hand-over.store.ts';
import { tasksMigration } from './migrations/0001-tasks.ts';
import { feedbackMigration } from './migrations/0002-feedback.ts';
import { planDepartmentsMigration } from './migrations/0003-plan-departments.ts';
import { measureQueueMigration } from './migrations/0004-measure-queue.ts';
import { basisRounds } from './migrations/0005-basis-rounds.ts';
import { urgingMigration } from './migrations/0006-urging.ts';
import { ordersMigration } from './migrations/0007-orders.ts';
import { calendarsMigration } from './migrations/0008-calendars.ts';
import { handlingMigration } from './migrations/0009-handling.ts';
import { feedbackTablesMigration } from './migrations/0010-feedback-tables.ts';
import { windowHitsMigration } from './migrations/0011-window-hits.ts';
import { plannedDepartmentsMigration } from './migrations/0012-planned-departments.ts';
import { replaysMigration } from './migrations/0013-replays.ts';
import { replayCorrectionsMigration } from './migrations/0014-replay-corrections.ts';
import { joinedDepartmentsMigration } from './migrations/0015-joined-departments.ts';
import { taskReplaysMigration } from './migrations/0016-task-replays.ts';
import { zeroReportsMigration } from './migrations/0017-zero-reports.ts';
import { armedTasksMigration } from './migrations/0018-armed-tasks.ts';
import { NoticeStore } from './notice.store.ts';
import { OrderConsumer } from './order.consumer.ts';
import { OrderService } from './order.service.ts';
import { OrderStore } from './order.store.ts';
import { PlanConsumer } from './plan.consumer.ts';
import { PlanService } from './plan.service.ts';
import { PlanStore } from './plan.store.ts';
import { QueueService } from './queue.service.ts';
import { ReplayCarrier } from './replay.carrier.ts';
import { ReplayConsumer } from './replay.consumer.ts';
import { ReplayService } from './replay.service.ts';
import { ReplayStore } from './replay.store.ts';
import { RevealController } from './reveal.controller.ts';
import { RevealStore } from './reveal.store.ts';
import { SpotCheckController } from './spot-check.controller.ts';
import { spotCheckExport, windowHitExport } from './spot-check.export.ts';
import { SpotCheckService } from './spot-check.service.ts';
import { SpotCheckStore } from './spot-check.store.ts';
import { TaskController } from './task.controller.ts';
import { TaskDigest } from './task.digest.store.ts';
import { noticeExport, taskExport } from './task.export.ts';
import { TaskFigures } from './task.figures.ts';
import { TaskStore } from './task.store.ts';
import { TaskViews } from './task.view.ts';
import { TaskFiguresStore } from './task-figures.store.ts';
import { TaskReplayStore } from './task-replay.store.ts';
import { TaskTerms, UrgeTimes } from './terms.ts';
import { UrgeController } from './urge.controller.ts';
import { urgeExport } from './urge.export.ts';
import { UrgeReadStore } from './urge.read.store.ts';
import { UrgeReader } from './urge.reader.ts';
import { UrgeSender } from './urge.sender.ts';
import { UrgeService } from './urge.service.ts';
import { UrgeStore } from './urge.store.ts';
import { UrgeContactController } from './urge-contact.controller.ts';
import { UrgeDeliveryStore } from './urge-delivery.store.ts';
import { WindowHitConsumer } from './window-hit.consumer.ts';
import { WindowHitController, WindowHitReader } from './window-hit.controller.ts';
import { WindowHitService } from './window-hit.service.ts';
import { WindowHitStore } from './window-hit.store.ts';
import { WindowServedStore } from './window-served.store.ts';
import { ZeroReportController } from './zero-report.controller.ts';
import { zeroReportExport } from './zero-report.export.ts';
import { ZeroFeedbackStore } from './zero-report.feedback.store.ts';
import { ZeroReportQuarter } from './zero-report.quarter.ts';
import { ZeroReportRecorder } from './zero-report.recorder.ts';
import { ZeroReportService } from './zero-report.service.ts';
import { ZeroReportStore } from './zero-report.store.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.register(config),
        ExportModule.register([
          taskExport,
          noticeExport,
          feedbackExport,
          urgeExport,
          bulkItemExport,
          spotCheckExport,
          windowHitExport,
          zeroReportExport,
        ]),
      ],
      controllers: [
        BulkController,
        ClaimController,
        TaskController,
        ActController,
        FeedbackController,
        FileController,
        RevealController,
        UrgeController,
        UrgeContactController,
        CalendarController,
        WindowHitController,
        SpotCheckController,
        ZeroReportController,
      ],
      providers: [
        TaskTerms,
        UrgeTimes,
        { provide: UrgeChannels, useValue: new UrgeChannels(config) },
        PlanStore,
        TaskDigest,
        ClaimStore,
        ClaimService,
        HandOverStore,
        BulkStore,
        BulkService,
        BulkRunner,
        FeedbackTableService,
        CalendarStore,
        CalendarService,
        OrderStore,
        OrderService,
        OrderConsumer,
        PlanService,
        PlanConsumer,
        ReplayStore,
        ReplayService,
        ReplayCarrier,
        ReplayConsumer,
        CopyStore,
        TaskStore,
        NoticeStore,
        TaskViews,
        TaskReplayStore,
        QueueService,
        ActService,
        FeedbackService,
        FeedbackForms,
        FeedbackReader,
        FeedbackStore,
        FileDesk,
        FileFolder,
        FileStore,
        RevealStore,
        CycleService,
        TaskFiguresStore,
        TaskFigures,
        UrgeStore,
        UrgeService,
        UrgeDeliveryStore,
        UrgeSender,
        UrgeReadStore,
        UrgeReader,
        FeedbackHits,
        FeedbackWithdrawals,
        WindowHitStore,
        WindowHitService,
        WindowHitConsumer,
        WindowHitReader,
        SpotCheckStore,
        SpotCheckService,
        WindowServedStore,
        ZeroReportStore,
        ZeroFeedbackStore,
        ZeroReportRecorder,
        ZeroReportQuarter,
        ZeroReportService,
      ],
    };
  }
}

export const service = {
  name: 'execution-feedback',
  titleZh: '执行反馈',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    parameterMigrationOf('execution-feedback'),
    tasksMigration,
    feedbackMigration,
    exportMigrationOf('execution-feedback'),
    planDepartmentsMigration,
    measureQueueMigration,
    basisRounds,
    urgingMigration,
    ordersMigration,
    calendarsMigration,
    handlingMigration,
    feedbackTablesMigration,
    windowHitsMigration,
    plannedDepartmentsMigration,
    replaysMigration,
    replayCorrectionsMigration,
    joinedDepartmentsMigration,
    taskReplaysMigration,
    zeroReportsMigration,
    armedTasksMigration,
  ],
  module: (config: Config) => AppModule.register(config),
  plugins: acceptFiles,
} satisfies ServiceDefinition<typeof configSchema.shape>;
