import multipart from '@fastify/multipart';
import { ProblemError } from '@lianxin/contracts';
import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import {
  CalendarCopy,
  calendarMigrationOf,
  digestMigration,
  MessagingModule,
  messagingMigration,
  parameterMigrationOf,
} from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Config, configSchema, ListConfig } from './config.ts';
import { NoticeController } from './decision-notice.controller.ts';
import { NoticeMaker } from './decision-notice.maker.ts';
import { NoticeService } from './decision-notice.service.ts';
import { DepartmentConsumer } from './department.consumer.ts';
import { DesignationService } from './designation.service.ts';
import { EntryDigest } from './entry.digest.store.ts';
import { EntryWriter } from './entry.writer.ts';
import { lifeControllers, lifeProviders } from './entry-life.providers.ts';
import { ExitNoticeController } from './exit-notice.controller.ts';
import { ExitNoticeService } from './exit-notice.service.ts';
import { importErrorExport, importExport, matchJobExport } from './import.export.ts';
import { importControllers, importProviders } from './import.providers.ts';
import { maxFileBytes } from './import-file.ts';
import { NationalBatchImport } from './import-national-batch.kind.ts';
import { PublicRecordImports, PublicRecordUndo } from './import-public-records.kind.ts';
import { agreementExport, deadlineExport, questionExport, reviewExport } from './life.export.ts';
import { listEntryExport, listExport, matchCandidateExport } from './list.export.ts';
import { ListCatalogue, ListDefinitionController } from './list-definition.controller.ts';
import { ListEntryController } from './list-entry.controller.ts';
import { ListEntryService } from './list-entry.service.ts';
import { MatchController } from './match.controller.ts';
import { MatchService } from './match.service.ts';
import { MatchCandidateController } from './match-candidate.controller.ts';
import { MatchCandidateService } from './match-candidate.service.ts';
import { MatchIndexHost } from './match-index.host.ts';
import { MatchJobController } from './match-job.controller.ts';
import { MatchJobRunner } from './match-job.runner.ts';
import { MatchJobService } from './match-job.service.ts';
import { UnmatchedRetry } from './match-retry.ts';
import { EntryReviewSource } from './match-review.entries.ts';
import { MatchReviewService } from './match-review.service.ts';
import { ReviewSources } from './match-review.sources.ts';
import { UncertainRecords } from './match-uncertain.ts';
import { migration0001 } from './migrations/0001-list-entries.ts';
import { migration0002 } from './migrations/0002-imports.ts';
import { migration0003 } from './migrations/0003-import-flow.ts';
import { migration0004 } from './migrations/0004-register.ts';
import { migration0005 } from './migrations/0005-life-cycle.ts';
import { migration0006 } from './migrations/0006-recognition.ts';
import { migration0008 } from './migrations/0008-public-records.ts';
import { migration0010 } from './migrations/0010-national-batches.ts';
import { migration0011 } from './migrations/0011-decision-notices.ts';
import { migration0012 } from './migrations/0012-batch-files.ts';
import { migration0013 } from './migrations/0013-publication-orders.ts';
import { migration0014 } from './migrations/0014-list-standards.ts';
import { migration0015 } from './migrations/0015-list-standard-rights.ts';
import { migration0016 } from './migrations/0016-corrections.ts';
import { migration0017 } from './migrations/0017-hidden-records.ts';
import { migration0018 } from './migrations/0018-replay-orders.ts';
import { migration0019 } from './migrations/0019-moved-periods.ts';
import { migration0020 } from './migrations/0020-public-declarations.ts';
import { BatchClock } from './national-batch.clock.ts';
import { NationalBatchController } from './national-batch.controller.ts';
import { batchExport, batchRowExport, verificationExport } from './national-batch.export.ts';
import { BatchFiles } from './national-batch.file.ts';
import { BatchIntake } from './national-batch.intake.ts';
import { BatchReports } from './national-batch.report.ts';
import { BatchReview } from './national-batch.review.ts';
import { NationalBatchService } from './national-batch.service.ts';
import { PublicRecordController } from './public-record.controller.ts';
import { publicRecordExport } from './public-record.export.ts';
import { PublicRecordIntake } from './public-record.intake.ts';
import { PublicRecordRepair } from './public-record.repair.ts';
import { PublicRecordService } from './public-record.service.ts';
import { PublicRecordWriter } from './public-record.work.ts';
import { PublicRecordReports, RefusedRecordCount } from './public-record-report.ts';
import { PublicSheetController } from './public-sheet.controller.ts';
import { publicSheetExport } from './public-sheet.export.ts';
import { PublicSheetService } from './public-sheet.service.ts';
import { PublicationController } from './publication.controller.ts';
import { PublicationService } from './publication.service.ts';
import { PublicationOrderController } from './publication-order.controller.ts';
import { publicationOrderExport } from './publication-order.export.ts';
import { PublicationOrders } from './publication-order.maker.ts';
import { PublicationOrderService } from './publication-order.service.ts';
import { RecognitionController } from './recognition.controller.ts';
import { RecognitionService } from './recognition.service.ts';
import { RegisterConflicts } from './register.conflicts.ts';
import { RegisterController } from './register.controller.ts';
import { RegisterEndings } from './register.endings.ts';
import { RegisterLinks } from './register.links.ts';
import { RegisterService } from './register.service.ts';
import { RegisterImport } from './register-import.kind.ts';
import { SubjectController } from './subject.controller.ts';
import { SubjectQueries } from './subject.queries.ts';
import { SubjectRegister } from './subject.service.ts';
import { ListTerms } from './terms.ts';
import { VerificationController } from './verification.controller.ts';
import { VerificationEffects } from './verification.effects.ts';
import { VerificationService } from './verification.service.ts';
import { WindowDoubts } from './window-doubt.ts';

