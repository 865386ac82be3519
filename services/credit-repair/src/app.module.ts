import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { acceptFiles, FileDesk, FileFolder } from '@lianxin/files';
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
import { AgencyController, agencyExport, PublicAgencyController } from './agency.controller.ts';
import { AgencyService } from './agency.service.ts';
import { CertificateController, PublicCertificateController } from './certificate.controller.ts';
import { CertificateReader } from './certificate.reader.ts';
import { CertificateService } from './certificate.service.ts';
import { type Config, configSchema } from './config.ts';
import { DeadlineService } from './deadline.service.ts';
import { DecisionService } from './decision.service.ts';
import { DepartmentNameConsumer } from './department-name.consumer.ts';
import { EligibilityController, PublicEligibilityController } from './eligibility.controller.ts';
import { EligibilityService } from './eligibility.service.ts';
import { FileController } from './file.controller.ts';
import { FileStore } from './file.store.ts';
import { ItemConsumer } from './item.consumer.ts';
import { ItemDigest } from './item.digest.store.ts';
import { ItemStore } from './item.store.ts';
import { LiftingConsumer } from './lifting.consumer.ts';
import { LiftingStore } from './lifting.store.ts';
import { itemsMigration } from './migrations/0001-items.ts';
import { repairsMigration } from './migrations/0002-repairs.ts';
import { openReceiptsMigration } from './migrations/0003-open-receipts.ts';
import { droppedItemsMigration } from './migrations/0004-dropped-items.ts';
import { publicityMigration } from './migrations/0005-publicity.ts';
import { marksMigration } from './migrations/0006-marks.ts';
import { agenciesMigration } from './migrations/0007-agencies.ts';
import { inReviewMigration } from './migrations/0008-in-review.ts';
import { notesMigration } from './migrations/0009-notes.ts';
import { countedTermsMigration } from './migrations/0010-counted-terms.ts';
import { departmentNamesMigration } from './migrations/0011-department-names.ts';
import { NoteConsumer } from './note.consumer.ts';
import { PublicityService } from './publicity.service.ts';
import { ReceiptController } from './receipt.controller.ts';
import { ReceiptReader, receiptExport } from './receipt.reader.ts';
import { RepairController } from './repair.controller.ts';
import { repairExport } from './repair.export.ts';
import { RepairReader } from './repair.reader.ts';
import { RepairService } from './repair.service.ts';
import { RepairWriter } from './repair.work.ts';
import { RepairStepService } from './repair-step.service.ts';
import { SyncService } from './sync.service.ts';
import { RepairSettings } from './terms.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config), ExportModule.register([repairExport, receiptExport, agencyExport])],
      controllers: [
        EligibilityController,
        PublicEligibilityController,
        RepairController,
        ReceiptController,
        FileController,
        CertificateController,
        PublicCertificateController,
        AgencyController,
        PublicAgencyController,
      ],
      providers: [
        CalendarCopy,
        RepairSettings,
        ItemStore,
        ItemDigest,
        ItemConsumer,
        NoteConsumer,
        DepartmentNameConsumer,
        EligibilityService,
        FileDesk,
        FileFolder,
        FileStore,
        RepairWriter,
        RepairService,
        RepairStepService,
        DecisionService,
        DeadlineService,
        CertificateService,
        CertificateReader,
        SyncService,
        PublicityService,
        LiftingStore,
        LiftingConsumer,
        RepairReader,
        ReceiptReader,
        AgencyService,
      ],
    };
  }
}

export const service = {
  name: 'credit-repair',
  titleZh: '信用修复',
  config: configSchema,
  migrations: [
    messagingMigration,
    digestMigration,
    parameterMigrationOf('credit-repair'),
    itemsMigration,
    repairsMigration,
    exportMigrationOf('credit-repair'),
    openReceiptsMigration,
    droppedItemsMigration,
    publicityMigration,
    marksMigration,
    agenciesMigration,
    inReviewMigration,
    notesMigration,
    countedTermsMigration,
    calendarMigrationOf('credit_repair'),
    departmentNamesMigration,
  ],
  module: (config: Config) => AppModule.register(config),
  plugins: acceptFiles,
} satisfies ServiceDefinition<typeof configSchema.shape>;
