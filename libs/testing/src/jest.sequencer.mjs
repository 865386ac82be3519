import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

const root = join(import.meta.dirname, '../../..');
/** Files that take longest, the longest first: begun early they do not hold up the end. They start systems or servers of their own and wait a lot. */
const longest = [
  'test/faults.distributed.spec.ts',
  'test/brokers.spec.ts',
  'test/readme.commands.spec.ts',
  'services/standalone/test/distributed.spec.ts',
  'test/road.standalone.spec.ts',
  'services/standalone/test/standalone.spec.ts',
  'services/cli/test/cli.spec.ts',
  'test/road.distributed.spec.ts',
  'services/console/test/live-page.spec.ts',
  'libs/platform/src/servers/kafka.server.spec.ts',
  'services/standalone/test/replay.spec.ts',
  'test/new-service.spec.ts',
  'services/list-matching/test/import.kill.spec.ts',
  'test/credit-check.spec.ts',
  'services/monitoring/test/consumer.spec.ts',
  'services/list-matching/test/two-operators.spec.ts',
];

/** A fresh clone knows no times of earlier runs, by which Jest would order. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    for (const file of longest) if (!existsSync(join(root, file))) throw new Error(`${file} is no more: see ${import.meta.filename}`);
    const place = ({ path }) => {
      const index = longest.indexOf(relative(root, path));
      return index === -1 ? longest.length + (isSmall(path) ? 1 : 0) : index;
    };
    return super.sort(tests).toSorted((a, b) => place(a) - place(b));
  }
}

/** Beside the sources stand tests of pure functions; whatever needs a server is in a folder of tests. */
function isSmall(path) {
  return path.includes('/src/');
}
