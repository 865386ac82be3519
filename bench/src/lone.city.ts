import { catalogueKey, cataloguePublished } from '@lianxin/contracts';
import type { LogRecord } from '@lianxin/messaging';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, TestCity } from '@lianxin/testing';
import pg from 'pg';
import type { Side } from './flag.cost.ts';
import { catalogueRows, lists } from './growth.plans.ts';
import type { BenchServers } from './servers.ts';

/** A city in which one service alone runs, to be filled. */
export interface LoneCity {
  readonly city: TestCity;
  readonly running: { readonly url: string };
  readonly side: Side;
  readonly connect: () => Promise<pg.Client>;
}

export interface LoneCityOptions {
  readonly serviceName: string;
  boot(city: TestCity): Promise<RunningService>;
  readonly name: string;
  readonly servers: BenchServers;
  /** The records of one more flag of this list. */
  nextFlag(feeder: EventFeeder, list: number): { readonly records: LogRecord[]; readonly id: string };
  /** Counts the flags of `$1::uuid[]` that have been dealt with. */
  readonly countDone: string;
}

/** An empty city; its catalogue is on its way. */
export async function foundCity(options: LoneCityOptions): Promise<LoneCity> {
  const { serviceName, name, servers, nextFlag, countDone } = options;
  const city = await TestCity.create('postgres', [serviceName]);
  const running = await options.boot(city);
  const feeder = await EventFeeder.for(city);
  const database = new URL(city.environment['LIANXIN_DATABASE_URL'] ?? '').pathname.slice(1);
  const connect = async () => {
    const client = new pg.Client({ connectionString: servers.postgresUrl(database) });
    await client.connect();
    return client;
  };
  const admin = await connect();
  await feeder.sendRecords(catalogueRows().map((row) => feeder.make(cataloguePublished, catalogueKey, row).record));
  let drawn = 0;
  const side: Side = {
    name,
    database,
    feeder,
    admin,
    nextFlag: () => nextFlag(feeder, drawn++ % lists.length),
    countDone: async (ids) => Number((await admin.query<{ count: string }>(countDone, [ids])).rows[0]?.count),
  };
  return { city, running, side, connect };
}

export async function leave({ city, side }: LoneCity): Promise<void> {
  await side.admin.end();
  await side.feeder.close();
  await city.close();
}

/** In GiB. */
export async function sizeOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
  return Number(rows[0]?.bytes) / 2 ** 30;
}
