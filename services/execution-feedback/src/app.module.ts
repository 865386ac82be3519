import { MessagingModule, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Config, configSchema, TaskTerms } from './config.ts';
import { CopyStore } from './copy.store.ts';
import { tasksMigration } from './migrations/0001-tasks.ts';
import { NoticeStore } from './notice.store.ts';
import { PlanConsumer } from './plan.consumer.ts';
import { PlanService } from './plan.service.ts';
import { PlanStore } from './plan.store.ts';
import { QueueService } from './queue.service.ts';
import { TaskController } from './task.controller.ts';
import { TaskStore } from './task.store.ts';
import { TaskViews } from './task.view.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.register(config)],
      controllers: [TaskController],
      providers: [
        { provide: TaskTerms, useValue: new TaskTerms(config) },
        PlanStore,
        PlanService,
        PlanConsumer,
        CopyStore,
        TaskStore,
        NoticeStore,
        TaskViews,
        QueueService,
      ],
    };
  }
}

export const service = {
  name: 'execution-feedback',
  titleZh: '执行反馈',
  config: configSchema,
  migrations: [messagingMigration, tasksMigration],
  module: (config: Config) => AppModule.register(config),
} satisfies ServiceDefinition<typeof configSchema.shape>;
