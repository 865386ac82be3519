import { describe, expect, test } from '@jest/globals';
import type { HeardEvent } from './event.rules.ts';
import { heardEventOf } from './event.rules.ts';
import { latestOf, withEvent } from './heard.rules.ts';
import { emptyJourney, isSeen, type Journey, type Journeys, progressOf, sharesOf, stageOf, withSnapshot } from './journey.rules.ts';
import { lineOf } from './ticker.rules.ts';

const entryId = '01a20755-0000-7000-8000-000000000001';
const otherEntryId = '01a20755-0000-7000-8000-000000000002';

let eventNumber = 0;
const event = (type: string, data: object, time = '2026-11-23T01:00:00.000Z') => {
  eventNumber += 1;
  const heard = heardEventOf(JSON.stringify({ id: `event-${eventNumber}`, type: `lianxin.${type}.v1`, time, data }));
  if (heard === undefined) throw new Error(`${type} is not heard`);
  return heard;
};
const after = (events: readonly HeardEvent[], journeys: Journeys = {}) => events.reduce(withEvent, journeys);
const journeyAfter = (...events: HeardEvent[]): Journey => after(events)[entryId] ?? emptyJourney(entryId, '');

const activated = event('list_entry.activated', {
  entryId,
  entryVersion: 5,
  number: 'LYG-MD-2026-000172',
  listCode: 'BL-WAGE',
  listType: 'BLACK',
  status: 'ACTIVE',
  designatingDepartment: 'RSJ',
});
const planned = event('measure_plan.made', {
  entryId,
  planId: 'p1',
  planVersion: 1,
  entryNumber: 'LYG-MD-2026-000172',
  listCode: 'BL-WAGE',
  parties: [{}, {}],
  groups: [
    { partyIds: ['a'], measureCodes: ['WAGE-01', 'WAGE-07'], skips: [{}] },
    { partyIds: ['b'], measureCodes: ['WAGE-07'], skips: [] },
  ],
});
const task = (id: string, departmentCode: string, changes: object = {}) => ({
  taskId: id,
  taskVersion: 1,
  departmentCode,
  measureCode: 'WAGE-07',
  class: 'C08',
  status: 'DISPATCHED',
  trigger: 'ONE_OFF',
  role: 'LEAD',
  partyRole: 'SUBJECT',
  cycle: 1,
  dispatchedAt: '2026-11-23T01:00:00.080Z',
  ...changes,
});
const dispatched = event('task.dispatched', {
  entryId,
  listCode: 'BL-WAGE',
  tasks: [task('t1', 'WMB'), task('t2', 'CZJ', { trigger: 'ON_EVENT' }), task('t3', 'CZJ', { dispatchedAt: '2026-11-01T01:00:00.000Z' })],
  notices: [{ noticeId: 'n1', departmentCode: 'RH', measureCode: 'WAGE-08' }],
});
const step = (taskId: string, taskVersion: number, status: string) => ({
  taskId,
  taskVersion,
  status,
  departmentCode: 'WMB',
  entryIds: [entryId],
});
const signed = event('task.acknowledged', step('t1', 2, 'ACKNOWLEDGED'));
const started = event('task.started', step('t1', 3, 'IN_EXECUTION'));
const feedback = (name: string, changes: object = {}) =>
  event(`feedback.${name}`, {
    feedbackId: 'f1',
    feedbackVersion: 1,
    taskId: 't1',
    taskVersion: 3,
    taskStatus: 'IN_EXECUTION',
    departmentCode: 'WMB',
    cycle: 1,
    ...changes,
  });
const stageIn = (journey: Journey, taskId: string) => {
  const found = journey.tasks[taskId];
  return found === undefined ? undefined : stageOf(found, journey.answers[taskId]);
};

