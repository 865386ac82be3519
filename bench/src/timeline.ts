import { randomUUIDv7 } from 'node:crypto';
import {
  type EventData,
  feedbackSubmitted,
  type LianxinEvent,
  listEntryActivated,
  taskAcknowledged,
  taskDispatched,
} from '@lianxin/contracts';
import { encodeEvent, type LogRecord } from '@lianxin/messaging';
import { service } from '@lianxin/objection-handling/app.module';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { slowest, timePages } from './page.times.ts';
import { report } from './report.ts';
import { withServers } from './servers.ts';

/** The timeline of one subject with many events, among others. Argument: how many events the subject has. */
const wanted = Number(process.argv[2] ?? 10_000);
/** Other subjects whose events lie beside it, ten each. */
const others = 2_000;
const requests = 300;
const entriesOfSubject = 5;
let sequence = 0;

/** What is said of one flag: it comes into force, its tasks are dispatched, signed for and answered, until there are this many events. */
function flagOf(subjectId: string, events: number, start: number): LianxinEvent[] {
  const entryId = randomUUIDv7();
  const planId = randomUUIDv7();
  let time = start;
  const event = (definition: { type: string; classification: LianxinEvent['classification'] }, data: unknown): LianxinEvent => {
    const id = randomUUIDv7();
    time += 60_000;
    const at = new Date(time).toISOString();
    const { type, classification } = definition;
    const source = 'urn:credit:320700:bench';
    return {
      id,
      type,
      source,
      key: subjectId,
      subjectSeq: ++sequence,
      time: at,
      recordedTime: at,
      correlationId: id,
      classification,
      data,
    };
  };
  const activated: EventData<typeof listEntryActivated> = {
    entryId,
    entryVersion: 1,
    activationNo: 1,
    number: 'LYG-HMD-2026-000001',
    listCode: 'BL-TAX',
    listType: 'BLACK',
    subjectId,
    designatingDepartment: 'SHUIJ',
    status: 'ACTIVE',
    listField: null,
    level: 'CITY',
    regionCode: '320706',
    origin: 'CITY',
    grade: 'SERIOUS',
    industry: null,
    decision: { number: '〔2026〕1号', date: '2026-01-05' },
    activatedOn: '2026-01-06',
    validFrom: '2026-01-06',
    validTo: '2029-01-05',
    conditions: [],
    parties: [{ partyId: entryId, subjectId, role: 'SUBJECT', kind: 'LEGAL', named: true, served: true }],
  };
  const said = [event(listEntryActivated, activated)];
  const tasks = Array.from({ length: 40 }, (_, index) => ({
    taskId: randomUUIDv7(),
    departmentCode: `D${String(index).padStart(2, '0')}`,
  }));
  said.push(event(taskDispatched, dispatchOf({ entryId, planId, subjectId, tasks })));
  for (let count = 0; said.length < events; count++) {
    const task = tasks[count % tasks.length];
    if (task === undefined) break;
    const taskVersion = 2 + 2 * Math.floor(count / tasks.length);
    const at = new Date(time).toISOString();
    const common = { ...task, taskVersion, status: 'ACKNOWLEDGED' as const, entryIds: [entryId], actedAt: at, onTime: true, dueAt: null };
    said.push(event(taskAcknowledged, common));
    const feedback = {
      ...{ feedbackId: randomUUIDv7(), feedbackVersion: 1, ...task, taskVersion: taskVersion + 1, taskStatus: 'FED_BACK', cycle: 1 },
      ...{ kind: 'ZERO', notAppliedReason: null, appliedOn: null, submittedAt: at, dueAt: null, onTime: true },
    };
    said.push(event(feedbackSubmitted, feedback));
  }
  return said.slice(0, events);
}

