import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, startPostgres } from '@lianxin/platform/servers';

/** A folder for one run. Run by root, PostgreSQL becomes another user and has to pass through. */
export async function makeBenchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lianxin-bench-'));
  await chmod(folder, 0o711);
  return folder;
}

export interface BenchServers {
  readonly folder: string;
  /** Of the superuser. */
  postgresUrl(database?: string): string;
  readonly brokers: readonly string[];
}

/**
 * Runs `work` on servers of its own, in a folder that goes afterwards. Settings are durable, as in use: the limit and the product pay for the same
 * commits. TestCity finds the servers in the environment.
 */
export async function withServers(
  options: { readonly kafka?: boolean; readonly settings?: Record<string, string> },
  work: (servers: BenchServers) => Promise<void>,
): Promise<void> {
  const folder = await makeBenchFolder();
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), password: 'bench', settings: options.settings ?? {} });
    undo.unshift(() => postgres.stop());
    process.env['LIANXIN_TEST_POSTGRES_URL'] = postgres.url();
    let brokers: readonly string[] = [];
    if (options.kafka === true) {
      const kafka = await startKafka({ dataDir: join(folder, 'kafka'), cacheDir: join(import.meta.dirname, '../../.cache'), brokers: 1 });
      undo.unshift(() => kafka.stop());
      brokers = kafka.bootstrapServers;
      process.env['LIANXIN_TEST_KAFKA'] = brokers.join(',');
    }
    await work({ folder, brokers, postgresUrl: (database) => postgres.url(database) });
  } finally {
    for (const step of undo) await step();
  }
}