/** What a file may be called on the wire; what it is, is seen from its bytes. */
const fileTypes = [
  'text/csv',
  'application/octet-stream',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.ms-excel',
];

/** Every list of this service, as its screen filters it. */
const exportedLists = [
  listEntryExport,
  listExport,
  matchCandidateExport,
  matchJobExport,
  publicRecordExport,
  publicSheetExport,
  publicationOrderExport,
  importExport,
  importErrorExport,
  deadlineExport,
  reviewExport,
  agreementExport,
  questionExport,
  batchExport,
  batchRowExport,
  verificationExport,
];

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config), ExportModule.register(exportedLists)],
      controllers: [
        ListDefinitionController,
        RegisterController,
        SubjectController,
        ListEntryController,
        MatchController,
        MatchJobController,
        ...lifeControllers,
        NoticeController,
        MatchCandidateController,
        ...importControllers,
        PublicRecordController,
        PublicSheetController,
        RecognitionController,
        NationalBatchController,
        VerificationController,
        PublicationController,
        PublicationOrderController,
        ExitNoticeController,
      ],
      providers: [
        CalendarCopy,
        { provide: ListConfig, useValue: new ListConfig(config) },
        ListTerms,
        ListCatalogue,
        DepartmentConsumer,
        SubjectRegister,
        RegisterEndings,
        RegisterConflicts,
        RegisterImport,
        RegisterLinks,
        RegisterService,
        SubjectQueries,
        EntryWriter,
        EntryDigest,
        NoticeMaker,
        NoticeService,
        DesignationService,
        ListEntryService,
        MatchIndexHost,
        MatchJobRunner,
        MatchJobService,
        MatchService,
        UncertainRecords,
        UnmatchedRetry,
        ...lifeProviders,
        ReviewSources,
        MatchReviewService,
        EntryReviewSource,
        WindowDoubts,
        MatchCandidateService,
        ...importProviders,
        PublicRecordWriter,
        PublicRecordReports,
        PublicSheetService,
        RefusedRecordCount,
        PublicRecordIntake,
        PublicRecordService,
        PublicRecordRepair,
        PublicRecordUndo,
        PublicRecordImports,
        RecognitionService,
        BatchClock,
        BatchIntake,
        VerificationEffects,
        VerificationService,
        BatchReview,
        NationalBatchService,
        BatchReports,
        BatchFiles,
        NationalBatchImport,
        PublicationService,
        PublicationOrders,
        PublicationOrderService,
        ExitNoticeService,
      ],
    };
  }
}

export const service = {
  name: 'list-matching',
  titleZh: '名单与比对',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    parameterMigrationOf('list-matching'),
    migration0001,
    migration0002,
    migration0003,
    migration0004,
    migration0005,
    migration0006,
    migration0008,
    migration0010,
    migration0011,
    migration0012,
    migration0013,
    migration0014,
    migration0015,
    migration0016,
    migration0017,
    migration0018,
    migration0019,
    migration0020,
    exportMigrationOf('list-matching'),
    calendarMigrationOf('list_matching'),
  ],
  module: (config) => AppModule.register(config),
  plugins: async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 10, fileSize: maxFileBytes + 1 } });
    // A list file is never held in memory: its body stays a stream, and only the import takes one.
    app
      .getHttpAdapter()
      .getInstance()
      .addContentTypeParser(fileTypes, (request, payload, done) => {
        if (/^\/api\/v1\/(imports|match-jobs)/.test(request.url)) done(null, payload);
        else done(new ProblemError('UNSUPPORTED_MEDIA_TYPE', '此接口接收 application/json；名单文件请提交到 /api/v1/imports'));
      });
  },
} satisfies ServiceDefinition<typeof configSchema.shape>;
