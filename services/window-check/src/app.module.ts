import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { digestMigration, MessagingModule, messagingMigration, preparedOutboxMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { BackChecks } from './back-check.ts';
import { CatalogueCopy } from './catalogue.copy.ts';
import { CheckController } from './check.controller.ts';
import { checkExport, checkIncidentExport } from './check.export.ts';
import { CheckRecorder } from './check.recorder.ts';
import { CheckService } from './check.service.ts';
import { CheckStore } from './check.store.ts';
import { CheckFeedbackService } from './check-feedback.service.ts';
import { CheckIncidentController, CheckIncidentReader } from './check-incident.controller.ts';
import { CheckIncidentStore } from './check-incident.store.ts';
import { CheckSettings, type Config, configSchema } from './config.ts';
import { checksMigration } from './migrations/0001-checks.ts';
import { sourceDoubtMigration } from './migrations/0002-source-doubt.ts';
import { recordChecksMigration } from './migrations/0003-record-checks.ts';
import { checkIncidentsMigration } from './migrations/0004-check-incidents.ts';
import { windowDoubtsMigration } from './migrations/0005-window-doubts.ts';
import { backChecksMigration } from './migrations/0006-back-checks.ts';
import { inReviewMigration } from './migrations/0007-in-review.ts';
import { ReadModelConsumer } from './read-model.consumer.ts';
import { ReadModelDigest } from './read-model.digest.store.ts';
import { ReadModelStore } from './read-model.store.ts';
import { CheckSpool } from './spool.ts';
import { SubjectDocuments } from './subject-documents.ts';
import { VisibleCheck } from './visible.guard.ts';
import { WindowDoubtStore } from './window-doubt.store.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config), ExportModule.register([checkExport, checkIncidentExport])],
      controllers: [CheckController, CheckIncidentController],
      providers: [
        { provide: CheckSettings, useValue: new CheckSettings(config) },
        ReadModelStore,
        ReadModelDigest,
        ReadModelConsumer,
        CatalogueCopy,
        SubjectDocuments,
        CheckStore,
        CheckRecorder,
        CheckSpool,
        CheckService,
        CheckFeedbackService,
        BackChecks,
        CheckIncidentStore,
        WindowDoubtStore,
        CheckIncidentReader,
        VisibleCheck,
      ],
    };
  }
}

export const service = {
  name: 'window-check',
  titleZh: '窗口核查',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    preparedOutboxMigration,
    checksMigration,
    sourceDoubtMigration,
    exportMigrationOf('window-check'),
    recordChecksMigration,
    checkIncidentsMigration,
    windowDoubtsMigration,
    backChecksMigration,
    inReviewMigration,
  ],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
