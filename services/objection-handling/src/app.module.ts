import { MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { CatalogueStore } from './catalogue.store.ts';
import { CausesService } from './causes.service.ts';
import { type Config, configSchema } from './config.ts';
import { JournalConsumer } from './journal.consumer.ts';
import { JournalService } from './journal.service.ts';
import { JournalStore } from './journal.store.ts';
import { journalMigration } from './migrations/0001-journal.ts';
import { TimelineController } from './timeline.controller.ts';
import { TimelineExport } from './timeline.export.ts';
import { TimelineService } from './timeline.service.ts';
import { TimelineStore } from './timeline.store.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config)],
      controllers: [TimelineController],
      providers: [
        JournalStore,
        CatalogueStore,
        JournalService,
        JournalConsumer,
        TimelineStore,
        TimelineService,
        TimelineExport,
        CausesService,
      ],
    };
  }
}

export const service = {
  name: 'objection-handling',
  titleZh: '异议处理',
  config: configSchema,
  migrations: [messagingMigration, journalMigration],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
