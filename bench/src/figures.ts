import { randomUUIDv7 } from 'node:crypto';
import {
  addDays,
  beijingDate,
  type EventDefinition,
  type LianxinEvent,
  listEntryActivated,
  type Page,
  taskAcknowledged,
  taskDispatched,
} from '@lianxin/contracts';
import { encodeEvent, type LogRecord } from '@lianxin/messaging';
import { service } from '@lianxin/monitoring/app.module';
import { eventually, principalOf } from '@lianxin/testing';
import { fillTo, preparePatterns, punctual } from './figures.fill.ts';
import { compareFlagCost } from './flag.cost.ts';
import { cityPlan, departments, lists } from './growth.plans.ts';
import { foundCity, type LoneCity, leave, sizeOf } from './lone.city.ts';
import { type PageView, slowest, timePages } from './page.times.ts';
import { type Figure, report } from './report.ts';
import { type BenchServers, withServers } from './servers.ts';

/**
 * Statistics at ten million tasks (design §8, row seven) beside the same pages on an empty database, and what one more flag costs there. The read model is
 * filled by SQL, not by events (figures.fill). Arguments: how many tasks, in millions, also 0.3;
 * how many requests for each page.
 */
const most = Number(process.argv[2] ?? 10) * 1_000_000;
/** Requests for each page. */
const requests = Number(process.argv[3] ?? 400);
const office = principalOf(['CREDIT_OFFICE']);
const today = beijingDate(new Date());

/** What the services say of one flag: its entry in force and its forty tasks, of which the first bears the entry's id here. */
function flagOf(list: number): { id: string; events: LianxinEvent[] } {
  const plan = cityPlan(list);
  const now = new Date().toISOString();
  const dueAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const entry = listEntryActivated.data.parse({
    entryId: plan.entryId,
    entryVersion: 5,
    number: plan.entryNumber,
    listCode: plan.listCode,
    listType: plan.listType,
    subjectId: plan.subjectId,
    activationNo: 1,
    status: 'ACTIVE',
    designatingDepartment: plan.designatingDepartment,
    listField: plan.listField,
    level: 'CITY',
    regionCode: '320706',
    origin: 'CITY',
    grade: 'SERIOUS',
    industry: null,
    decision: { number: '〔2026〕1号', date: plan.activatedOn },
    activatedOn: plan.activatedOn,
    validFrom: plan.activatedOn,
    validTo: plan.validTo,
    conditions: [],
    parties: plan.parties.map((party) => ({ ...party, named: true, served: true })),
  });
  const tasks = plan.groups.flatMap((group) =>
    plan.measures
      .filter((measure) => group.measureCodes.includes(measure.measureCode))
      .flatMap((measure) =>
        measure.executors.map(({ departmentCode, role }) => ({
          taskId: String(randomUUIDv7()),
          taskVersion: 1,
          departmentCode,
          status: 'DISPATCHED' as const,
          kind: 'EXECUTE' as const,
          measureCode: measure.measureCode,
          canonicalCode: measure.canonicalCode,
          class: measure.class,
          force: measure.force,
          trigger: measure.trigger,
          partyId: group.partyIds[0] ?? '',
          partySubjectId: plan.subjectId,
          partyRole: 'SUBJECT' as const,
          role,
          cycle: 1,
          acknowledgeDueAt: dueAt,
          feedbackDueAt: dueAt,
          dispatchedAt: now,
          joined: false,
        })),
      ),
  );
  const [first] = tasks;
  if (first !== undefined) first.taskId = plan.entryId;
  const head = {
    planId: plan.planId,
    entryId: plan.entryId,
    activationNo: 1,
    planVersion: 1,
    listCode: plan.listCode,
    listType: plan.listType,
  };
  const dispatched = { ...head, direction: plan.direction, part: 1, parts: 1, tasks, notices: [] };
  return {
    id: plan.entryId,
    events: [eventOf(listEntryActivated, plan.subjectId, entry), eventOf(taskDispatched, plan.subjectId, dispatched)],
  };
}

function eventOf(definition: EventDefinition, key: string, data: unknown): LianxinEvent {
  const [id, now] = [randomUUIDv7(), new Date().toISOString()];
  const { type, classification } = definition;
  return {
    id,
    type,
    source: 'urn:credit:320700:bench',
    key,
    subjectSeq: 1,
    time: now,
    recordedTime: now,
    correlationId: id,
    classification,
    data,
  };
}

