import { MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Config, configSchema } from './config.ts';
import { EligibilityController, PublicEligibilityController } from './eligibility.controller.ts';
import { EligibilityService } from './eligibility.service.ts';
import { ItemConsumer } from './item.consumer.ts';
import { ItemStore } from './item.store.ts';
import { itemsMigration } from './migrations/0001-items.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config)],
      controllers: [EligibilityController, PublicEligibilityController],
      providers: [ItemStore, ItemConsumer, EligibilityService],
    };
  }
}

export const service = {
  name: 'credit-repair',
  titleZh: '信用修复',
  config: configSchema,
  migrations: [messagingMigration, itemsMigration],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
