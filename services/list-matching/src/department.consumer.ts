import { type CataloguePublished, cataloguePublished, type LianxinEvent } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Database, Health, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import {
  dropDepartmentsOfOlderVersions,
  isDepartmentCopyComplete,
  noteCatalogueRows,
  saveDepartments,
  saveMeasures,
} from './department.store.ts';

/**
 * Keeps the copy of the departments: who is a county's copy of which city department, and so at which level an entry stands (catalogue rule 8); and
 * of the measures, which a decision must warn of (R-2-7).
 */
@Injectable()
export class DepartmentConsumer {
  constructor(consumer: EventConsumer, database: Database, health: Health) {
    consumer.register({ types: [cataloguePublished], handle: (tx, events) => this.handle(tx, events) });
    health.addCheck('department copy', async () => {
      if (!(await database.consumerTransaction(isDepartmentCopyComplete)))
        throw new Error('no catalogue version has arrived as a whole yet');
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const rows = events.flatMap((event): CataloguePublished[] => (isEvent(event, cataloguePublished) ? [event.data] : []));
    const departments = rows.flatMap(({ version, row }) => (row.kind === 'DEPARTMENT' ? [{ version, department: row.department }] : []));
    if (departments.length > 0) await saveDepartments(tx, departments);
    const measures = rows.flatMap(({ version, row }) => (row.kind === 'MEASURE' ? [{ version, measure: row.measure }] : []));
    if (measures.length > 0) await saveMeasures(tx, measures);
    await noteCatalogueRows(tx, rows);
    if (rows.some((row) => row.rowNumber === row.rowCount)) await dropDepartmentsOfOlderVersions(tx);
  }
}
