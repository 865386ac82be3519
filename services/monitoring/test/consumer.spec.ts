import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, principalOf } from '@lianxin/testing';
import { creditOffice, MonitoredCity } from './monitored.city.ts';
import { reported, tallied } from './record.sayings.ts';
import { catalogue, endOf, Flag, FlagTask, type Saying } from './sayings.ts';

/** Two flags with everything that can happen to their tasks, as the services would say it. */
function story(): Saying[] {
  const wage = new Flag('BL-WAGE', 'RSJ', 'BLACK', 'MARKET_ORDER');
  const tax = new Flag('BL-TAX', 'SHUIJ');
  const [first, second, third, fourth] = ['GGZY', 'WMB', 'CZJ', 'GGZY'].map(
    (department, index) => new FlagTask(department, `WAGE-0${index + 1}`, endOf('2026-12-25'), endOf('2026-12-30')),
  ) as [FlagTask, FlagTask, FlagTask, FlagTask];
  const said = [
    ...catalogue(1, { GGZY: '公共资源交易中心', WMB: '文明办' }, { 'WAGE-01': '措施一' }),
    wage.activated('2026-11-02'),
    wage.dispatched([first, second, third, fourth]),
    first.acknowledged(wage),
    second.acknowledged(wage),
    third.acknowledged(wage),
    tax.activated('2026-11-03'),
    tax.dispatched([first], { joined: true }),
  ];
  const applied = first.feedback(wage, { kind: 'APPLIED' });
  said.push(applied.submitted, applied.approved(), wage.caseOf(first, applied.feedbackId, '2026-11-20'));
  const zero = second.feedback(wage, { kind: 'ZERO' });
  said.push(zero.submitted, zero.rejected());
  const again = second.feedback(wage, { kind: 'ZERO', feedbackId: zero.feedbackId, version: 2 });
  said.push(again.submitted, again.approved());
  said.push(wage.held([second, third], { stays: [first], time: '2026-11-21T02:00:00.000Z' }));
  said.push(wage.released([second], 'FED_BACK'), wage.released([third], 'ACKNOWLEDGED', { feedbackDueAt: endOf('2027-01-08') }));
  said.push(wage.lifting([second], { stays: [first], time: '2026-11-22T02:00:00.000Z' }));
  const [undone, sheet] = [randomUUIDv7(), randomUUIDv7()];
  said.push(reported(10, 7), reported(5, 5, undone), reported(0, 0, undone, 2));
  said.push(tallied(20, 17, '2026-10', sheet), tallied(20, 18, '2026-10', sheet, 2));
  said.push(tax.exited('2026-11-22'), ...catalogue(2, { GGZY: '市公共资源交易中心' }, { 'WAGE-01': '新措施一' }));
  said.push(...catalogue(1, { GGZY: '公共资源交易中心' }, { 'WAGE-01': '措施一' }));
  return said;
}

let city: MonitoredCity;
beforeAll(async () => {
  city = await MonitoredCity.create();
});
afterAll(async () => {
  await city.close();
});

