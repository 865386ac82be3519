import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkPerformed, measurePlanEnded } from '@lianxin/contracts';
import { CuttableWire, eventually, testServer } from '@lianxin/testing';
import { Redis } from 'ioredis';
import { type Company, clerk, ended, measures, WindowCity } from './window.city.ts';

let window: WindowCity;
let company: Company;
let wire: CuttableWire;
beforeAll(async () => {
  wire = new CuttableWire(testServer('REDIS_URL'));
  await wire.open();
  window = await WindowCity.create({
    LIANXIN_REDIS_URL: `redis://127.0.0.1:${wire.port}`,
    // One document in the process: nearly every look goes to Redis.
    LIANXIN_CHECK_CACHED_SUBJECTS: '1',
    LIANXIN_CHECK_HOLD_MATTERS: 'ZFCG-TB',
  });
  company = await window.company();
  await window.list(company, [measures.ban]);
});
afterAll(async () => {
  await window?.close();
  await wire?.cut();
});

const subject = () => ({ usccCode: company.usccCode, name: company.name });

describe('Redis costs speed, never correctness', () => {
  /** Pushes the one document that is kept in the process out of it. */
  const forget = async () => {
    const other = await window.company();
    await window.list(other, [measures.recommended]);
  };
  const blocks = async () => (await window.cardsOf(company)).map((card) => card.indicator);

  test('one that is emptied, filled with yesterday, stopped, cut and back', async () => {
    const redis = new Redis(testServer('REDIS_URL'));
    try {
      await forget();
      expect(await blocks()).toEqual(['critical']);
      await forget();
      expect(await blocks()).toEqual(['critical']);
      await redis.flushdb();
      expect(await blocks()).toEqual(['critical']);

      wire.stopAnswers();
      await forget();
      expect(await blocks()).toEqual(['critical']);
      await wire.cut();
      await forget();
      expect(await blocks()).toEqual(['critical']);
      // While it is away the entry ends: what Redis still holds of it must not come back with Redis.
      const gone = await window.company();
      const plan = await window.list(gone, [measures.ban]);
      await window.feeder.send(measurePlanEnded, gone.subjectId, ended(plan));
      await eventually('it is over', async () => (await window.cardsOf(gone)).length === 0);
      await wire.open();
      await forget();
      await eventually('Redis serves again', async () => {
        await forget();
        await blocks();
        const figures = await (await fetch(`${window.running.url}/metrics`)).text();
        return /lx_check_documents_total\{[^}]*where="redis"[^}]*\} [1-9]/.test(figures);
      });
      expect(await window.cardsOf(gone)).toEqual([]);
      expect(await blocks()).toEqual(['critical']);
    } finally {
      redis.disconnect();
    }
  });
});

describe('while checks cannot be recorded', () => {
  const breakWrites = () =>
    window.city.query(`CREATE FUNCTION window_check.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON window_check.window_check_default FOR EACH STATEMENT EXECUTE FUNCTION window_check.refuse();
      CREATE TRIGGER refuse BEFORE INSERT ON window_check.window_check FOR EACH STATEMENT EXECUTE FUNCTION window_check.refuse()`);
  const mend = () => window.city.query('DROP FUNCTION window_check.refuse() CASCADE');

  test('a check is registered, says so, and is made up for; what was missed is told', async () => {
    await breakWrites();
    const answer = await window.check({ subjects: [subject(), { role: 'legal_rep', idNo: '11010519491231002X', name: '李四' }] });
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'registered', degraded: true, policy: 'PASS', cards: [{ indicator: 'warning' }] },
    });
    expect(answer.body.cards[0]?.summary).toContain('10 分钟内补查');
    const held = await window.check({ matter: { code: 'ZFCG-TB' }, subjects: [subject()] });
    expect(held.body.policy).toBe('HOLD');
    await mend();
    const told = await eventually('it is made up for', () =>
      window.feeder.eventsOf(checkPerformed).find(({ data }) => data.backCheckOf === answer.body.id),
    );
    expect(told.data.prompts).toMatchObject([{ level: 'BLOCK', measureCodes: ['FOOD-01'] }]);
    await eventually('nothing waits', async () =>
      /lx_check_registered\{[^}]*\} 0/.test(await (await fetch(`${window.running.url}/metrics`)).text()),
    );
    const made = await window.city.call(window.running, clerk, 'GET', `/api/v1/checks/${told.data.checkId}`);
    expect(made.body).toMatchObject({ degraded: false, cards: [{ indicator: 'critical' }] });
    const missed = await window.city.query<{ check_id: string; cause: string }>('SELECT check_id, cause FROM window_check.check_incident');
    expect(missed).toContainEqual({ check_id: told.data.checkId, cause: 'MISSED_WHILE_DEGRADED' });
  });

  test('one that cannot be made up for holds up no other', async () => {
    await breakWrites();
    const asked = async (caseNo: string) => (await window.check({ matter: { code: 'ZFCG-TB', caseNo }, subjects: [subject()] })).body;
    const [stuck, other] = [await asked('坏件'), await asked('好件')];
    expect([stuck.status, other.status]).toEqual(['registered', 'registered']);
    await mend();
    await window.city.query(`ALTER TABLE window_check.window_check ADD CONSTRAINT stuck CHECK (case_no <> '坏件')`);
    const madeUpFor = (id: string) => window.feeder.eventsOf(checkPerformed).some(({ data }) => data.backCheckOf === id);
    await eventually('the other is made up for', () => madeUpFor(other.id));
    expect(madeUpFor(stuck.id)).toBe(false);
    await window.city.query('ALTER TABLE window_check.window_check DROP CONSTRAINT stuck');
    await eventually('so is the first, once it can be', () => madeUpFor(stuck.id));
  });

  test.each([
    ['a case number', { matter: { code: 'SPJY', caseNo: 'A\0B' } }, '/matter/caseNo'],
    ['a name', { subjects: [{ usccCode: '91320799MADEM00035', name: '示例\0公司' }] }, '/subjects/0/name'],
    ['a role', { subjects: [{ usccCode: '91320799MADEM00035', name: '示例', role: '\0' }] }, '/subjects/0/role'],
    ['half a character in a name', { subjects: [{ usccCode: '91320799MADEM00035', name: '示例\uD842' }] }, undefined],
  ])('%s that nobody can store is the fault of who asks: refused, never registered and let pass', async (_what, change, pointer) => {
    const answer = await window.check({ subjects: [subject()], ...change });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', ...(pointer === undefined ? {} : { errors: [{ pointer }] }) },
    });
  });

  test('one that was recorded after all, too late for the clerk, is not made up for twice', async () => {
    const key = randomUUID();
    const before = await window.city.query<{ count: number }>('SELECT count(*)::int AS count FROM window_check.window_check');
    const release = await window.lockChecks();
    const answer = await window.check({ subjects: [subject()] }, clerk, { 'idempotency-key': key });
    expect(answer.body.status).toBe('registered');
    await release();
    await eventually('nothing waits', async () =>
      /lx_check_registered\{[^}]*\} 0/.test(await (await fetch(`${window.running.url}/metrics`)).text()),
    );
    const after = await window.city.query<{ count: number }>('SELECT count(*)::int AS count FROM window_check.window_check');
    expect((after[0]?.count ?? 0) - (before[0]?.count ?? 0)).toBe(1);
    expect((await window.city.call(window.running, clerk, 'GET', `/api/v1/checks/${answer.body.id}`)).status).toBe(200);
  });
});
