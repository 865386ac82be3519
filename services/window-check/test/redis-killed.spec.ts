import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type MeasurePlanMade, measurePlanEnded, measurePlanHeld, measurePlanMade } from '@lianxin/contracts';
import { type RedisServer, startRedis } from '@lianxin/platform/servers';
import { eventually } from '@lianxin/testing';
import { Redis } from 'ioredis';
import { type Company, ended, held, measures, planOf, WindowCity } from './window.city.ts';

let window: WindowCity;
let folder: string;
let server: RedisServer;
let redis: Redis;
/** Companies of which each step holds or ends one; nobody else changes anything. */
const listed: { company: Company; plan: MeasurePlanMade }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-window-redis-'));
  // A Redis of its own: it is killed here.
  server = await startRedis({ dataDir: join(folder, 'redis'), cacheDir: join(import.meta.dirname, '../../../.cache') });
  redis = new Redis(server.url, { retryStrategy: () => 100 });
  redis.on('error', () => undefined);
  window = await WindowCity.create({
    LIANXIN_REDIS_URL: server.url,
    // One document in the process: nearly every look goes to Redis.
    LIANXIN_CHECK_CACHED_SUBJECTS: '1',
    // An answer that is only registered would be honest, but not what is asked here.
    LIANXIN_CHECK_TIMEOUT_MS: '10000',
  });
  for (let count = 0; count < 24; count++) {
    const company = await window.company();
    const plan = planOf(company.subjectId, [measures.ban]);
    await window.feeder.send(measurePlanMade, company.subjectId, plan);
    listed.push({ company, plan });
  }
  await eventually('all of them are blocked', async () => (await states()).every((state) => state === 'LIVE'));
}, 60_000);
afterAll(async () => {
  redis?.disconnect();
  await window?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A document of ours, but of another subject, about whom there is nothing to say. */
const nothingOfAnother = JSON.stringify({ format: 1, subjectId: '019f0000-0000-7000-8000-000000000000', revision: 1, rows: [] });

/** In the order in which they follow one another here. */
const order = ['NONE', 'LIVE', 'HELD', 'ENDED'] as const;
type State = (typeof order)[number];
/** What a window shows to whom the database says is in this state. */
const rightCards: Readonly<Record<State, string>> = { NONE: '', LIVE: 'critical', HELD: 'info', ENDED: '' };

/** The oracle: what the database holds, read past every cache. */
async function states(): Promise<State[]> {
  const rows = await window.city.query<{ subject_id: string; status: State }>(
    'SELECT subject_id, status FROM window_check.plan JOIN window_check.plan_party USING (entry_id, activation_no) WHERE body IS NOT NULL',
  );
  const byPlan = new Map(rows.map((row) => [row.subject_id, row.status]));
  return listed.map(({ company }) => byPlan.get(company.subjectId) ?? 'NONE');
}

/** Asks about everybody at once; an answer is right when it was true as it was asked, or became true while it was on its way. */
async function wrongAnswers(): Promise<string[]> {
  const before = await states();
  const answers = await Promise.all(
    listed.map(({ company }) => window.check({ subjects: [{ usccCode: company.usccCode, name: company.name }] })),
  );
  const after = await states();
  return answers.flatMap(({ status, body }, index) => {
    const shown = body.cards?.map((card) => card.indicator).join() ?? '';
    const right = order
      .slice(order.indexOf(before[index] ?? 'NONE'), order.indexOf(after[index] ?? 'NONE') + 1)
      .map((state) => rightCards[state]);
    const isRight = status === 200 && body.status === 'complete' && body.number !== '' && right.includes(shown);
    return isRight ? [] : [`${before[index]} → ${after[index]}: ${status} ${body.status} ${shown}`];
  });
}

/** Checks all the time while `work` goes on. */
async function checkingMeanwhile(work: () => Promise<void>): Promise<{ wrong: string[]; rounds: number }> {
  const wrong: string[] = [];
  let rounds = 0;
  let isOver = false;
  const checking = (async () => {
    while (!isOver) {
      wrong.push(...(await wrongAnswers()));
      rounds++;
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await checking;
  }
  return { wrong, rounds };
}

const foundIn = async (where: string) => {
  const figures = await (await fetch(`${window.running.url}/metrics`)).text();
  return Number(new RegExp(`lx_check_documents_total\\{[^}]*where="${where}"[^}]*\\} (\\d+)`).exec(figures)?.[1] ?? 0);
};
/** Redis has answered since `before` looks of it. */
const servesAgain = async () => {
  const before = await foundIn('redis');
  await eventually('Redis serves again', async () => (await foundIn('redis')) > before);
};

/** One that is blocked is held, one that is held is over: told while Redis is in trouble, and known to the database before the trouble ends. */
async function oneIsHeldOneIsOver(): Promise<void> {
  const now = await states();
  const live = listed[now.indexOf('LIVE')];
  const onHold = listed[now.indexOf('HELD')];
  if (live !== undefined) await window.feeder.send(measurePlanHeld, live.company.subjectId, held(live.plan, 'SUSPENSION'));
  if (onHold !== undefined) await window.feeder.send(measurePlanEnded, onHold.company.subjectId, ended(onHold.plan));
  await eventually('the database knows', async () => {
    const then = await states();
    return (
      (live === undefined || then[listed.indexOf(live)] === 'HELD') && (onHold === undefined || then[listed.indexOf(onHold)] === 'ENDED')
    );
  });
}

describe('Redis in trouble while windows ask: no answer is wrong, from hold or lifting none blocks', () => {
  test.each<[string, () => Promise<void>, () => Promise<unknown>]>([
    ['killed and started again empty', () => server.kill('SIGKILL'), () => server.start()],
    ['emptied', async () => void (await redis.flushall()), async () => undefined],
    ['stopped in the middle, so that it is slow, and let go on', async () => signal('SIGSTOP'), async () => signal('SIGCONT')],
    ['full, so that it keeps nothing new', async () => limitMemory('1'), () => limitMemory('256mb')],
    ['full of what is not ours', () => spoil('[{"entryId":'), async () => undefined],
    ['full of what is true of somebody else', () => spoil(nothingOfAnother), async () => undefined],
  ])(
    '%s',
    async (_what, breakIt, mendIt) => {
      await servedFromRedis();
      const { wrong, rounds } = await checkingMeanwhile(async () => {
        await breakIt();
        await oneIsHeldOneIsOver();
        await oneIsHeldOneIsOver();
        await mendIt();
        await servesAgain();
        await oneIsHeldOneIsOver();
      });
      expect(wrong).toEqual([]);
      expect(rounds).toBeGreaterThan(2);
      // And when all is quiet.
      expect(await wrongAnswers()).toEqual([]);
    },
    60_000,
  );
});

describe('a read model that is built anew', () => {
  test('finds nothing of its former life in Redis, though it counts from the beginning again', async () => {
    const first = await window.company();
    const other = await window.company();
    await window.list(first, [measures.ban]);
    await window.list(other, [measures.recommended]);
    expect((await window.cardsOf(first)).map((card) => card.indicator)).toEqual(['critical']);
    await window.cardsOf(other);
    await window.city.query(
      `DELETE FROM window_check.plan USING window_check.plan_party
       WHERE plan_party.subject_id = '${first.subjectId}' AND plan.entry_id = plan_party.entry_id;
       DELETE FROM window_check.plan_party WHERE subject_id = '${first.subjectId}';
       DELETE FROM window_check.subject_revision WHERE subject_id = '${first.subjectId}'`,
    );
    await window.feeder.send(measurePlanMade, first.subjectId, planOf(first.subjectId, [measures.recommended]));
    await eventually('it is known again', async () => (await window.cardsOf(first)).length === 1);
    expect((await window.cardsOf(first)).map((card) => card.indicator)).toEqual(['warning']);
  });
});

/** Until each of the documents has been asked of Redis. */
async function servedFromRedis(): Promise<void> {
  const before = await foundIn('redis');
  await eventually('Redis holds the documents', async () => {
    await wrongAnswers();
    return (await foundIn('redis')) - before >= (await states()).filter((state) => state !== 'NONE').length;
  });
}

function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
  process.kill(server.pid, name);
}

async function limitMemory(limit: string): Promise<void> {
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'maxmemory', limit);
}

/** Puts the same text where every document stands. */
async function spoil(text: string): Promise<void> {
  const keys = await redis.keys('lianxin:check:*');
  expect(keys.length).toBeGreaterThan(0);
  await redis.mset(keys.flatMap((key) => [key, text]));
}
