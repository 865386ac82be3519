import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  decompositionViewSchema,
  incidentRaised,
  incidentViewSchema,
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
import { Database, type RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, type TestAnswer, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { makePlan } from '../src/plan.rules.ts';
import { catalogue, entryOf, party, uuid } from './plan-fixtures.ts';

const office = principalOf(['CREDIT_OFFICE']);
const admin = principalOf(['REPLAY_ADMIN'], [], 'ADMIN');
const department = principalOf(['DEPT_HANDLER'], ['RSJ']);
const said = [measurePlanMade, measurePlanHeld, measurePlanReleased, measurePlanEnded, incidentRaised] as const;

let city: TestCity;
let feeder: EventFeeder;
let running: RunningService;
let numbers = 0;

beforeAll(async () => {
  city = await TestCity.create('postgres', ['measure-decomposition']);
  running = await city.boot(service);
  feeder = await EventFeeder.for(city);
  await feeder.listen([measurePlanMade.topic, incidentRaised.topic]);
});

afterAll(async () => {
  await feeder.close();
  await city.close();
});

/** A new entry about a new subject. */
function newEntry(listCode = 'BL-WAGE', changes: Partial<ListEntryActivated> = {}): ListEntryActivated {
  numbers += 1;
  const subjectId = uuid(500_000 + numbers);
  const parties = [{ ...party(numbers * 1000, 'SUBJECT', 'LEGAL'), subjectId }, party(numbers * 1000 + 1, 'LEGAL_REPRESENTATIVE')];
  return entryOf(listCode, { entryId: uuid(600_000 + numbers), subjectId, parties, ...changes });
}

function headOf(entry: ListEntryActivated, entryVersion: number, status: ListEntryActivated['status']) {
  const { entryId, activationNo, number, listCode, listType, subjectId, designatingDepartment } = entry;
  return { entryId, entryVersion, activationNo, number, listCode, listType, subjectId, designatingDepartment, status };
}

/** The life of an entry as records: listed, suspended, resumed, expired. */
function lifeOf(entry: ListEntryActivated): LogRecord[] {
  const { entryVersion: first, subjectId: key } = entry;
  return [
    feeder.make(listEntryActivated, key, entry),
    feeder.make(listEntrySuspended, key, {
      ...headOf(entry, first + 1, 'SUSPENDED'),
      ground: 'STOP_EXECUTION',
      documentNo: '（2026）苏07行终1号',
      suspendedOn: '2026-11-10',
    }),
    feeder.make(listEntryResumed, key, {
      ...headOf(entry, first + 2, 'ACTIVE'),
      documentNo: '（2026）苏07行终2号',
      resumedOn: '2026-11-12',
    }),
    feeder.make(listEntryExited, key, {
      ...headOf(entry, first + 3, 'EXPIRED'),
      ground: 'TERM_REACHED',
      documentNo: null,
      exitedOn: '2026-11-20',
      byEntryId: null,
    }),
  ].map(({ record }) => record);
}

/** Everything this service has said about an entry, in order within each kind. */
const saidOf = ({ entryId }: ListEntryActivated) =>
  said.flatMap((definition) => feeder.eventsOf(definition)).filter((event) => event.data.entryId === entryId);
const kindsOf = (entry: ListEntryActivated) => saidOf(entry).map((event) => event.type.replace(/^lianxin\.(.*)\.v1$/, '$1'));
const lastOf = (records: readonly LogRecord[]) => {
  const last = records.at(-1);
  if (last === undefined) throw new Error('no record');
  return last;
};

/** All tables that hold state of these entries. */
async function tablesOf(...entries: ListEntryActivated[]) {
  const ids = [entries.map((entry) => entry.entryId)];
  const query = (sql: string) => city.query(sql.replaceAll('@', 'measure_decomposition.'), ids);
  return {
    heard: await query('SELECT * FROM @heard_entry WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id'),
    plans: await query('SELECT * FROM @plan WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, activation_no'),
    steps: await query(
      'SELECT s.* FROM @plan_step s JOIN @plan p USING (plan_id) WHERE p.entry_id = ANY($1::uuid[]) ORDER BY p.entry_id, s.plan_version',
    ),
    incidents: await query('SELECT * FROM @incident WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, measure_code'),
  };
}

/** What is the same in every run: no ids, no times. */
async function outcomeOf(entry: ListEntryActivated) {
  const { heard, plans, steps, incidents } = await tablesOf(entry);
  return {
    heard: heard.map((row) => [row['entry_version'], row['activation_no']]),
    plans: plans.map((row) => [row['status'], row['plan_version'], row['entry_version'], row['in_error']]),
    steps: steps.map((row) => [row['kind'], row['plan_version'], row['entry_version'], row['detail']]),
    incidents: incidents.map((row) => [row['cause'], row['group_key'], row['measure_code']]),
    said: kindsOf(entry),
  };
}

const arrival = (entry: ListEntryActivated, count: number) =>
  eventually(`${count} events about ${entry.entryId}`, () => saidOf(entry).length >= count && saidOf(entry));
const planStatus = async (entry: ListEntryActivated) => (await tablesOf(entry)).plans.at(-1)?.['status'];
const parked = async (key: string) => {
  const { body } = await city.call<{ data: { key: string; severity: string; events: number; reason: string }[] }>(
    running,
    admin,
    'GET',
    '/api/v1/parked',
  );
  return body.data.find((row) => row.key === key);
};
const redrive = (key: string) => city.call(running, admin, 'POST', `/api/v1/parked/${key}/redrive`);

describe('it works', () => {
  test('an entry that comes into force is decomposed into one event, exactly as the rules say', async () => {
    const entry = newEntry();
    const cause = await feeder.send(listEntryActivated, entry.subjectId, entry);
    const [made] = await arrival(entry, 1);
    const data = feeder.eventsOf(measurePlanMade).find((event) => event.key === entry.subjectId)?.data;
    expect(made).toMatchObject({ causationId: cause.id, correlationId: cause.correlationId, key: entry.subjectId });
    expect(data).toEqual(makePlan(catalogue, entry, { planId: String(data?.planId), planVersion: 1 }).plan);
  });

  test('it is held, released and ended with its entry, each step a version on', async () => {
    const entry = newEntry();
    await feeder.sendRecords(lifeOf(entry));
    await arrival(entry, 4);
    const head = { entryId: entry.entryId, subjectId: entry.subjectId, activationNo: 1 };
    const of = <Definition extends (typeof said)[number]>(definition: Definition) =>
      feeder.eventsOf(definition).find((event) => event.key === entry.subjectId)?.data;
    const { planId } = of(measurePlanMade) ?? {};
    expect(of(measurePlanHeld)).toEqual({
      ...head,
      planId,
      entryVersion: 4,
      planVersion: 2,
      cause: 'SUSPENSION',
      documentNo: '（2026）苏07行终1号',
      heldOn: '2026-11-10',
    });
    expect(of(measurePlanReleased)).toMatchObject({ planId, entryVersion: 5, planVersion: 3, releasedOn: '2026-11-12' });
    expect(of(measurePlanEnded)).toEqual({
      ...head,
      planId,
      entryVersion: 6,
      planVersion: 4,
      ground: 'TERM_REACHED',
      inError: false,
      documentNo: null,
      endedOn: '2026-11-20',
    });
  });

  test('an entry that was wrong from the start ends in error', async () => {
    const entry = newEntry();
    await feeder.send(listEntryActivated, entry.subjectId, entry);
    await feeder.send(listEntryExited, entry.subjectId, {
      ...headOf(entry, 4, 'REVOKED'),
      ground: 'BASIS_REVOKED',
      documentNo: '撤1',
      exitedOn: '2026-11-09',
      byEntryId: null,
    });
    await arrival(entry, 2);
    expect(feeder.eventsOf(measurePlanEnded).find((event) => event.key === entry.subjectId)?.data.inError).toBe(true);
  });

  test('a revoked repair makes a second plan of its own (R-4-3)', async () => {
    const entry = newEntry();
    await feeder.sendRecords(lifeOf(entry));
    await feeder.send(listEntryActivated, entry.subjectId, { ...entry, entryVersion: 7, activationNo: 2 });
    await arrival(entry, 5);
    expect((await tablesOf(entry)).plans.map((row) => [row['activation_no'], row['status']])).toEqual([
      [1, 'ENDED'],
      [2, 'LIVE'],
    ]);
  });

  test('a whole batch of entries is decomposed, each once', async () => {
    const entries = Array.from({ length: 300 }, () => newEntry());
    await feeder.sendRecords(entries.map((entry) => feeder.make(listEntryActivated, entry.subjectId, entry).record));
    await eventually('all plans are said', () => entries.every((entry) => saidOf(entry).length > 0));
    expect(entries.map((entry) => saidOf(entry).length)).toEqual(entries.map(() => 1));
    expect((await tablesOf(...entries)).plans).toHaveLength(300);
  });

  test('what gives nothing, or has no department, is an incident', async () => {
    const silent = newEntry('AB-MKT');
    const lost = newEntry('BL-SAFE', { level: 'COUNTY', regionCode: '320799' });
    for (const entry of [silent, lost]) await feeder.send(listEntryActivated, entry.subjectId, entry);
    await arrival(silent, 2);
    await arrival(lost, 3);
    const of = async (query: string) => {
      const { status, body } = await city.call<{ data: unknown[] }>(running, office, 'GET', `/api/v1/incidents?${query}`);
      expect(status).toBe(200);
      return body.data.map((row) => incidentViewSchema.parse(row));
    };
    expect(await of(`entryId=${silent.entryId}`)).toMatchObject([{ cause: 'NO_MEASURE_FOUND', groupKey: 'AB-MKT', measureCode: null }]);
    const withoutDepartment = await of('cause=NO_DEPARTMENT&groupKey=REGION:320799');
    expect(withoutDepartment.map((one) => one.measureCode).sort()).toEqual(['SAFE-01', 'SAFE-02']);
    for (const one of withoutDepartment) expect(one).toMatchObject({ entryId: lost.entryId, groupSize: 2 });
    expect(saidOf(lost).filter((event) => event.type === incidentRaised.type)).toHaveLength(2);
  });

  test('the state of every plan is the fold of its steps', async () => {
    const different = await city.query(`
      WITH last AS (SELECT DISTINCT ON (plan_id) plan_id, kind, plan_version, entry_version FROM measure_decomposition.plan_step
                    ORDER BY plan_id, plan_version DESC)
      SELECT p.plan_id FROM measure_decomposition.plan p LEFT JOIN last USING (plan_id)
      WHERE last.kind IS NULL OR p.plan_version <> last.plan_version OR p.entry_version <> last.entry_version OR
            p.status <> CASE last.kind WHEN 'MADE' THEN 'LIVE' WHEN 'RELEASED' THEN 'LIVE' ELSE last.kind END`);
    expect(different).toEqual([]);
  });
});

describe('redelivered', () => {
  test('every event twice, at once and again later, changes no table and says nothing more', async () => {
    const entry = newEntry('BL-SAFE', { level: 'COUNTY', regionCode: '320799' });
    const records = lifeOf(entry);
    await feeder.sendRecords(records.flatMap((record) => [record, record]));
    await arrival(entry, 6);
    const before = await tablesOf(entry);
    await feeder.sendRecords(records);
    await catchUp(entry.subjectId);
    expect(await tablesOf(entry)).toEqual(before);
    expect(saidOf(entry)).toHaveLength(6);
  });

  test('an older version under a new event id changes nothing', async () => {
    const entry = newEntry();
    await feeder.sendRecords(lifeOf(entry));
    await arrival(entry, 4);
    const before = await tablesOf(entry);
    await feeder.sendRecords(lifeOf(entry));
    await catchUp(entry.subjectId);
    expect(await tablesOf(entry)).toEqual(before);
    expect(kindsOf(entry)).toHaveLength(4);
  });

  test('two replicas of one group make each plan once', async () => {
    await city.boot(service);
    const entries = Array.from({ length: 40 }, () => newEntry());
    const records = entries.map((entry) => feeder.make(listEntryActivated, entry.subjectId, entry).record);
    await feeder.sendRecords([...records, ...records]);
    await eventually('all plans are said', () => entries.every((entry) => saidOf(entry).length > 0));
    for (const entry of entries) await catchUp(entry.subjectId);
    expect(entries.map((entry) => saidOf(entry).length)).toEqual(entries.map(() => 1));
  });
});

/** Sends one more entry of the same subject and waits for its plan: whatever was sent before it has then been handled. */
async function catchUp(key: string): Promise<void> {
  const marker = newEntry('BL-FRAUD', { subjectId: key });
  await feeder.send(listEntryActivated, key, marker);
  await arrival(marker, 1);
}

describe('fails at each step', () => {
  const steps: [string, string][] = [
    ['heard_entry', 'NEW.entry_id::text = ANY(TG_ARGV)'],
    ['plan', 'NEW.entry_id::text = ANY(TG_ARGV)'],
    ['plan_step', 'NEW.plan_id IN (SELECT plan_id FROM measure_decomposition.plan WHERE entry_id::text = ANY(TG_ARGV))'],
    ['incident', 'NEW.entry_id::text = ANY(TG_ARGV)'],
    ['outbox', 'NEW.aggregateid = ANY(TG_ARGV)'],
    ['subject_sequence', 'NEW.subject_key = ANY(TG_ARGV)'],
  ];
  const failing = async (table: string, condition: string, state: string, entry: ListEntryActivated) => {
    await city.query(`CREATE OR REPLACE FUNCTION measure_decomposition.fail_${table}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF ${condition} THEN RAISE EXCEPTION 'failed for the test' USING ERRCODE = '${state}'; END IF; RETURN NEW; END $$`);
    await city.query(`CREATE TRIGGER fail BEFORE INSERT ON measure_decomposition.${table} FOR EACH ROW
      EXECUTE FUNCTION measure_decomposition.fail_${table}('${entry.entryId}', '${entry.subjectId}')`);
    return () => city.query(`DROP TRIGGER fail ON measure_decomposition.${table}`);
  };

  test.each(steps)('at %s: nothing is half done, the others go on, and a redrive brings the same end', async (table, condition) => {
    const reference = newEntry('BL-SAFE', { level: 'COUNTY', regionCode: '320799' });
    await feeder.sendRecords(lifeOf(reference));
    await arrival(reference, 6);
    const entry = newEntry('BL-SAFE', { level: 'COUNTY', regionCode: '320799' });
    const other = newEntry();
    const mend = await failing(table, condition, 'P0001', entry);
    try {
      await feeder.sendRecords([...lifeOf(entry), ...lifeOf(other)]);
      await arrival(other, 4);
      const row = await eventually('the subject is parked', async () => {
        const found = await parked(entry.subjectId);
        return found?.events === 4 && found;
      });
      expect(row).toMatchObject({ severity: 'SEVERE' });
      expect(row.reason).toContain('failed for the test');
      expect(await tablesOf(entry)).toEqual({ heard: [], plans: [], steps: [], incidents: [] });
      expect(saidOf(entry)).toEqual([]);
      expect((await redrive(entry.subjectId)).status).toBe(409);
    } finally {
      await mend();
    }
    expect((await redrive(entry.subjectId)).body).toMatchObject({ handled: 4, setAside: 0, remaining: 0 });
    await arrival(entry, 6);
    expect(await outcomeOf(entry)).toEqual(await outcomeOf(reference));
    expect(await parked(entry.subjectId)).toBeUndefined();
  });

  test('a passing fault parks nothing: the batch runs again until it passes', async () => {
    const entry = newEntry();
    // A sequence keeps counting when the transaction that asked it is undone.
    await city.query('CREATE SEQUENCE measure_decomposition.attempts');
    await city.query('GRANT USAGE ON SEQUENCE measure_decomposition.attempts TO measure_decomposition_consumer');
    const condition = "NEW.entry_id::text = ANY(TG_ARGV) AND nextval('measure_decomposition.attempts') > 0";
    const mend = await failing('plan', condition, '40001', entry);
    try {
      await feeder.sendRecords(lifeOf(entry));
      await eventually('it was tried three times', async () => {
        const [attempts] = await city.query<{ last: number }>('SELECT last_value::integer AS last FROM measure_decomposition.attempts');
        return (attempts?.last ?? 0) >= 3;
      });
      expect(await parked(entry.subjectId)).toBeUndefined();
      expect((await tablesOf(entry)).plans).toEqual([]);
    } finally {
      await mend();
    }
    await arrival(entry, 4);
    expect(await planStatus(entry)).toBe('ENDED');
  });
});

describe('poison', () => {
  test('an unreadable event parks its subject only; a redrive sets it aside and the rest goes its way', async () => {
    const entry = newEntry();
    const other = newEntry();
    const [activated, ...later] = lifeOf(entry);
    if (activated === undefined) throw new Error('no record');
    const poison = { ...lastOf(lifeOf(entry)), value: Buffer.from('{"entryId":"no"}') };
    await feeder.sendRecords([activated, poison, ...later, ...lifeOf(other)]);
    await arrival(other, 4);
    const row = await eventually('the subject is parked', async () => {
      const found = await parked(entry.subjectId);
      return found?.events === 4 && found;
    });
    expect(row.severity).toBe('SEVERE');
    expect(await planStatus(entry)).toBe('LIVE');
    expect((await redrive(entry.subjectId)).body).toMatchObject({ handled: 3, setAside: 1, remaining: 0 });
    await arrival(entry, 4);
    expect(await outcomeOf(entry)).toEqual(await outcomeOf(other));
  });

  test('an event that comes again with other content is refused', async () => {
    const entry = newEntry();
    const { record } = feeder.make(listEntryActivated, entry.subjectId, entry);
    await feeder.sendRecords([record]);
    await arrival(entry, 1);
    const altered = feeder.make(listEntryActivated, entry.subjectId, { ...entry, entryVersion: 9, activationNo: 2 });
    const id = String(record.headers['ce_id']);
    await feeder.sendRecords([{ ...altered.record, headers: { ...altered.record.headers, ce_id: id } }]);
    await catchUp(entry.subjectId);
    expect((await tablesOf(entry)).plans).toHaveLength(1);
  });
});

describe('who may read a plan', () => {
  test('the credit office reads every item and every skip with clause, rule, reason and documents', async () => {
    const entry = newEntry('BL-MKT', { conditions: [{ code: 'FOOD_DRUG', documentNo: '连市监〔2026〕7号' }] });
    await feeder.sendRecords(lifeOf(entry));
    await arrival(entry, 4);
    const { status, body } = await city.call<{ data: unknown[] }>(
      running,
      office,
      'GET',
      `/api/v1/decompositions?entryId=${entry.entryId}`,
    );
    expect(status).toBe(200);
    const [view, ...more] = body.data.map((row) => decompositionViewSchema.parse(row));
    const plan = makePlan(catalogue, entry, { planId: String(view?.planId), planVersion: 1 }).plan;
    expect(more).toEqual([]);
    expect(view).toMatchObject({ status: 'ENDED', planVersion: 4, entryVersion: 6, catalogueVersion: 1, decidedOn: '2026-11-02' });
    expect(view?.steps.map((step) => step.kind)).toEqual(['MADE', 'HELD', 'RELEASED', 'ENDED']);
    expect(view?.groups.map((group) => group.items.map((item) => item.measureCode))).toEqual(
      plan.groups.map((group) => group.measureCodes),
    );
    expect(view?.groups.map((group) => group.skips.map((skip) => skip.measureCode))).toEqual(
      plan.groups.map((group) => group.skips.map((skip) => skip.measureCode)),
    );
    const explanations = view?.groups.flatMap((group) => [...group.items, ...group.skips]).map((one) => one.explanation) ?? [];
    expect(
      explanations.every(({ clause, rule, reasonCode, textZh }) => clause !== '' && rule !== '' && reasonCode !== '' && textZh !== ''),
    ).toBe(true);
    const items = plan.groups.flatMap((group) =>
      group.measureCodes.flatMap((code) => plan.measures.find((measure) => measure.measureCode === code)?.executors ?? []),
    );
    expect(view?.counts).toEqual({
      tasks: items.filter((item) => !item.notice).length,
      notices: items.filter((item) => item.notice).length,
      skips: plan.groups.flatMap((group) => group.skips).length,
    });
  });

  test('an entry without a plan has an empty answer, and a wrong id is refused', async () => {
    const { body } = await city.call(running, office, 'GET', `/api/v1/decompositions?entryId=${uuid(1)}`);
    expect(body).toEqual({ data: [], page: { nextCursor: null, hasMore: false } });
    expect((await city.call(running, office, 'GET', '/api/v1/decompositions?entryId=1')).status).toBe(400);
    expect((await city.call(running, office, 'GET', '/api/v1/decompositions')).status).toBe(400);
  });

  test('a department may not, at the door or in the database', async () => {
    for (const path of [`/api/v1/decompositions?entryId=${uuid(1)}`, '/api/v1/incidents']) {
      expect((await city.call(running, department, 'GET', path)).status).toBe(403);
    }
    const database = await Database.connect('measure-decomposition', {
      LIANXIN_DATABASE_URL: String(city.environment['LIANXIN_DATABASE_URL']),
      LIANXIN_DATABASE_SECRET: String(city.environment['LIANXIN_DATABASE_SECRET']),
      LIANXIN_DATABASE_POOL: 1,
    });
    try {
      const seen = (principal: typeof office, table: string) =>
        database.transaction(principal, (tx) => tx.query(`SELECT 1 FROM ${table} LIMIT 1`)).then((rows) => rows.length);
      for (const table of ['plan', 'plan_step', 'incident']) {
        expect({ table, department: await seen(department, table), office: await seen(office, table) }).toEqual({
          table,
          department: 0,
          office: 1,
        });
      }
      expect(await seen(office, 'heard_entry')).toBe(0);
      await expect(database.transaction(office, (tx) => tx.execute('DELETE FROM plan'))).rejects.toThrow('permission denied');
      await expect(database.consumerTransaction((tx) => tx.execute("UPDATE plan_step SET kind = 'MADE'"))).rejects.toThrow(
        'permission denied',
      );
    } finally {
      await database.close();
    }
  });

  test('incidents come page by page, newest first', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer: TestAnswer<{ data: { id: string }[]; page: { nextCursor: string | null } }> = await city.call(
        running,
        office,
        'GET',
        `/api/v1/incidents?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      ids.push(...answer.body.data.map((row) => row.id));
      cursor = answer.body.page.nextCursor;
    }
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(ids.length).toBe((await city.query('SELECT 1 FROM measure_decomposition.incident')).length);
  });
});
