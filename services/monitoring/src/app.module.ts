import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { digestMigration, MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { ClosedPeriodStore } from './closed-period.store.ts';
import { type Config, configSchema } from './config.ts';
import { EventsController } from './events.controller.ts';
import { eventExport } from './events.export.ts';
import { EventsService } from './events.service.ts';
import { FigureStore } from './figure.store.ts';
import { monitoringMigration } from './migrations/0001-monitoring.ts';
import { policyEstimatesMigration } from './migrations/0002-policy-estimates.ts';
import { figuresMigration } from './migrations/0003-figures.ts';
import { redeliveriesMigration } from './migrations/0004-redeliveries.ts';
import { repairDaysMigration } from './migrations/0005-repair-days.ts';
import { digestRunsMigration } from './migrations/0006-digest-runs.ts';
import { openDaysMigration } from './migrations/0007-open-days.ts';
import { listFieldsMigration } from './migrations/0008-list-fields.ts';
import { rowAmountsMigration } from './migrations/0009-row-amounts.ts';
import { monthsMigration } from './migrations/0010-months.ts';
import { MonitoringConsumer } from './monitoring.consumer.ts';
import { PeriodClosing } from './period-closing.service.ts';
import { ReadModelDigest } from './read-model.digest.store.ts';
import { ReadModelService } from './read-model.service.ts';
import { ReadModelStore } from './read-model.store.ts';
import { ReconciliationController } from './reconciliation.controller.ts';
import { reconciliationExport } from './reconciliation.export.ts';
import { ReconciliationService, ReconciliationSettings } from './reconciliation.service.ts';
import { ReconciliationStore } from './reconciliation.store.ts';
import { StatsController } from './stats.controller.ts';
import { departmentStatsExport, overviewExport, rankingExport, statsRowExport } from './stats.export.ts';
import { StatsService } from './stats.service.ts';
import { StatsStore } from './stats.store.ts';
import { StreamHub } from './stream.hub.ts';
import { StreamReaders } from './stream.readers.ts';
import { StreamRetention } from './stream.retention.ts';
import { StreamService } from './stream.service.ts';
import { StreamSettings } from './stream.settings.ts';
import { StreamStore } from './stream.store.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    const settings = new StreamSettings({
      maxReaders: config.LIANXIN_STREAM_LIMIT,
      heartbeatMs: config.LIANXIN_STREAM_HEARTBEAT_MS,
      lifeMs: config.LIANXIN_STREAM_LIFE_MS,
      retentionDays: config.LIANXIN_STREAM_RETENTION_DAYS,
    });
    return {
      module: AppModule,
      imports: [
        MessagingModule.register(config),
        ExportModule.register([overviewExport, departmentStatsExport, rankingExport, statsRowExport, eventExport, reconciliationExport]),
      ],
      controllers: [StatsController, EventsController, ReconciliationController],
      providers: [
        { provide: StreamSettings, useValue: settings },
        ReadModelStore,
        ReadModelDigest,
        {
          provide: ReconciliationSettings,
          useValue: new ReconciliationSettings(config.LIANXIN_RECONCILE_AT, config.LIANXIN_RECONCILE_WAIT_MINUTES * 60_000),
        },
        ReconciliationStore,
        ReconciliationService,
        FigureStore,
        ReadModelService,
        MonitoringConsumer,
        StatsStore,
        StatsService,
        ClosedPeriodStore,
        PeriodClosing,
        StreamStore,
        StreamHub,
        StreamService,
        StreamReaders,
        StreamRetention,
        EventsService,
      ],
    };
  }
}

export const service = {
  name: 'monitoring',
  titleZh: '监测统计',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    monitoringMigration,
    exportMigrationOf('monitoring'),
    policyEstimatesMigration,
    figuresMigration,
    redeliveriesMigration,
    repairDaysMigration,
    digestRunsMigration,
    openDaysMigration,
    listFieldsMigration,
    rowAmountsMigration,
    monthsMigration,
  ],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