const shuffled = <Item>(items: readonly Item[], seed: number): Item[] =>
  items
    .map((item, index) => ({ item, place: Math.sin(seed * 1000 + index) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

describe('the read model', () => {
  const said = story();

  test('follows what the services say', async () => {
    // The last two repeat an old catalogue version after a newer one is known.
    await city.hear(...said.slice(0, -2));
    await city.hear(...said.slice(-2));
    const tables = await city.readModel();
    expect(Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.length]))).toEqual({
      task: 4,
      feedback: 2,
      entry: 2,
      recorded_case: 1,
      // Of the tasks: the first rests on its tax list alone by now, the second is being lifted; then the feedback that was executed, an entry that
      // stands, one that left by performance, a case, a report and a sheet.
      figure_row: 3 + 1 + 3 + 3 + 1 + 4 + 5 + 1 + 2,
      figure_counter: expect.any(Number),
      department: 2,
      list_heard: 2,
      measure: 1,
      record_heard: 2 + 3,
    });
    expect(tables['department']).toMatchObject([{ name_zh: '市公共资源交易中心' }, { name_zh: '文明办' }]);
    expect(tables['measure']).toMatchObject([{ name_zh: '新措施一' }]);
    expect((tables['entry'] as { registers: { status: string } }[]).map((row) => row.registers.status).sort()).toEqual([
      'ACTIVE',
      'EXPIRED',
    ]);
    expect(await city.wrongCounters()).toEqual([]);
  });

  test('is not changed by a second delivery of every event, in one batch or much later', async () => {
    const [tables, told] = [await city.readModel(), await city.told()];
    await city.hear(...said, ...said);
    expect(await city.readModel()).toEqual(tables);
    expect(await city.told()).toEqual(told);
    // As after thirty days, when the inbox has forgotten them.
    await city.city.query('TRUNCATE monitoring.inbox');
    await city.hear(...said);
    expect(await city.readModel()).toEqual(tables);
    expect(await city.told()).toEqual(told);
  });

  test('is the same when built again from the beginning of the log, and the streams go on where they were', async () => {
    const [tables, told] = [await city.readModel(), await city.told()];
    const heads = await city.city.query('SELECT * FROM monitoring.stream_receiver ORDER BY receiver');
    await city.running.close();
    await city.city.query(
      'TRUNCATE monitoring.task, monitoring.feedback, monitoring.entry, monitoring.recorded_case, monitoring.figure_row, monitoring.figure_counter, monitoring.department, monitoring.measure, monitoring.list_heard, monitoring.record_heard, monitoring.consumer_position, monitoring.inbox',
    );
    await city.restart();
    await city.caughtUp();
    expect(await city.readModel()).toEqual(tables);
    expect(await city.told()).toEqual(told);
    expect(await city.city.query('SELECT * FROM monitoring.stream_receiver ORDER BY receiver')).toEqual(heads);
  });

  test.each([1, 2, 3, 4])('is the same in whatever order its events come (order %i)', async (seed) => {
    const other = await MonitoredCity.create();
    try {
      for (const saying of shuffled(said, seed)) await other.send(saying);
      await other.caughtUp();
      expect(await other.readModel()).toEqual(await city.readModel());
      expect(await other.told()).toEqual(await city.told());
      expect(await other.wrongCounters()).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('a fault at one step', () => {
  test.each(['task', 'feedback', 'entry', 'recorded_case', 'figure_row', 'figure_counter', 'stream_event', 'stream_receiver'])(
    'in %s leaves nothing half done, and a redrive ends as if it had not been',
    async (table) => {
      const said = story();
      const [broken, sound] = [await MonitoredCity.create(), await MonitoredCity.create()];
      try {
        await sound.hear(...said);
        await broken.city.query(
          `CREATE FUNCTION monitoring.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken by the test'; END $$;
           CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON monitoring.${table} FOR EACH STATEMENT EXECUTE FUNCTION monitoring.fail()`,
        );
        await broken.hear(...said);
        expect(await broken.wrongCounters()).toEqual([]);
        const parked = await broken.city.query<{ subject_key: string }>('SELECT subject_key FROM monitoring.parked_key');
        expect(parked.length).toBeGreaterThan(0);
        await broken.city.query(`DROP TRIGGER broken ON monitoring.${table}`);
        for (const { subject_key } of parked) {
          const answer = await broken.city.call(
            broken.running,
            principalOf(['REPLAY_ADMIN']),
            'POST',
            `/api/v1/parked/${subject_key}/redrive`,
          );
          expect(answer.body).toMatchObject({ remaining: 0 });
        }
        expect(await broken.readModel()).toEqual(await sound.readModel());
        expect(await broken.told()).toEqual(await sound.told());
      } finally {
        await broken.close();
        await sound.close();
      }
    },
  );
});

test('an event that cannot be read parks its subject alone: the figures of the others go on, and its lift behind it is an alarm', async () => {
  const [ill, well] = [new Flag('BL-WAGE', 'RSJ'), new Flag('BL-WAGE', 'RSJ')];
  const [illTask, wellTask] = ['SLJ', 'SLJ'].map((department) => new FlagTask(department, 'WAGE-01', endOf('2026-12-25'), null)) as [
    FlagTask,
    FlagTask,
  ];
  const poison = ill.dispatched([illTask]);
  const unreadable: Saying = { ...poison, record: { ...poison.record, value: Buffer.from('{"tasks":"none"}') } };
  await city.hear(unreadable, ill.lifting([illTask]), well.dispatched([wellTask]));
  await eventually('the subject is parked', async () => {
    const parked = await city.get<{ data: { key: string; severity: string }[] }>(principalOf(['REPLAY_ADMIN']), '/api/v1/parked');
    return parked.body.data.some((row) => row.key === ill.subjectId && row.severity === 'SEVERE');
  });
  const rows = await city.get<{ data: { task: { id: string } }[] }>(
    creditOffice,
    '/api/v1/stats/rows?figure=K05&department=SLJ&period=2026-Q4',
  );
  expect(rows.body.data.map((row) => row.task.id)).toEqual([wellTask.taskId]);
});
