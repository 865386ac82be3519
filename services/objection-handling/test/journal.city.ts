import { topics } from '@lianxin/contracts';
import { PostgresLog } from '@lianxin/messaging';
import { createLogger, type RunningService } from '@lianxin/platform';
import { eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { Saying } from './sayings.ts';

export const creditOffice = principalOf(['CREDIT_OFFICE'], [], 'office-one');
export const handlerOf = (department: string) => principalOf(['DEPT_HANDLER'], [department]);
export const approverOf = (department: string) => principalOf(['DEPT_APPROVER'], [department]);

/** A city in which only this service runs; the other services' events are put into its log as they would say them. */
export class JournalCity {
  private constructor(
    readonly city: TestCity,
    private readonly log: PostgresLog,
    public running: RunningService,
  ) {}

  static async create(extra: Record<string, string> = {}): Promise<JournalCity> {
    const city = await TestCity.create('postgres', ['objection-handling']);
    const running = await city.boot(service, extra);
    const { LIANXIN_EVENT_LOG_URL: url = '', LIANXIN_EVENT_LOG_SECRET: secret = '' } = city.environment;
    const log = new PostgresLog(url, secret, createLogger('test', 'silent'));
    await log.ensureTopics(topics);
    return new JournalCity(city, log, running);
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
    await eventually('the journal has read the whole log', async () => {
      const behind = await this.city.query(
        `SELECT 1 FROM event_log.partition_head head LEFT JOIN objection_handling.consumer_position seen USING (topic, partition)
         WHERE head.next_offset > coalesce(seen.next_offset, 0)`,
      );
      return behind.length === 0;
    });
  }

  get<Body = Record<string, unknown>>(principal: Parameters<TestCity['call']>[1], path: string) {
    return this.city.call<Body>(this.running, principal, 'GET', path);
  }

  post<Body = Record<string, unknown>>(
    principal: Parameters<TestCity['call']>[1],
    path: string,
    body: unknown = {},
    headers: Record<string, string> = {},
  ) {
    return this.city.call<Body>(this.running, principal, 'POST', path, { body, headers });
  }

  async restart(extra: Record<string, string> = {}): Promise<void> {
    await this.running.close();
    this.running = await this.city.boot(service, extra);
  }

  /** The whole journal, for comparing. */
  async journal(): Promise<unknown[]> {
    return [
      await this.city.query('SELECT * FROM objection_handling.journal_event ORDER BY subject_key, event_id'),
      await this.city.query('SELECT * FROM objection_handling.journal_party ORDER BY 1, 2'),
      await this.city.query('SELECT * FROM objection_handling.journal_merger ORDER BY 1'),
      await this.city.query('SELECT version, code, name_zh, bases::text FROM objection_handling.catalogue_measure ORDER BY 1, 2'),
      await this.city.query('SELECT * FROM objection_handling.catalogue_department ORDER BY 1'),
    ];
  }

  /** Empties what follows from the log alone, as an operator does who builds it again. */
  async forget(): Promise<void> {
    await this.city.query(
      'TRUNCATE objection_handling.journal_event, objection_handling.journal_party, objection_handling.journal_merger, objection_handling.catalogue_measure, objection_handling.catalogue_department, objection_handling.consumer_position, objection_handling.inbox',
    );
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.city.close();
  }
}
