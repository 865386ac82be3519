import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { BackChecks } from './back-check.ts';
import { CatalogueCopy } from './catalogue.copy.ts';
import { CheckController } from './check.controller.ts';
import { checkExport } from './check.export.ts';
import { CheckRecorder } from './check.recorder.ts';
import { CheckService } from './check.service.ts';
import { CheckStore } from './check.store.ts';
import { CheckFeedbackService } from './check-feedback.service.ts';
import { CheckSettings, type Config, configSchema } from './config.ts';
import { checksMigration } from './migrations/0001-checks.ts';
import { sourceDoubtMigration } from './migrations/0002-source-doubt.ts';
import { ReadModelConsumer } from './read-model.consumer.ts';
import { ReadModelStore } from './read-model.store.ts';
import { CheckSpool } from './spool.ts';
import { SubjectDocuments } from './subject-documents.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config), ExportModule.register([checkExport])],
      controllers: [CheckController],
      providers: [
        { provide: CheckSettings, useValue: new CheckSettings(config) },
        ReadModelStore,
        ReadModelConsumer,
        CatalogueCopy,
        SubjectDocuments,
        CheckStore,
        CheckRecorder,
        CheckSpool,
        CheckService,
        CheckFeedbackService,
        BackChecks,
      ],
    };
  }
}

export const service = {
  name: 'window-check',
  titleZh: '窗口核查',
  config: configSchema,
  migrations: [messagingMigration, checksMigration, sourceDoubtMigration, exportMigrationOf('window-check')],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
