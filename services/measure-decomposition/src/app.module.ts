import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { digestMigration, MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { CatalogueController } from './catalogue.controller.ts';
import { departmentExport, measureExport, memorandumExport } from './catalogue.export.ts';
import { CatalogueReader } from './catalogue.reader.ts';
import { CatalogueService } from './catalogue.service.ts';
import { CatalogueStore } from './catalogue.store.ts';
import { CatalogueDraftController } from './catalogue-draft.controller.ts';
import { CatalogueDraftService } from './catalogue-draft.service.ts';
import { CatalogueDraftStore } from './catalogue-draft.store.ts';
import { acceptCatalogueFiles, CatalogueImportController } from './catalogue-import.controller.ts';
import { CatalogueImportService } from './catalogue-import.service.ts';
import { CatalogueJobController } from './catalogue-job.controller.ts';
import { CatalogueJobRunner } from './catalogue-job.runner.ts';
import { CatalogueJobStore } from './catalogue-job.store.ts';
import { catalogueJobExport, draftExport, versionExport } from './catalogue-version.export.ts';
import { type Config, configSchema, ReplanSettings } from './config.ts';
import { CorrectionService } from './correction.service.ts';
import { IncidentController } from './incident.controller.ts';
import { IncidentStore } from './incident.store.ts';
import { catalogueAndPlans } from './migrations/0001-catalogue-and-plans.ts';
import { narrowedPlans } from './migrations/0002-narrowed-plans.ts';
import { holdCauses } from './migrations/0003-hold-causes.ts';
import { catalogueVersions } from './migrations/0004-catalogue-versions.ts';
import { replanFlow } from './migrations/0005-replan-flow.ts';
import { replays } from './migrations/0006-replays.ts';
import { nightlyLook } from './migrations/0007-nightly-look.ts';
import { endedPlans } from './migrations/0008-ended-plans.ts';
import { parameters } from './migrations/0009-parameters.ts';
import { ParameterChangeController, ParameterController } from './parameter.controller.ts';
import { parameterChangeExport, parameterExport } from './parameter.export.ts';
import { ParameterService } from './parameter.service.ts';
import { ParameterStore } from './parameter.store.ts';
import { PlanConsumer } from './plan.consumer.ts';
import { PlanController, PlanReader } from './plan.controller.ts';
import { PlanDigest } from './plan.digest.store.ts';
import { decompositionExport, incidentExport, incidentGroupExport } from './plan.export.ts';
import { PlanService } from './plan.service.ts';
import { PlanStore } from './plan.store.ts';
import { ReplanConsumer } from './replan.consumer.ts';
import { ReplanService } from './replan.service.ts';
import { ReplanStore } from './replan.store.ts';
import { ReplayConsumer } from './replay.consumer.ts';
import { ReplayService } from './replay.service.ts';
import { ReplayStore } from './replay.store.ts';

const exports = [
  measureExport,
  departmentExport,
  memorandumExport,
  decompositionExport,
  incidentExport,
  incidentGroupExport,
  draftExport,
  versionExport,
  catalogueJobExport,
  parameterExport,
  parameterChangeExport,
];

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config), ExportModule.register(exports)],
      controllers: [
        CatalogueDraftController,
        CatalogueImportController,
        CatalogueJobController,
        CatalogueController,
        PlanController,
        IncidentController,
        ParameterController,
        ParameterChangeController,
      ],
      providers: [
        { provide: ReplanSettings, useFactory: () => new ReplanSettings(config) },
        CatalogueStore,
        CatalogueService,
        CatalogueReader,
        CatalogueDraftStore,
        CatalogueDraftService,
        CatalogueImportService,
        CatalogueJobStore,
        CatalogueJobRunner,
        PlanReader,
        PlanStore,
        PlanDigest,
        PlanService,
        PlanConsumer,
        ReplanStore,
        ReplanService,
        ReplanConsumer,
        ReplayStore,
        ReplayService,
        CorrectionService,
        ReplayConsumer,
        IncidentStore,
        ParameterStore,
        ParameterService,
      ],
    };
  }
}

export const service = {
  name: 'measure-decomposition',
  titleZh: '措施分解',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    catalogueAndPlans,
    narrowedPlans,
    holdCauses,
    catalogueVersions,
    replanFlow,
    nightlyLook,
    replays,
    endedPlans,
    parameters,
    exportMigrationOf('measure-decomposition'),
  ],
  plugins: acceptCatalogueFiles,
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
