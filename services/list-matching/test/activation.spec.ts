import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ListEntryView, listEntryActivated, subjectRegistered } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { designationOf, partyOf, publishCatalogue, today } from './designations.ts';

const wageOffice = principalOf(['DEPT_HANDLER'], ['RSJ']);

describe('one-call activation', () => {
  let city: TestCity;
  let feeder: EventFeeder;
  let running: RunningService;
  beforeAll(async () => {
    city = await TestCity.create('postgres', ['list-matching']);
    feeder = await EventFeeder.for(city);
    running = await city.boot(service);
    const early = await city.call(running, wageOffice, 'POST', '/api/v1/list-entries', { body: designationOf('BL-WAGE') });
    expect([early.status, early.body['code']]).toEqual([503, 'UNAVAILABLE']);
    await feeder.listen(['lianxin.list_entry', 'lianxin.subject']);
    await publishCatalogue(feeder);
    await eventually('the departments have arrived', async () => (await city.call(running, undefined, 'GET', '/readyz')).status === 200);
  });
  afterAll(async () => {
    await feeder?.close();
    await city?.close();
  });

  test('a designation with complete documents is in force at once, and everybody is told', async () => {
    const body = designationOf('BL-WAGE', { parties: [partyOf()] });
    const answer = await city.call<ListEntryView>(running, wageOffice, 'POST', '/api/v1/list-entries', { body });
    expect([answer.status, answer.body]).toEqual([
      201,
      expect.objectContaining({ status: 'ACTIVE', activatedOn: today, validFrom: today }),
    ]);
    expect(answer.body.number).toMatch(/^LYG-MD-\d{4}-\d{6}$/);
    expect(answer.headers.get('etag')).toBe('"5"');
    expect(answer.body.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T3', 'T7', 'T12']);
    expect(answer.body.parties.map((party) => [party.role, party.name, party.served])).toEqual([
      ['SUBJECT', body.subject['name'], true],
      ['LEGAL_REPRESENTATIVE', '李*例', true],
    ]);
    const activated = await eventually('it is told', () =>
      feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === answer.body.id),
    );
    expect(activated.key).toBe(answer.body.subject.id);
    expect(activated.data).toMatchObject({
      entryVersion: 5,
      listField: 'MARKET_ORDER',
      level: 'CITY',
      regionCode: '320706',
      grade: 'SERIOUS',
    });
    expect(feeder.eventsOf(subjectRegistered).map((event) => event.key)).toEqual(
      expect.arrayContaining(activated.data.parties.map((party) => party.subjectId)),
    );
  });
});