function recordOf(event: LianxinEvent): LogRecord {
  const definition =
    event.type === listEntryActivated.type ? listEntryActivated : event.type === taskDispatched.type ? taskDispatched : taskAcknowledged;
  const { headers, value } = encodeEvent(definition, event);
  return { topic: definition.topic, key: event.key, headers, value: Buffer.from(value) };
}

function found(name: string, servers: BenchServers): Promise<LoneCity> {
  return foundCity({
    serviceName: service.name,
    boot: (city) => city.boot(service),
    ...{ name, servers },
    nextFlag: (_, list) => {
      const { id, events } = flagOf(list);
      return { id, records: events.map(recordOf) };
    },
    countDone: `SELECT count(*) FROM unnest($1::uuid[]) AS wanted (id) JOIN monitoring.task ON task_id = wanted.id JOIN monitoring.entry ON entry_id = wanted.id`,
  });
}

/** One flag of each list, of whose tasks every second is signed for. */
async function plant({ side }: LoneCity): Promise<void> {
  const flags = lists.map((_, index) => flagOf(index));
  await side.feeder.sendRecords(flags.flatMap((flag) => flag.events.map(recordOf)));
  const dispatched = flags.flatMap((flag) => flag.events.filter((event) => event.type === taskDispatched.type));
  const acknowledged = dispatched.flatMap(({ key, data }) => {
    const step = taskDispatched.data.parse(data);
    return step.tasks
      .filter((_, index) => index % 2 === 0)
      .map(({ taskId, departmentCode }) =>
        eventOf(taskAcknowledged, key, {
          taskId,
          departmentCode,
          taskVersion: 2,
          status: 'ACKNOWLEDGED',
          entryIds: [step.entryId],
          actedAt: new Date().toISOString(),
          onTime: true,
          dueAt: null,
        }),
      );
  });
  for (let start = 0; start < acknowledged.length; start += 100)
    await side.feeder.sendRecords(acknowledged.slice(start, start + 100).map(recordOf));
  await eventually('the patterns stand', async () => (await side.countDone(flags.map((flag) => flag.id))) === flags.length, 60_000);
  await preparePatterns(side.admin);
}

/** What the credit office and a department open, over a quarter, a year and all the years, and the rows behind the figures. */
async function pagesOf({ city, running }: LoneCity): Promise<PageView[]> {
  const handler = principalOf(['DEPT_HANDLER'], ['D02']);
  const stats = '/api/v1/stats';
  const year = `from=${addDays(today, -365)}&to=${today}`;
  const all = `from=${addDays(today, -8 * 365)}&to=${today}`;
  /** A cursor some pages on, as a reader gets there. */
  const behind = async (query: string, pages: number) => {
    let cursor = '';
    for (let page = 0; page < pages; page++) {
      const { body } = await city.call<Page<unknown>>(running, office, 'GET', `${stats}/rows?${query}&limit=200${cursor}`);
      cursor = body.page.nextCursor === null ? cursor : `&cursor=${body.page.nextCursor}`;
    }
    return cursor;
  };
  const row = (what: string, principal: PageView['principal'], query: string): PageView => ({
    what: `rows: ${what}`,
    principal,
    path: `${stats}/rows?${query}`,
  });
  return [
    { what: 'overview of this quarter', principal: office, path: `${stats}/overview` },
    { what: 'overview of a year', principal: office, path: `${stats}/overview?${year}` },
    { what: 'overview of eight years', principal: office, path: `${stats}/overview?${all}` },
    { what: 'overview of one list, a year', principal: office, path: `${stats}/overview?${year}&listCode=BL-L03` },
    { what: 'overview of a department, eight years', principal: handler, path: `${stats}/overview?${all}` },
    { what: 'departments, this quarter', principal: office, path: `${stats}/departments` },
    { what: 'departments, eight years', principal: office, path: `${stats}/departments?${all}` },
    { what: 'departments, one list, a year', principal: office, path: `${stats}/departments?${year}&listCode=BL-L03` },
    { what: 'ranking, this quarter', principal: office, path: `${stats}/ranking` },
    { what: 'ranking, eight years', principal: office, path: `${stats}/ranking?${all}` },
    row('K05 of this quarter', office, 'figure=K05'),
    row('K07 of eight years', office, `figure=K07&${all}`),
    row('K07 of eight years, 4,000 rows down', office, `figure=K07&${all}${await behind(`figure=K07&${all}`, 20)}`),
    row('K07 numerator of a year', office, `figure=K07&${year}&part=numerator`),
    row('K07 of one department, eight years', office, `figure=K07&${all}&department=D31`),
    row('K07 of the own department, a year', handler, `figure=K07&${year}`),
    row('K05 of one list, eight years', office, `figure=K05&${all}&listCode=BL-L03`),
    row('K05 of one list and department, eight years', handler, `figure=K05&${all}&listCode=BL-L03`),
    row('stock of armed tasks', office, 'figure=TASKS-ARMED'),
    row('stock of armed tasks of the own department, 200 rows', handler, 'figure=TASKS-ARMED&limit=200'),
    row('answered late in eight years', office, `figure=K17-LATE&${all}`),
    row('answered late on one list in eight years', office, `figure=K17-LATE&${all}&listCode=BL-L03`),
    row('not answered in eight years', office, `figure=K17-OPEN&${all}`),
    row('not answered by a department that always answers', office, `figure=K17-OPEN&${all}&department=${punctual}`),
    row('answered late by a department that never is', office, `figure=K17-LATE&${all}&department=${punctual}`),
    row('entries of eight years', office, `figure=K01-BLACK&${all}`),
    row('a figure that counts nothing', office, `figure=K01-RED&${all}`),
  ];
}

