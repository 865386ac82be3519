import { Database, Metrics } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { countImports } from './import-count.store.ts';

const keptMs = 5_000;

/** What operators watch of imports (product §B.8): rows taken and refused, and jobs that wait or run. */
@Injectable()
export class ImportFigures {
  constructor(metrics: Metrics, database: Database) {
    const counts = () => database.consumerTransaction(countImports);
    metrics.watch({
      name: 'lx_import_rows',
      help: 'Rows of all imports so far, by what became of them',
      labels: ['outcome'],
      keptMs,
      read: async () => {
        const { succeeded, failed } = await counts();
        return [
          { labels: { outcome: 'succeeded' }, value: succeeded },
          { labels: { outcome: 'failed' }, value: failed },
        ];
      },
    });
    metrics.watch({
      name: 'lx_import_jobs_open',
      help: 'Imports that wait, run, or rest with a question',
      keptMs,
      read: async () => [{ value: (await counts()).open }],
    });
  }
}
