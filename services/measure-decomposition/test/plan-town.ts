import {
  incidentRaised,
  type ListEntryActivated,
  listEntryActivated,
  listEntryExited,
  listEntryResumed,
  listEntrySuspended,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanReleased,
} from '@lianxin/contracts';
import type { LogRecord } from '@lianxin/messaging';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { entryOf, party, uuid } from './plan-fixtures.ts';

const admin = principalOf(['REPLAY_ADMIN'], [], 'ADMIN');
export const said = [measurePlanMade, measurePlanHeld, measurePlanReleased, measurePlanEnded, incidentRaised] as const;

/** Events that the service says of the life of a lost entry: two incidents and four steps. */
export const saidOfLostLife = 6;

/** A city in which only this service runs: list entries are said by the test, plans are heard by it. */
export class PlanTown {
  private numbers = 0;

  private constructor(
    readonly city: TestCity,
    readonly running: RunningService,
    readonly feeder: EventFeeder,
  ) {}

  static async create(engine: 'postgres' | 'kafka'): Promise<PlanTown> {
    const city = await TestCity.create(engine, ['measure-decomposition']);
    const running = await city.boot(service);
    const feeder = await EventFeeder.for(city);
    await feeder.listen([measurePlanMade.topic, incidentRaised.topic]);
    return new PlanTown(city, running, feeder);
  }

  async close(): Promise<void> {
    await this.feeder.close();
    await this.city.close();
  }

  /** A new entry about a new subject, whose representative is named and served. */
  newEntry(listCode = 'BL-WAGE', changes: Partial<ListEntryActivated> = {}): ListEntryActivated {
    this.numbers += 1;
    const number = this.numbers;
    const subjectId = uuid(500_000 + number);
    const parties = [{ ...party(number * 1000, 'SUBJECT', 'LEGAL'), subjectId }, party(number * 1000 + 1, 'LEGAL_REPRESENTATIVE')];
    return entryOf(listCode, { entryId: uuid(600_000 + number), subjectId, parties, ...changes });
  }

  /** An entry two of whose measures find no department. */
  newLostEntry(): ListEntryActivated {
    return this.newEntry('BL-SAFE', { level: 'COUNTY', regionCode: '320799' });
  }

  /** The life of an entry as records: listed, suspended, resumed, expired. */
  lifeOf(entry: ListEntryActivated): LogRecord[] {
    const { entryVersion: first, subjectId: key } = entry;
    return [
      this.feeder.make(listEntryActivated, key, entry),
      this.feeder.make(listEntrySuspended, key, {
        ...headOf(entry, first + 1, 'SUSPENDED'),
        ground: 'STOP_EXECUTION',
        documentNo: '（2026）苏07行终1号',
        suspendedOn: '2026-11-10',
      }),
      this.feeder.make(listEntryResumed, key, {
        ...headOf(entry, first + 2, 'ACTIVE'),
        documentNo: '（2026）苏07行终2号',
        resumedOn: '2026-11-12',
      }),
      this.feeder.make(listEntryExited, key, {
        ...headOf(entry, first + 3, 'EXPIRED'),
        ground: 'TERM_REACHED',
        documentNo: null,
        exitedOn: '2026-11-20',
        byEntryId: null,
      }),
    ].map(({ record }) => record);
  }

  /** Everything the service has said about an entry, in order within each kind. */
  saidOf({ entryId }: ListEntryActivated) {
    return said.flatMap((definition) => this.feeder.eventsOf(definition)).filter((event) => event.data.entryId === entryId);
  }

  arrival(entry: ListEntryActivated, count: number) {
    return eventually(`${count} events about ${entry.entryId}`, () => this.saidOf(entry).length >= count && this.saidOf(entry));
  }

  /** Sends one more entry of the same subject and waits for its plan: whatever was sent before it has then been handled. */
  async catchUp(key: string): Promise<void> {
    const marker = this.newEntry('BL-FRAUD', { subjectId: key });
    await this.feeder.send(listEntryActivated, key, marker);
    await this.arrival(marker, 1);
  }

  /** All tables that hold state of these entries. */
  async tablesOf(...entries: ListEntryActivated[]) {
    const ids = [entries.map((entry) => entry.entryId)];
    const query = (sql: string) => this.city.query(sql.replaceAll('@', 'measure_decomposition.'), ids);
    return {
      heard: await query('SELECT * FROM @heard_entry WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id'),
      plans: await query('SELECT * FROM @plan WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, activation_no'),
      steps: await query(
        'SELECT s.* FROM @plan_step s JOIN @plan p USING (plan_id) WHERE p.entry_id = ANY($1::uuid[]) ORDER BY p.entry_id, s.plan_version',
      ),
      incidents: await query('SELECT * FROM @incident WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, measure_code'),
    };
  }

  /** What is the same whenever the same happens to an entry: no ids, no times. */
  async outcomeOf(entry: ListEntryActivated) {
    const { heard, plans, steps, incidents } = await this.tablesOf(entry);
    return {
      heard: heard.map((row) => [row['entry_version'], row['activation_no']]),
      plans: plans.map((row) => [row['status'], row['plan_version'], row['entry_version'], row['in_error']]),
      steps: steps.map((row) => [row['kind'], row['plan_version'], row['entry_version'], row['detail']]),
      incidents: incidents.map((row) => [row['cause'], row['group_key'], row['measure_code']]),
      said: this.saidOf(entry).map((event) => event.type),
    };
  }

  async findParked(key: string) {
    const { body } = await this.city.call<{ data: { key: string; severity: string; events: number; reason: string }[] }>(
      this.running,
      admin,
      'GET',
      '/api/v1/parked',
    );
    return body.data.find((row) => row.key === key);
  }

  redrive(key: string) {
    return this.city.call(this.running, admin, 'POST', `/api/v1/parked/${key}/redrive`);
  }

  /** Makes inserts about one entry fail with this SQLSTATE until the returned function is called. */
  async breakInserts(table: string, condition: string, sqlState: string, entry: ListEntryActivated): Promise<() => Promise<unknown>> {
    await this.city.query(`CREATE OR REPLACE FUNCTION measure_decomposition.fail_${table}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF ${condition} THEN RAISE EXCEPTION 'failed for the test' USING ERRCODE = '${sqlState}'; END IF; RETURN NEW; END $$`);
    await this.city.query(`CREATE TRIGGER fail BEFORE INSERT ON measure_decomposition.${table} FOR EACH ROW
      EXECUTE FUNCTION measure_decomposition.fail_${table}('${entry.entryId}', '${entry.subjectId}')`);
    return () => this.city.query(`DROP TRIGGER fail ON measure_decomposition.${table}`);
  }
}

export function headOf(entry: ListEntryActivated, entryVersion: number, status: ListEntryActivated['status']) {
  const { entryId, activationNo, number, listCode, listType, subjectId, designatingDepartment } = entry;
  return { entryId, entryVersion, activationNo, number, listCode, listType, subjectId, designatingDepartment, status };
}
