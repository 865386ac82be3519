import { catalogueApplied } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { CatalogueJobRunner } from './catalogue-job.runner.ts';
import { CatalogueJobStore } from './catalogue-job.store.ts';

/** Hears how far those who execute have come with plans that were derived again. */
@Injectable()
export class ReplanConsumer {
  constructor(consumer: EventConsumer, jobs: CatalogueJobStore, runner: CatalogueJobRunner) {
    consumer.register({
      types: [catalogueApplied],
      together: true,
      handle: async (tx, events) => {
        const runs = new Map<string, number>();
        for (const event of events)
          if (isEvent(event, catalogueApplied)) runs.set(event.data.runId, (runs.get(event.data.runId) ?? 0) + event.data.rows);
        await jobs.addApplied(
          tx,
          [...runs].map(([runId, rows]) => ({ runId, rows })),
        );
        tx.afterCommit(() => runner.wakeFlow());
      },
    });
  }
}
