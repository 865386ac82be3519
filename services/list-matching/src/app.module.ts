import { MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Config, configSchema, ListConfig } from './config.ts';
import { DepartmentConsumer } from './department.consumer.ts';
import { DesignationService } from './designation.service.ts';
import { EntryWriter } from './entry.writer.ts';
import { ListCatalogue, ListDefinitionController } from './list-definition.controller.ts';
import { ListEntryController } from './list-entry.controller.ts';
import { ListEntryService } from './list-entry.service.ts';
import { migration0001 } from './migrations/0001-list-entries.ts';
import { SubjectController } from './subject.controller.ts';
import { SubjectRegister } from './subject.service.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config)],
      controllers: [ListDefinitionController, SubjectController, ListEntryController],
      providers: [
        { provide: ListConfig, useValue: new ListConfig(config) },
        ListCatalogue,
        DepartmentConsumer,
        SubjectRegister,
        EntryWriter,
        DesignationService,
        ListEntryService,
      ],
    };
  }
}

export const service = {
  name: 'list-matching',
  titleZh: '名单与比对',
  config: configSchema,
  migrations: [messagingMigration, migration0001],
  module: (config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
