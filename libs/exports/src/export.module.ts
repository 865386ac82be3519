import { type DynamicModule, Module } from '@nestjs/common';
import { exportController } from './export.controller.ts';
import type { ExportedList } from './export.list.ts';
import { ExportLists, ExportSource } from './export.lists.ts';
import { ExportRunner } from './export.runner.ts';
import { ExportService } from './export.service.ts';
import { ExportWriter } from './export.writer.ts';

/** Exports of a service's lists. Its migration is `exportMigrationOf(service)`. */
@Module({})
export class ExportModule {
  static register(lists: readonly ExportedList[]): DynamicModule {
    return {
      module: ExportModule,
      controllers: lists.map(exportController),
      providers: [{ provide: ExportLists, useValue: new ExportLists(lists) }, ExportSource, ExportWriter, ExportRunner, ExportService],
    };
  }
}
