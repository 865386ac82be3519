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
import { CatalogueStore } from './catalogue.store.ts';
import { CausesService } from './causes.service.ts';
import { type Config, configSchema, RedeliverySettings, ReplayLimits } from './config.ts';
import { DisputableDigest } from './disputable.digest.store.ts';
import { DisputableStore } from './disputable.store.ts';
import { FindingController } from './finding.controller.ts';
import { FindingService } from './finding.service.ts';
import { JournalConsumer } from './journal.consumer.ts';
import { JournalService } from './journal.service.ts';
import { JournalStore } from './journal.store.ts';
import { journalMigration } from './migrations/0001-journal.ts';
import { objectionsMigration } from './migrations/0002-objections.ts';
import { ownPastMigration } from './migrations/0003-own-past.ts';
import { redeliveriesMigration } from './migrations/0004-redeliveries.ts';
import { replaysMigration } from './migrations/0005-replays.ts';
import { replayRefusalsMigration } from './migrations/0006-replay-refusals.ts';
import { countedTermsMigration } from './migrations/0007-counted-terms.ts';
import { ObjectionConsumer } from './objection.consumer.ts';
import { ObjectionController } from './objection.controller.ts';
import { objectionExport } from './objection.export.ts';
import { ObjectionIntake } from './objection.intake.ts';
import { ObjectionReader } from './objection.reader.ts';
import { ObjectionRequests } from './objection.requests.ts';
import { ObjectionService } from './objection.service.ts';
import { ObjectionStore } from './objection.store.ts';
import { ObjectionWork } from './objection.work.ts';
import { ObjectionCalendar } from './objection-calendar.ts';
import { ObjectionDeadlineService } from './objection-deadline.service.ts';
import { ObjectionIntakeController } from './objection-intake.controller.ts';
import { ObjectionTermStore } from './objection-term.store.ts';
import { RedeliveryController } from './redelivery.controller.ts';
import { redeliveryExport } from './redelivery.export.ts';
import { RedeliveryReader } from './redelivery.reader.ts';
import { RedeliveryRequests } from './redelivery.requests.ts';
import { RedeliveryService } from './redelivery.service.ts';
import { RedeliveryStore } from './redelivery.store.ts';
import { RedeliveryWorker } from './redelivery.worker.ts';
import { RedeliveryItemStore } from './redelivery-item.store.ts';
import { ReplayBundle } from './replay.bundle.ts';
import { ReplayConsumer } from './replay.consumer.ts';
import { ReplayController } from './replay.controller.ts';
import { replayDifferenceExport, replayExport } from './replay.export.ts';
import { ReplayGate } from './replay.gate.ts';
import { ReplayReader } from './replay.reader.ts';
import { ReplayRequests } from './replay.requests.ts';
import { ReplayService } from './replay.service.ts';
import { ReplayStore } from './replay.store.ts';
import { ReplayWork } from './replay.work.ts';
import { ReplayCaseStore } from './replay-case.store.ts';
import { ReplayEntryStore } from './replay-entry.store.ts';
import { ReplayJoinService } from './replay-join.service.ts';
import { ReplayJournalStore } from './replay-journal.store.ts';
import { ReplayRowStore } from './replay-row.store.ts';
import { ReplayStepController } from './replay-step.controller.ts';
import { ReplayTurnService } from './replay-turn.service.ts';
import { Terms } from './terms.ts';
import { TimelineController } from './timeline.controller.ts';
import { TimelineExport } from './timeline.export.ts';
import { TimelineService } from './timeline.service.ts';
import { TimelineStore } from './timeline.store.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.register(config),
        ExportModule.register([objectionExport, redeliveryExport, replayExport, replayDifferenceExport]),
      ],
      controllers: [
        TimelineController,
        ObjectionController,
        ObjectionIntakeController,
        FindingController,
        RedeliveryController,
        ReplayController,
        ReplayStepController,
      ],
      providers: [
        CalendarCopy,
        ReplayStore,
        ReplayWork,
        ReplayGate,
        JournalStore,
        DisputableDigest,
        CatalogueStore,
        JournalService,
        JournalConsumer,
        TimelineStore,
        TimelineService,
        TimelineExport,
        CausesService,
        Terms,
        ObjectionStore,
        DisputableStore,
        ObjectionWork,
        ObjectionService,
        ObjectionIntake,
        FindingService,
        ObjectionReader,
        ObjectionRequests,
        ObjectionConsumer,
        ObjectionDeadlineService,
        ObjectionTermStore,
        ObjectionCalendar,
        { provide: RedeliverySettings, useValue: new RedeliverySettings(config) },
        RedeliveryStore,
        RedeliveryItemStore,
        RedeliveryService,
        RedeliveryReader,
        RedeliveryRequests,
        RedeliveryWorker,
        { provide: ReplayLimits, useValue: new ReplayLimits(config) },
        ReplayCaseStore,
        ReplayRowStore,
        ReplayEntryStore,
        ReplayJournalStore,
        ReplayJoinService,
        ReplayTurnService,
        ReplayService,
        ReplayReader,
        ReplayRequests,
        ReplayBundle,
        ReplayConsumer,
      ],
    };
  }
}

export const service = {
  name: 'objection-handling',
  titleZh: '异议处理',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    parameterMigrationOf('objection-handling'),
    journalMigration,
    exportMigrationOf('objection-handling'),
    objectionsMigration,
    ownPastMigration,
    redeliveriesMigration,
    replaysMigration,
    replayRefusalsMigration,
    countedTermsMigration,
    calendarMigrationOf('objection_handling'),
  ],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
