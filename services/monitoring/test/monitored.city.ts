import { type Principal, topics } from '@lianxin/contracts';
import { PostgresLog } from '@lianxin/messaging';
import { createLogger, Database, type RunningService, TokenSigner } from '@lianxin/platform';
import { eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { Saying } from './sayings.ts';

export const creditOffice = principalOf(['CREDIT_OFFICE']);
export const handlerOf = (department: string) => principalOf(['DEPT_HANDLER'], [department]);

/** Tables of the read model, in the columns that are to be the same whatever way the events came. */
const readModel = {
  task: 'SELECT task_id, department_code, registers FROM task ORDER BY 1',
  feedback: 'SELECT * FROM feedback ORDER BY 1',
  entry: 'SELECT * FROM entry ORDER BY 1',
  recorded_case: 'SELECT * FROM recorded_case ORDER BY 1',
  figure_row: 'SELECT * FROM figure_row ORDER BY row_id, figure, cycle, list_code',
  figure_counter: 'SELECT * FROM figure_counter ORDER BY 1, 2, 3, 4, 5',
  department: 'SELECT * FROM department ORDER BY 1',
  measure: 'SELECT * FROM measure ORDER BY 1',
  list_heard: 'SELECT * FROM list_heard ORDER BY 1',
  record_heard: 'SELECT * FROM record_heard ORDER BY 1, 2',
};

/** A city in which only monitoring runs; the other services' events are put into its log as they would say them. */
export class MonitoredCity {
  private constructor(
    readonly city: TestCity,
    private readonly log: PostgresLog,
    public running: RunningService,
  ) {}

  static async create(extra: Record<string, string> = {}): Promise<MonitoredCity> {
    const city = await TestCity.create('postgres', ['monitoring']);
    const running = await city.boot(service, extra);
    const { LIANXIN_EVENT_LOG_URL: url = '', LIANXIN_EVENT_LOG_SECRET: secret = '' } = city.environment;
    const log = new PostgresLog(url, secret, createLogger('test', 'silent'));
    await log.ensureTopics(topics);
    return new MonitoredCity(city, log, running);
  }

  async send(...sayings: readonly Saying[]): Promise<void> {
    await this.log.append(sayings.map((saying) => saying.record));
  }

  /** Sends and waits until all that is in the log has been taken. */
  async hear(...sayings: readonly Saying[]): Promise<void> {
    await this.send(...sayings);
    await this.caughtUp();
  }

  async caughtUp(): Promise<void> {
    await eventually('monitoring has read the whole log', async () => {
      const behind = await this.city.query(
        `SELECT 1 FROM event_log.partition_head head LEFT JOIN monitoring.consumer_position seen USING (topic, partition)
         WHERE head.topic <> 'lianxin.subject' AND head.next_offset > coalesce(seen.next_offset, 0)`,
      );
      return behind.length === 0;
    });
  }

  async restart(extra: Record<string, string> = {}): Promise<void> {
    await this.running.close();
    this.running = await this.city.boot(service, extra);
  }

  async get<Body = Record<string, unknown>>(principal: Principal, path: string) {
    return this.city.call<Body>(this.running, principal, 'GET', path);
  }

  /** What the gateway would put before a request of this caller. */
  async token(principal: Principal): Promise<string> {
    const signer = await TokenSigner.create(this.city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
    return signer.sign(principal);
  }

  /** The whole read model, for comparing. */
  async readModel(): Promise<Record<string, unknown[]>> {
    const tables: Record<string, unknown[]> = {};
    for (const [table, sql] of Object.entries(readModel))
      tables[table] = await this.city.query(sql.replace(/FROM (\w+)/, 'FROM monitoring.$1'));
    return tables;
  }

  /** What every receiver was told, without its numbers. */
  async told(): Promise<unknown[]> {
    return this.city.query('SELECT receiver, event_id, type, cloud_event::text FROM monitoring.stream_event ORDER BY 1, 2');
  }

  /** Runs a query as a request of this caller would, past all our code: only row security stands in its way. */
  async asCaller<Row>(principal: Principal, sql: string): Promise<Row[]> {
    const { LIANXIN_DATABASE_URL = '', LIANXIN_DATABASE_SECRET = '' } = this.city.environment;
    const database = await Database.connect('monitoring', { LIANXIN_DATABASE_URL, LIANXIN_DATABASE_SECRET, LIANXIN_DATABASE_POOL: 1 });
    try {
      return await database.transaction(principal, (tx) => tx.query<Row>(sql));
    } finally {
      await database.close();
    }
  }

  /** Counters that differ from the number of rows they stand for; there must be none. */
  async wrongCounters(): Promise<unknown[]> {
    return this.city.query(`
      WITH listed AS (
        SELECT list_code, figure, department_code, quarter, day, is_counted, is_timely, late_days, amount_due, amount_counted FROM monitoring.figure_row
        UNION ALL SELECT '*', figure, department_code, quarter, day, is_counted, is_timely, late_days, amount_due, amount_counted FROM monitoring.figure_row WHERE is_first
      ), grains AS (
        SELECT list_code, 'QUARTER' AS grain, quarter AS bucket, figure, department_code, day, is_counted, is_timely, late_days, amount_due, amount_counted FROM listed WHERE quarter > '1970-01-01'
        UNION ALL SELECT list_code, 'MONTH', date_trunc('month', day)::date, figure, department_code, day, is_counted, is_timely, late_days, amount_due, amount_counted FROM listed WHERE quarter > '1970-01-01'
        UNION ALL SELECT list_code, 'DAY', day, figure, department_code, day, is_counted, is_timely, late_days, amount_due, amount_counted FROM listed WHERE quarter > '1970-01-01'
        UNION ALL SELECT list_code, 'NOW', quarter, figure, department_code, day, is_counted, is_timely, late_days, amount_due, amount_counted FROM listed WHERE quarter = '1970-01-01'
      ), recount AS (
        SELECT list_code, grain, bucket, figure, department_code, sum(coalesce(amount_due, 1))::bigint AS due,
          coalesce(sum(coalesce(amount_counted, 1)) FILTER (WHERE is_counted), 0)::bigint AS counted,
          coalesce(sum(coalesce(amount_counted, 1)) FILTER (WHERE is_timely), 0)::bigint AS timely, sum(late_days) AS late_days,
          coalesce(sum(day - date '1970-01-01') FILTER (WHERE NOT is_counted), 0) AS open_days FROM grains GROUP BY 1, 2, 3, 4, 5
      )
      SELECT * FROM recount FULL JOIN monitoring.figure_counter AS counter USING (list_code, grain, bucket, figure, department_code)
      WHERE recount.due IS DISTINCT FROM counter.due OR recount.counted IS DISTINCT FROM counter.counted
        OR recount.timely IS DISTINCT FROM counter.timely OR recount.late_days IS DISTINCT FROM counter.late_days
        OR recount.open_days IS DISTINCT FROM counter.open_days`);
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.city.close();
  }
}