await withServers({}, async (servers) => {
  const [empty, grown] = [await found('empty', servers), await found('grown', servers)];
  try {
    await plant(grown);
    console.log(`filling to ${most.toLocaleString('en')} tasks of ${departments.length} departments`);
    await fillTo(grown.connect, 0, most, most);
    console.log('one more flag, here and on an empty database');
    const [alone, cost] = await compareFlagCost([empty.side, grown.side], 100, 5);
    if (alone === undefined || cost === undefined) throw new Error('two sides were to be compared');
    console.log(`${requests} requests for each page`);
    const times = await timePages(grown.city, grown.running, await pagesOf(grown), requests);
    const before = await timePages(empty.city, empty.running, await pagesOf(empty), Math.ceil(requests / 4));
    const emptyOf = new Map(before.map((page) => [page.what, page]));
    const [route] = await timePages(grown.city, grown.running, [{ what: 'empty route', principal: undefined, path: '/livez' }], 1_000);
    const worst = slowest(times);
    const label = `${most / 1_000_000} million tasks`;
    const figures: Figure[] = [
      {
        what: `${label}: slowest statistics page (${worst.what}), p99`,
        value: worst.p99,
        unit: 'ms',
        target: { atMost: 50 },
        limit: `empty route: p99 ${route?.p99.toFixed(1)} ms`,
      },
      {
        what: `${label}: one more flag in the figures and streams against an empty database, by the clock`,
        value: cost.wallMs / alone.wallMs,
        unit: '×',
        target: { atMost: 1.25 },
        limit: `${alone.wallMs.toFixed(1)} ms a flag when empty`,
      },
      {
        what: `${label}: the same, processor time of PostgreSQL`,
        value: cost.databaseCpuMs / alone.databaseCpuMs,
        unit: '×',
        limit: `${alone.databaseCpuMs.toFixed(1)} ms a flag when empty`,
      },
      { what: `${label}: the same, write-ahead log`, value: cost.walBytes / alone.walBytes, unit: '×' },
      { what: `${label}: size of the database`, value: await sizeOf(grown.side.admin), unit: 'GiB' },
      ...times.map((page): Figure => {
        const alone = emptyOf.get(page.what);
        const limit = `p50 ${page.p50.toFixed(1)} ms; empty p50 ${alone?.p50.toFixed(1)}, p99 ${alone?.p99.toFixed(1)} ms`;
        return { what: `${page.what}, p99`, value: page.p99, unit: 'ms', target: { atMost: 50 }, limit };
      }),
    ];
    report('figures', figures);
  } finally {
    for (const city of [empty, grown]) await leave(city);
  }
});