function dispatchOf(of: {
  entryId: string;
  planId: string;
  subjectId: string;
  tasks: readonly { taskId: string; departmentCode: string }[];
}): EventData<typeof taskDispatched> {
  const { entryId, planId, subjectId, tasks } = of;
  return {
    planId,
    entryId,
    activationNo: 1,
    planVersion: 1,
    listCode: 'BL-TAX',
    listType: 'BLACK',
    direction: 'PUNISH',
    part: 1,
    parts: 1,
    notices: [],
    tasks: tasks.map((task) => ({
      ...task,
      taskVersion: 1,
      status: 'DISPATCHED',
      kind: 'EXECUTE',
      measureCode: 'TAX-01',
      canonicalCode: 'PROCUREMENT',
      class: 'C02',
      force: 'MANDATORY',
      trigger: 'ON_EVENT',
      partyId: entryId,
      partySubjectId: subjectId,
      partyRole: 'SUBJECT',
      role: 'LEAD',
      cycle: 1,
      acknowledgeDueAt: null,
      feedbackDueAt: null,
      dispatchedAt: '2026-01-06T02:00:00.000Z',
      joined: false,
    })),
  };
}

const definitions = [listEntryActivated, taskDispatched, taskAcknowledged, feedbackSubmitted];

function recordOf(event: LianxinEvent): LogRecord {
  const definition = definitions.find(({ type }) => type === event.type);
  if (definition === undefined) throw new Error(`no definition of ${event.type}`);
  const { headers, value } = encodeEvent(definition, event);
  return { topic: definition.topic, key: event.key, headers, value: Buffer.from(value) };
}

await withServers({}, async () => {
  const city = await TestCity.create('postgres', ['objection-handling']);
  const running = await city.boot(service);
  const feeder = await EventFeeder.for(city);
  try {
    const subjectId = randomUUIDv7();
    const start = Date.parse('2026-01-06T02:00:00Z');
    const events = [
      ...Array.from({ length: entriesOfSubject }, (_, index) => flagOf(subjectId, wanted / entriesOfSubject, start + index * 86_400_000)),
      ...Array.from({ length: others }, () => flagOf(randomUUIDv7(), 10, start)),
    ].flat();
    const began = performance.now();
    for (let from = 0; from < events.length; from += 1_000) await feeder.sendRecords(events.slice(from, from + 1_000).map(recordOf));
    await eventually(
      'the journal has all events',
      async () =>
        Number((await city.query<{ count: string }>('SELECT count(*) FROM objection_handling.journal_event'))[0]?.count) === events.length,
      600_000,
    );
    const writtenPerSecond = events.length / ((performance.now() - began) / 1_000);
    await city.query('VACUUM ANALYZE objection_handling.journal_event');
    const office = principalOf(['CREDIT_OFFICE']);
    const department = principalOf(['DEPT_HANDLER'], ['D07']);
    const path = `/api/v1/subjects/${subjectId}/timeline`;
    const middle = `from=2026-01-09&limit=50`;
    const cursor = async (query: string) => {
      const answer = await city.call<{ page: { nextCursor: string } }>(running, office, 'GET', `${path}?${query}`);
      return `cursor=${answer.body.page.nextCursor}&limit=50`;
    };
    const pages = await timePages(
      city,
      running,
      [
        { what: 'first page', principal: office, path: `${path}?limit=50` },
        { what: 'newest first', principal: office, path: `${path}?limit=50&sort=-time` },
        { what: 'a page in the middle', principal: office, path: `${path}?${await cursor(middle)}` },
        { what: 'one type', principal: office, path: `${path}?limit=50&types=lianxin.list_entry.activated.v1` },
        { what: 'a department’s page', principal: department, path: `${path}?limit=50` },
      ],
      requests,
    );
    const states = await timePages(city, running, [{ what: 'asOf', principal: office, path: `${path}?limit=1&asOf=2026-12-31` }], 30);
    const worst = slowest(pages);
    report('timeline', [
      {
        what: `timeline page of a subject with ${wanted.toLocaleString('en')} events, p99 (${worst.what})`,
        value: worst.p99,
        unit: 'ms',
        target: { atMost: 50 },
      },
      ...pages.map(({ what, p50, p99 }) => ({ what: `p99 of ${what}`, value: p99, unit: 'ms', limit: `p50 ${p50.toFixed(1)} ms` })),
      { what: 'state on a date, folded from all of them, p99', value: slowest(states).p99, unit: 'ms' },
      {
        what: 'events written into the journal',
        value: writtenPerSecond,
        unit: 'events/s',
        limit: `${events.length.toLocaleString('en')} events, sending included`,
      },
    ]);
  } finally {
    await feeder.close();
    await city.close();
  }
});
