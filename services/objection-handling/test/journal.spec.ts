import { createHash, randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventDefinitions } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { textOf } from '../src/journal-text.rules.ts';
import type { EventCauses, TimelineEvent, TimelinePage } from '../src/timeline.schemas.ts';
import { catalogue } from './catalogue.sayings.ts';
import { creditOffice, handlerOf, JournalCity } from './journal.city.ts';
import { company, Flag, merged, person, type Saying, taskOf } from './sayings.ts';

const at = (day: string, time = '02:00:00.000') => `${day}T${time}Z`;

/** A flag that was decomposed, disputed and proved wrong. */
function story() {
  const personId = randomUUIDv7();
  const flag = new Flag(randomUUIDv7(), 'SHUIJ', personId);
  const [own, other] = [taskOf('CZJ'), taskOf('RSJ')] as const;
  const registered = company(flag.subjectId);
  const activated = flag.activated({ time: at('2026-11-02'), actor: 'SHUIJ:approver' });
  const made = flag.planMade({ time: at('2026-11-02'), cause: activated });
  // The clock of the machine that dispatched was behind.
  const dispatched = flag.dispatched([own, other], { time: at('2026-11-02', '01:59:59.000'), cause: made });
  const acknowledged = flag.acknowledged(own, 2, { time: at('2026-11-04') });
  const disputed = flag.disputed({ time: at('2026-11-10') });
  const planHeld = flag.planHeld({ time: at('2026-11-10'), cause: disputed });
  const held = flag.held([own, other], 3, { time: at('2026-11-10'), cause: planHeld });
  const exited = flag.exited('CORRECTED', { time: at('2026-11-19') });
  const planEnded = flag.planEnded({ time: at('2026-11-19'), cause: exited });
  const lifting = flag.lifting([own, other], 4, { time: at('2026-11-19'), cause: planEnded });
  const said = [registered, activated, made, dispatched, acknowledged, disputed, planHeld, held, exited, planEnded, lifting];
  return { flag, personId, own, other, said, dispatched, acknowledged, made, activated };
}

let city: JournalCity;
beforeAll(async () => {
  city = await JournalCity.create();
});
afterAll(() => city?.close());

const timelineOf = async (who: Parameters<JournalCity['get']>[0], subjectId: string, query = '') =>
  city.get<TimelinePage>(who, `/api/v1/subjects/${subjectId}/timeline?limit=200${query}`);
