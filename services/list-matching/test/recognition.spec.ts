import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  listEntryActivated,
  listEntryExited,
  listEntryReceived,
  listEntryRecognised,
  listEntryRecognitionEnded,
  type ProblemBody,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { creditOffice, ListCity, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextUscc, today } from './designations.ts';

const secondPerson = principalOf(['CREDIT_OFFICE'], [], 'CITY:second');
const environment = principalOf(['DEPT_HANDLER'], ['STHJJ']);

describe('mutual recognition of entries of other regions (R-2-16)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const foreign = async (listCode: string, originRegion: string, changes: Record<string, unknown> = {}) => {
    const body = designationOf(listCode, { origin: 'PROVINCIAL', batchNo: 'YRD-1', originRegion, ...changes });
    return lists.call<ListEntryView>(creditOffice, 'POST', '/api/v1/list-entries', body);
  };
  const propose = async (changes: Record<string, unknown> = {}, principal = creditOffice) =>
    lists.call<{ id: string; status: string } & ProblemBody>(principal, 'POST', '/api/v1/recognition-agreements', {
      regionCode: '310000',
      listCode: 'RL-ENV',
      validFrom: daysAgo(1),
      document: { name: '长三角信用互认协议', number: `互认〔2026〕1号` },
      ...changes,
    });
  const act = (id: string, action: string, principal = secondPerson, body?: unknown) =>
    lists.call<{ status: string; validTo: string | null } & ProblemBody>(
      principal,
      'POST',
      `/api/v1/recognition-agreements/${id}/${action}`,
      body,
    );
  const entryOf = async (id: string) => (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;

  test('an entry of a national list has effects at once, one of another list is stored, shown and without effect', async () => {
    const national = await foreign('BL-WAGE', '330100');
    expect(national.body).toMatchObject({ status: 'ACTIVE', originRegion: '330100', recognised: true });
    const other = await foreign('RL-ENV', '330100');
    expect(other.body).toMatchObject({ status: 'ACTIVE', originRegion: '330100', recognised: false });
    await eventually(
      'both are told',
      () =>
        lists.feeder
          .eventsOf(listEntryReceived)
          .some((event) => event.data.entryId === other.body.id && event.data.reason === 'NOT_RECOGNISED') &&
        lists.feeder
          .eventsOf(listEntryActivated)
          .some((event) => event.data.entryId === national.body.id && event.data.originRegion === '330100'),
    );
    expect(lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === other.body.id)).toBe(false);
  });

  test('one of a list that is not enabled here is stored and shown all the same, and restricts nobody; of this city it is refused', async () => {
    const stored = await foreign('BL-ENV', '330100');
    expect(stored.body).toMatchObject({ status: 'ACTIVE', recognised: false });
    const own = await lists.call<ProblemBody>(environment, 'POST', '/api/v1/list-entries', designationOf('BL-ENV'));
    expect([own.status, own.body.code]).toEqual([422, 'LIST_DISABLED']);
    expect(lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === stored.body.id)).toBe(false);
  });

  test('a foreign black entry excludes the honours of its subject here (cross-check)', async () => {
    const usccCode = nextUscc();
    const subject = { kind: 'LEGAL', name: '互认示例有限公司', usccCode, regionCode: '320706' };
    const honour = await lists.call<ListEntryView>(environment, 'POST', '/api/v1/list-entries', designationOf('RL-ENV', { subject }));
    expect(honour.body.status).toBe('ACTIVE');
    await foreign('BL-WAGE', '330100', { subject });
    expect((await entryOf(honour.body.id)).status).toBe('EXCLUDED');
  });

  test.each([
    ['of this city itself', { originRegion: '320706' }, 400, 'VALIDATION_FAILED'],
    ['of a region that does not exist', { originRegion: '000000' }, 400, 'VALIDATION_FAILED'],
    ['as a designation of this city', { originRegion: '310115', origin: 'CITY' }, 403, 'ORIGIN_NOT_ALLOWED'],
  ])('a foreign entry %s is refused', async (_what, changes, status, code) => {
    const principal = 'origin' in changes ? wageOffice : creditOffice;
    const body = designationOf('BL-WAGE', { origin: 'NATIONAL', batchNo: 'X', ...changes });
    const answer = await lists.call<ProblemBody>(principal, 'POST', '/api/v1/list-entries', body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('an agreement needs a second person of the credit office, and nobody else may propose one', async () => {
    expect((await propose({}, wageOffice)).status).toBe(403);
    const proposed = await propose({ regionCode: '350000' });
    expect([proposed.status, proposed.body.status]).toEqual([201, 'PROPOSED']);
    const own = await act(proposed.body.id, 'confirm', creditOffice);
    expect([own.status, own.body.code]).toEqual([403, 'SAME_PERSON']);
    expect((await act(proposed.body.id, 'reject')).body.status).toBe('REJECTED');
    expect((await act(proposed.body.id, 'confirm')).body.code).toBe('CONFLICT');
  });

  test.each([
    ['with this city', { regionCode: '320700' }, 'VALIDATION_FAILED'],
    ['for a list that does not exist', { listCode: 'BL-NOTHING' }, 'LIST_UNKNOWN'],
    ['for a list that is national anyway', { listCode: 'BL-WAGE' }, 'VALIDATION_FAILED'],
    ['that ends before it begins', { validTo: daysAgo(9) }, 'DATE_ORDER'],
  ])('an agreement %s is refused', async (_what, changes, code) => {
    expect((await propose(changes)).body.code).toBe(code);
  });

  test('effects come when an agreement is confirmed, end after its last day, and come back under a new one', async () => {
    const entry = (await foreign('RL-ENV', '310115')).body;
    expect(entry.recognised).toBe(false);
    const proposed = await propose();
    expect((await entryOf(entry.id)).recognised).toBe(false);
    expect((await act(proposed.body.id, 'confirm')).body.status).toBe('CONFIRMED');
    await eventually('effects have come', async () => (await entryOf(entry.id)).recognised);
    const recognised = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryRecognised).find((event) => event.data.entryId === entry.id),
    );
    expect(recognised.data).toMatchObject({ status: 'ACTIVE', activationNo: 2, originRegion: '310115', agreementId: proposed.body.id });
    expect((await propose()).body.code).toBe('AGREEMENT_OVERLAPS');
    // Effects of the future: an entry that comes while the agreement holds has them from the start.
    expect((await foreign('RL-ENV', '310104')).body.recognised).toBe(true);

    const end = { endsOn: daysAgo(1), documentNo: '互认终〔2026〕1号' };
    expect((await act(proposed.body.id, 'end', creditOffice, { ...end, endsOn: daysAgo(30) })).body.code).toBe('DATE_ORDER');
    expect((await act(proposed.body.id, 'end', creditOffice, end)).status).toBe(200);
    expect((await act(proposed.body.id, 'confirm', creditOffice)).body.code).toBe('SAME_PERSON');
    expect((await entryOf(entry.id)).recognised).toBe(true);
    expect((await act(proposed.body.id, 'confirm')).body.validTo).toBe(daysAgo(1));
    await eventually('effects have ended', async () => !(await entryOf(entry.id)).recognised);
    expect((await entryOf(entry.id)).status).toBe('ACTIVE');
    const ended = await eventually('the end is told', () =>
      lists.feeder.eventsOf(listEntryRecognitionEnded).find((event) => event.data.entryId === entry.id),
    );
    expect(ended.data).toMatchObject({ status: 'ACTIVE', activationNo: 2, endedOn: today });
    expect(ended.data.entryVersion).toBeGreaterThan(recognised.data.entryVersion);

    const again = await propose({ validFrom: today });
    await act(again.body.id, 'confirm');
    const back = await eventually('effects are back', () =>
      lists.feeder.eventsOf(listEntryRecognised).find((event) => event.data.entryId === entry.id && event.data.activationNo === 3),
    );
    expect(back.data.agreementId).toBe(again.body.id);
    expect((await entryOf(entry.id)).timeline.map((fact) => fact.transition).slice(-3)).toEqual(['T12a', 'T12b', 'T12a']);
  });

  test('no department here lets go of a foreign entry; the removal by its origin is followed at once', async () => {
    const entry = (await foreign('BL-WAGE', '330100')).body;
    const exit = { ground: 'REPAIRED', documentNo: '杭修〔2026〕1号', date: today };
    const refused = await lists.call<ProblemBody>(wageOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, exit);
    expect([refused.status, refused.body.code]).toEqual([403, 'FOREIGN_ENTRY']);
    const removed = await lists.call<ListEntryView>(creditOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, exit);
    expect(removed.body.status).toBe('REPAIRED');
    await eventually('the exit is told', () => lists.feeder.eventsOf(listEntryExited).some((event) => event.data.entryId === entry.id));
  });
});
