import { cataloguePublished } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { saveDepartmentNames } from './department-name.store.ts';

/** Hears what departments are called: a certificate is read by people who know no codes. */
@Injectable()
export class DepartmentNameConsumer {
  constructor(consumer: EventConsumer) {
    consumer.register({
      types: [cataloguePublished],
      together: true,
      apart: true,
      handle: async (tx, events) => {
        const published = events.flatMap((event) => (isEvent(event, cataloguePublished) ? [event.data] : []));
        const departments = published.flatMap(({ version, row }) =>
          row.kind === 'DEPARTMENT' ? [{ version, department: row.department }] : [],
        );
        if (departments.length > 0) await saveDepartmentNames(tx, departments);
      },
    });
  }
}