describe('the road of a flag, as the page follows it', () => {
  test('lights up step by step: listed, decomposed, dispatched, signed, answered', () => {
    expect(journeyAfter(activated).entry).toMatchObject({ status: 'ACTIVE', activatedAt: '2026-11-23T01:00:00.000Z' });
    expect(journeyAfter(activated, planned).plan).toMatchObject({ measures: 2, parties: 2, skips: 1 });
    const journey = journeyAfter(activated, planned, dispatched, signed, started, feedback('submitted'));
    expect(progressOf(journey)).toMatchObject({ departments: 2, tasks: 3, notices: 1, signed: 1, answered: 0 });
    expect(stageIn(journey, 't1')).toBe('PENDING');
    const done = after([feedback('approved', { taskVersion: 4, taskStatus: 'FED_BACK' })], { [entryId]: journey })[entryId];
    expect(done && progressOf(done)).toMatchObject({ signed: 1, answered: 1 });
  });

  test('takes from listing to the last queue as long as the tasks of its own took, not those that lived before', () => {
    expect(progressOf(journeyAfter(activated, dispatched)).dispatchMs).toBe(80);
    expect(progressOf(journeyAfter(dispatched)).dispatchMs).toBeNull();
  });

  test('comes out the same whatever order the events of different topics come in, and however often', () => {
    const events = [activated, planned, dispatched, signed, started];
    const expected = journeyAfter(...events);
    for (const order of [
      [dispatched, signed, started, planned, activated],
      [planned, dispatched, dispatched, started, signed, signed, activated, planned],
    ])
      expect({ ...journeyAfter(...order), heardAt: '' }).toEqual({ ...expected, heardAt: '' });
  });

  test('is not set back by an answer of the API that is older than what was heard', () => {
    const heard = journeyAfter(activated, dispatched, signed, started);
    const older = { ...task('t1', 'WMB'), id: 't1', version: 1, bases: [], party: { name: null } };
    const view = withSnapshot(heard, { entryId, tasks: [older as never] });
    expect(stageIn(view, 't1')).toBe('WORKING');
  });

  test('an armed measure that answered stays armed in law and counts as answered; an answer of another cycle or one sent back does not', () => {
    const armed = [activated, dispatched, event('task.armed', step('t2', 3, 'ARMED'))];
    const answer = { taskId: 't2', taskStatus: 'ARMED', departmentCode: 'CZJ' };
    expect(stageIn(journeyAfter(...armed), 't2')).toBe('ARMED');
    expect(stageIn(journeyAfter(...armed, feedback('submitted', answer)), 't2')).toBe('PENDING');
    expect(stageIn(journeyAfter(...armed, feedback('submitted', answer), feedback('approved', answer)), 't2')).toBe('ANSWERED');
    expect(stageIn(journeyAfter(...armed, feedback('approved', { ...answer, cycle: 2 })), 't2')).toBe('ARMED');
    expect(stageIn(journeyAfter(...armed, feedback('submitted', answer), feedback('rejected', answer)), 't2')).toBe('ARMED');
    // Decisions stand whatever comes late.
    expect(stageIn(journeyAfter(...armed, feedback('approved', answer), feedback('submitted', answer)), 't2')).toBe('ANSWERED');
  });

  test('a task that two flags demand moves in both', () => {
    const other = event('task.dispatched', { entryId: otherEntryId, listCode: 'BL-COURT', tasks: [task('t1', 'WMB')], notices: [] });
    const journeys = after([dispatched, other, signed]);
    for (const id of [entryId, otherEntryId]) expect(journeys[id]?.tasks['t1']?.status).toBe('ACKNOWLEDGED');
  });

  test('departments keep their places in the order of the catalogue, those with notices only behind', () => {
    const order = new Map([
      ['RH', 0],
      ['CZJ', 1],
      ['WMB', 2],
    ]);
    const shares = sharesOf(journeyAfter(activated, dispatched), order);
    expect(shares.map((share) => [share.departmentCode, share.tasks.length, share.notices.length])).toEqual([
      ['CZJ', 2, 0],
      ['WMB', 1, 0],
      ['RH', 0, 1],
    ]);
  });

  test('a flag of which the caller may see nothing is not shown; the newest stands first and old ones are let go', () => {
    expect(isSeen(emptyJourney(entryId, ''))).toBe(false);
    expect(isSeen(undefined)).toBe(false);
    const many = Array.from({ length: 70 }, (_, index) =>
      event('task.dispatched', {
        entryId: `01a20755-0000-7000-8000-${String(index).padStart(12, '0')}`,
        listCode: 'BL-WAGE',
        tasks: [task(`t${index}`, 'WMB')],
        notices: [],
      }),
    );
    const journeys = after(many);
    expect(Object.keys(journeys)).toHaveLength(60);
    expect(latestOf(journeys)[0]?.entryId).toMatch(/69$/);
    expect(Object.values(journeys).every(isSeen)).toBe(true);
  });

  test('a type of event that the page does not know is passed over', () => {
    expect(heardEventOf('{"type":"lianxin.report.issued.v1","data":{}}')).toBeUndefined();
    expect(heardEventOf('{"type":"toString","data":{}}')).toBeUndefined();
  });
});

describe('a line of what happens', () => {
  test('names the flag and the measure even where the event itself does not', () => {
    const journeys = after([activated, dispatched]);
    expect(lineOf(signed, journeys)).toMatchObject({
      entryId,
      number: 'LYG-MD-2026-000172',
      measureCode: 'WAGE-07',
      departmentCode: 'WMB',
    });
    expect(lineOf(dispatched, journeys)).toMatchObject({ number: 'LYG-MD-2026-000172', tasks: 3, departments: 2 });
    expect(lineOf(signed, {})).toMatchObject({ entryId: undefined, number: '' });
  });
});
