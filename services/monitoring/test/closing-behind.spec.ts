import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { repairAdvanced, repairGranted, repairReceived } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { repairDaysMigration } from '../src/migrations/0005-repair-days.ts';
import type { Overview } from '../src/stats.schemas.ts';
import { creditOffice, MonitoredCity } from './monitored.city.ts';
import { Flag, type Saying, say } from './sayings.ts';

let city: MonitoredCity;
beforeAll(async () => {
  city = await MonitoredCity.create();
});
afterAll(() => city?.close());

async function figure(code: string, period: string) {
  const { body } = await city.get<Overview>(creditOffice, `/api/v1/stats/overview?period=${period}`);
  return [...body.entries, ...body.figures].find((one) => one.code === code);
}

/** An application for repair that was decided, as credit-repair tells of it. */
function repaired(receivedOn: string, grantedOn: string): Saying[] {
  const subjectId = randomUUIDv7();
  const head = { repairId: randomUUIDv7(), number: 'LYG-XF-2026-000001', subjectId, decidingDepartment: 'RSJ' };
  const items = [{ kind: 'LIST_ENTRY' as const, id: randomUUIDv7(), number: 'n' }];
  return [
    say(repairReceived, subjectId, {
      ...({ ...head, items, repairVersion: 1, status: 'RECEIVED', category: 'ORDINARY', channel: 'WINDOW', applicant: 'SUBJECT' } as const),
      ...{ linkedTo: null, receivedOn },
    }),
    say(repairAdvanced, subjectId, {
      ...({ ...head, items, repairVersion: 2, status: 'ACCEPTED', step: 'accept', on: receivedOn, dueOn: '2026-11-19' } as const),
    }),
    say(repairGranted, subjectId, { ...head, entryId: items[0]?.id ?? '', documentNo: '文1', grantedOn }),
  ];
}

test('the median of days of repairs stands beside their rate, and what was decided before it was counted counts too (K15)', async () => {
  await city.hear(
    ...repaired('2026-11-02', '2026-11-09'),
    ...repaired('2026-11-02', '2026-11-20'),
    ...repaired('2026-11-02', '2026-11-04'),
  );
  expect(await figure('K15', '2026-11')).toMatchObject({ display: '66.7%' });
  expect(await figure('K15-MEDIAN', '2026-11')).toMatchObject({
    display: '7',
    value: 7,
    denominator: 3,
    rowsHref: expect.stringContaining('K15'),
  });
  expect(await city.wrongCounters()).toEqual([]);
  const tables = await city.readModel();
  for (const table of ['figure_row', 'figure_counter'])
    await city.city.query(`DELETE FROM monitoring.${table} WHERE figure LIKE 'K15-DAYS:%'`);
  expect(await figure('K15-MEDIAN', '2026-11')).toMatchObject({ display: '–', value: null });
  await city.city.query(`SET search_path TO monitoring; ${repairDaysMigration.sql}; RESET search_path`);
  expect(await city.readModel()).toEqual(tables);
});

test('a period that is due waits until all is heard that was in the log then: figures are not frozen too early (R-4-12)', async () => {
  const flag = new Flag('BL-WAGE', 'RSJ');
  await city.hear(flag.activated('2026-11-02'));
  // The service hears nothing more for a while.
  const inTheWay = await city.city.connect();
  await inTheWay.query('BEGIN; LOCK TABLE monitoring.inbox IN ACCESS EXCLUSIVE MODE');
  await city.send(new Flag('BL-WAGE', 'RSJ').activated('2026-11-03'));
  const timer = async () => {
    const rows = await city.city.query<{ due_at: Date }>(
      "SELECT due_at FROM monitoring.timer WHERE kind = 'close-period' AND reference = '2026-11'",
    );
    return rows[0]?.due_at;
  };
  const dueAt = await timer();
  if (dueAt === undefined) throw new Error('no timer');
  city.city.turnClock(dueAt.getTime() - Date.now() + 1_000);
  const isClosed = async () => (await city.city.query("SELECT 1 FROM monitoring.closed_period WHERE code = '2026-11'")).length > 0;
  const seen = new Set<number>();
  await eventually('it was put off several times, or was closed', async () => {
    const due = await timer();
    if (due !== undefined) seen.add(due.getTime());
    return seen.size >= 4 || (await isClosed());
  });
  expect(await isClosed()).toBe(false);
  await inTheWay.query('COMMIT');
  await eventually('it is closed now', isClosed);
  expect(await figure('K01-BLACK', '2026-11')).toMatchObject({ display: '2', correction: null });
  await inTheWay.end();
});