const ids = (sayings: readonly Saying[]) => sayings.map((saying) => saying.event.id);
const shuffled = <Item>(items: readonly Item[], seed: number): Item[] =>
  items
    .map((item, index) => ({ item, place: Math.sin(seed * 1000 + index) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

describe('the timeline of a subject', () => {
  const told = story();

  test('stands in the order of causes and times, whatever the order of arrival', async () => {
    await city.hear(...catalogue());
    for (const saying of shuffled(told.said, 3)) await city.send(saying);
    await city.caughtUp();
    const { status, body } = await timelineOf(creditOffice, told.flag.subjectId);
    expect(status).toBe(200);
    expect(body.data.map((event) => event.id)).toEqual(ids(told.said));
    const backwards = await timelineOf(creditOffice, told.flag.subjectId, '&sort=-time');
    expect(backwards.body.data.map((event) => event.id)).toEqual(ids(told.said).toReversed());
  });

  test('comes in pages that neither leave out nor repeat anything', async () => {
    for (const sort of ['time', '-time']) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: TimelinePage = (
          await city.get<TimelinePage>(
            creditOffice,
            `/api/v1/subjects/${told.flag.subjectId}/timeline?limit=4&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`,
          )
        ).body;
        seen.push(...page.data.map((event) => event.id));
        cursor = page.page.nextCursor;
      }
      expect(seen).toEqual(sort === 'time' ? ids(told.said) : ids(told.said).toReversed());
    }
  });

  test('reads as Chinese sentences', async () => {
    const { body } = await timelineOf(creditOffice, told.flag.subjectId);
    expect(body.data[1]?.text).toBe(
      '名单记录生效：编号 LYG-HMD-2026-000001，名单 BL-TAX，类型 黑名单，认定决定 连税列决〔2026〕1号（2026-10-08），状态 生效，程度 严重，认定单位 SHUIJ，有效期自 2026-11-02，有效期至 2029-11-01，生效日 2026-11-02，当事人 2 名',
    );
    for (const { text, titleZh } of body.data) expect(text.startsWith(titleZh)).toBe(true);
    for (const { type } of eventDefinitions) expect(textOf(type, {})).toMatch(/^\p{Script=Han}/u);
  });

  test('shows a department what concerns it, its own rows only, and nobody acting', async () => {
    const { body } = await timelineOf(handlerOf('CZJ'), told.flag.subjectId);
    const [, , , acknowledged, , , held, , , lifting] = told.said.slice(1).map((saying) => saying.event.id);
    void held;
    expect(body.data.map((event) => event.titleZh)).toEqual(['主体登记', '任务下发', '任务签收', '任务暂停', '任务解除']);
    expect(body.data[2]?.id).toBe(acknowledged);
    expect(body.data[4]?.id).toBe(lifting);
    expect(JSON.stringify(body)).not.toContain(told.other.taskId);
    expect(body.data.every((event) => event.actor === null)).toBe(true);
    // Whoever has nothing to do with the flag sees that the subject exists, and nothing else.
    const stranger = await timelineOf(handlerOf('GGZY'), told.flag.subjectId);
    expect(stranger.body.data.map((event) => event.titleZh)).toEqual(['主体登记']);
  });

  test('shows a subject its own facts: no other person, nobody acting, and no other subject', async () => {
    const self = principalOf(['SUBJECT'], [], `subject:${told.flag.subjectId}`);
    const { body } = await timelineOf(self, told.flag.subjectId);
    expect(body.data.map((event) => event.titleZh)).toContain('名单记录生效');
    expect(JSON.stringify(body)).not.toContain(told.personId);
    expect(body.data.every((event) => event.actor === null)).toBe(true);
    expect((await timelineOf(self, told.personId)).status).toBe(404);
    const another = story();
    await city.hear(...another.said);
    expect((await timelineOf(self, another.flag.subjectId)).status).toBe(404);
  });

  test('of a named person holds what happened to the entry, with the person masked', async () => {
    await city.hear(person(told.personId));
    const { body } = await timelineOf(creditOffice, told.personId);
    expect(body.data.map((event) => event.titleZh)).toEqual([
      '主体登记',
      ...[
        '名单记录生效',
        '措施分解完成',
        '任务下发',
        '任务签收',
        '名单记录异议标注',
        '措施暂停',
        '任务暂停',
        '名单记录退出',
        '措施终止',
        '任务解除',
      ],
    ]);
    const self = await timelineOf(principalOf(['SUBJECT'], [], `subject:${told.personId}`), told.personId);
    expect(self.body.data.map((event) => event.titleZh)).toContain('名单记录生效');
    expect(self.body.data.filter((event) => event.subjectKey === told.flag.subjectId && event.data !== null)).toEqual([]);
    expect(body.data[0]?.data).toMatchObject({ person: { nameMasked: '张*', idMasked: '320799********0019' } });
    expect(JSON.stringify(body)).not.toContain('c2VhbGVk');
  });

  test('of a subject that another proved to be holds the other’s too, until that is taken back', async () => {
    const [survivor, old] = [randomUUIDv7(), new Flag()];
    await city.hear(company(survivor), old.activated(), merged(old.subjectId, survivor, 2));
    expect((await timelineOf(creditOffice, survivor)).body.data.map((event) => event.titleZh)).toContain('名单记录生效');
    const self = principalOf(['SUBJECT'], [], `subject:${survivor}`);
    expect((await timelineOf(self, survivor)).body.data.map((event) => event.titleZh)).toContain('名单记录生效');
    await city.hear(merged(old.subjectId, null, 3), merged(old.subjectId, survivor, 2));
    expect((await timelineOf(self, survivor)).body.data.map((event) => event.titleZh)).toEqual(['主体登记']);
    expect((await timelineOf(creditOffice, survivor)).body.data.map((event) => event.titleZh)).toEqual(['主体登记']);
  });

  test.each([
    ['an unknown subject', `/api/v1/subjects/${randomUUIDv7()}/timeline`, 404],
    ['a cursor of another list', `/api/v1/subjects/${told.flag.subjectId}/timeline?cursor=WzFd`, 400],
    ['a date that is none', `/api/v1/subjects/${told.flag.subjectId}/timeline?asOf=2026-02-30`, 400],
    ['what is no id', '/api/v1/subjects/first/timeline', 400],
  ])('is refused for %s', async (_what, path, status) => {
    expect((await city.get(creditOffice, path)).status).toBe(status);
  });

  test('is not for window clerks', async () => {
    expect((await timelineOf(principalOf(['WINDOW_CLERK'], ['DATAJ']), told.flag.subjectId)).status).toBe(403);
  });

  test.each([
    ['2026-11-01', [], [], []],
    ['2026-11-02', [['ACTIVE', false]], ['LIVE'], ['DISPATCHED', 'DISPATCHED']],
    ['2026-11-04', [['ACTIVE', false]], ['LIVE'], ['ACKNOWLEDGED', 'DISPATCHED']],
    ['2026-11-10', [['ACTIVE', true]], ['HELD'], ['ON_HOLD', 'ON_HOLD']],
    ['2026-11-19', [['CORRECTED', false]], ['ENDED'], ['LIFTING', 'LIFTING']],
  ] as const)('says how things stood on %s', async (day, entries, plans, tasks) => {
    const { body } = await timelineOf(creditOffice, told.flag.subjectId, `&asOf=${day}`);
    expect(body.state?.entries.map((entry) => [entry.status, entry.disputed])).toEqual(entries);
    expect(body.state?.plans.map((plan) => plan.status)).toEqual(plans);
    const statusOf = (taskId: string) => body.state?.tasks.find((task) => task.taskId === taskId)?.status;
    expect([told.own, told.other].flatMap(({ taskId }) => statusOf(taskId) ?? [])).toEqual(tasks);
    expect(body.data.every((event) => event.time <= `${day}T16:00`)).toBe(true);
  });

  test('answers why a task exists: up to the flag, its decision and the law', async () => {
    const path = `/api/v1/subjects/${told.flag.subjectId}/events/${told.acknowledged.event.id}/causes?taskId=${told.own.taskId}`;
    const expected = {
      chain: [told.acknowledged, told.dispatched, told.made, told.activated].map((saying) => saying.event.id),
      links: ['ASKED', 'TASK_OF', 'CAUSED_BY', 'CAUSED_BY'],
    };
    for (const who of [creditOffice, handlerOf('CZJ')]) {
      const { body } = await city.get<EventCauses>(who, path);
      expect(body.chain.map(({ event }) => event.id)).toEqual(expected.chain);
      expect(body.chain.map(({ link }) => link)).toEqual(expected.links);
      expect(body.flag).toMatchObject({
        number: 'LYG-HMD-2026-000001',
        designatingDepartmentZh: '市税务局',
        decision: { number: '连税列决〔2026〕1号', date: '2026-10-08' },
      });
      expect(body.legalBasis).toEqual([
        {
          measureCode: 'TAX-01',
          measureZh: '限制参加政府采购',
          departmentCode: 'CZJ',
          taskId: told.own.taskId,
          catalogueVersion: 1,
          bases: [{ document: '政府采购法', article: '第二十二条', verified: true }],
        },
      ]);
    }
    const { body } = await city.get<EventCauses>(handlerOf('CZJ'), path);
    // The plan and the entry are others' business: the department is told that they are the cause, not what else stands in them.
    expect(body.chain.slice(2).map(({ event }) => event.data)).toEqual([null, null]);
    expect(JSON.stringify(body)).not.toContain(told.other.taskId);
    expect((await city.get(handlerOf('GGZY'), path)).status).toBe(404);
    const elsewhere = `/api/v1/subjects/${randomUUIDv7()}/events/${told.acknowledged.event.id}/causes`;
    expect((await city.get(creditOffice, elsewhere)).status).toBe(404);
  });

  test('tells a subject the causes of its own facts only, not those of how departments answer each other', async () => {
    const { flag, own } = told;
    const answered = flag.answered(own, 5);
    await city.hear(answered);
    const self = principalOf(['SUBJECT'], [], `subject:${flag.subjectId}`);
    const causesOf = (id: string) => city.get<EventCauses>(self, `/api/v1/subjects/${flag.subjectId}/events/${id}/causes`);
    expect((await city.get(creditOffice, `/api/v1/subjects/${flag.subjectId}/events/${answered.event.id}/causes`)).status).toBe(200);
    expect((await causesOf(answered.event.id)).status).toBe(404);
    expect((await causesOf(told.activated.event.id)).status).toBe(200);
  });

  test('is exported as a file that can be checked with common tools', async () => {
    const path = `/api/v1/subjects/${told.flag.subjectId}/timeline/export?to=2026-11-10`;
    const { status, bytes } = await city.city.download(city.running, creditOffice, path);
    expect(status).toBe(200);
    const lines = bytes.toString('utf8').split('\n').slice(0, -1);
    const { manifest } = JSON.parse(lines.pop() ?? '') as { manifest: { lines: number; sha256OfLines: string } };
    expect(manifest.lines).toBe(8);
    expect(
      createHash('sha256')
        .update(lines.map((line) => `${line}\n`).join(''))
        .digest('hex'),
    ).toBe(manifest.sha256OfLines);
    const events = lines.map((line) => JSON.parse(line) as TimelineEvent);
    expect(events.map((event) => event.id)).toEqual(ids(told.said.slice(0, 8)));
    // Where nothing is masked, the hash is that of the data in the line.
    for (const event of events) expect(createHash('sha256').update(JSON.stringify(event.data)).digest('hex')).toBe(event.sha256);
    expect((await city.city.download(city.running, creditOffice, `/api/v1/subjects/${randomUUIDv7()}/timeline/export`)).status).toBe(404);
  });
});

describe('the journal', () => {
  test('is not changed by a second delivery, also when the inbox has forgotten the first', async () => {
    const { said } = story();
    await city.hear(...said);
    const before = await city.journal();
    await city.hear(...said, ...said);
    await city.city.query('TRUNCATE objection_handling.inbox');
    await city.hear(...said);
    expect(await city.journal()).toEqual(before);
  });

  test('keeps what it has when an event comes again with other content', async () => {
    const flag = new Flag();
    const first = flag.activated();
    await city.hear(first);
    await city.city.query('TRUNCATE objection_handling.inbox');
    const before = await city.journal();
    const forged = flag.exited('CORRECTED', { id: first.event.id });
    await city.hear({ ...forged, record: { ...forged.record, topic: first.record.topic } });
    expect(await city.journal()).toEqual(before);
  });

  test('is the same when built again from the log', async () => {
    const before = await city.journal();
    await city.running.close();
    await city.forget();
    await city.restart();
    await city.caughtUp();
    expect(await city.journal()).toEqual(before);
  });

  test('is one and the same when two replicas write it', async () => {
    const stories = Array.from({ length: 6 }, () => story());
    const second = await city.city.boot(service);
    for (const saying of shuffled(
      stories.flatMap(({ said }) => said),
      5,
    ))
      await city.send(saying);
    await city.caughtUp();
    await second.close();
    for (const { flag, said } of stories)
      expect((await timelineOf(creditOffice, flag.subjectId)).body.data.map((event) => event.id)).toEqual(ids(said));
    const before = await city.journal();
    await city.running.close();
    await city.forget();
    await city.restart();
    await city.caughtUp();
    expect(await city.journal()).toEqual(before);
  });

  test('parks a subject whose event cannot be read, and no other', async () => {
    const [ill, well] = [new Flag(), new Flag()];
    const poison = ill.activated();
    await city.hear({ ...poison, record: { ...poison.record, value: Buffer.from('{}') } }, ill.exited(), well.activated());
    expect((await timelineOf(creditOffice, well.subjectId)).body.data).toHaveLength(1);
    expect((await timelineOf(creditOffice, ill.subjectId)).status).toBe(404);
    const parked = await city.get<{ data: { key: string; severity: string }[] }>(principalOf(['REPLAY_ADMIN']), '/api/v1/parked');
    expect(parked.body.data.filter((row) => row.key === ill.subjectId)).toMatchObject([{ severity: 'SEVERE' }]);
  });

  test.each(['journal_event', 'journal_party', 'catalogue_measure'])(
    'loses nothing when %s fails, and is whole after a redrive',
    async (table) => {
      const { said, flag } = story();
      const all = [...said, ...(table === 'catalogue_measure' ? catalogue() : [])];
      await city.city.query(
        `CREATE FUNCTION objection_handling.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken by the test'; END $$;
       CREATE TRIGGER broken BEFORE INSERT ON objection_handling.${table} FOR EACH STATEMENT EXECUTE FUNCTION objection_handling.fail()`,
      );
      await city.hear(...all);
      const parked = await city.city.query<{ subject_key: string }>(
        `SELECT subject_key FROM objection_handling.parked_key WHERE reason LIKE '%broken%'`,
      );
      expect(parked.length).toBeGreaterThan(0);
      await city.city.query(`DROP TRIGGER broken ON objection_handling.${table}; DROP FUNCTION objection_handling.fail()`);
      for (const { subject_key } of parked) {
        const path = `/api/v1/parked/${subject_key}/redrive`;
        expect((await city.post(principalOf(['REPLAY_ADMIN']), path)).body).toMatchObject({ remaining: 0 });
      }
      await eventually('the journal is whole', async () => {
        const { body } = await timelineOf(creditOffice, flag.subjectId);
        return body.data.length === said.length;
      });
      expect((await timelineOf(creditOffice, flag.subjectId)).body.data.map((event) => event.id)).toEqual(ids(said));
    },
  );
});
