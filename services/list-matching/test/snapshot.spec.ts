import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  listEntryConfirmed,
  listEntryExited,
  listEntryResumed,
  listEntryUnconfirmed,
  type Page,
  type ProblemBody,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import type { SourceQuestionView } from '../src/source-question.view.ts';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { today } from './designations.ts';
import { fileOf, header, rowOf } from './list-file.ts';

describe('removal files and full lists of a source', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const importFile = async (kind: string, body: string, query = '', principal = wageOffice) => {
    const accepted = await lists.call<JobView & Omit<ProblemBody, 'status'>>(
      principal,
      'POST',
      `/api/v1/imports?kind=${kind}${query}`,
      body,
      {
        'content-type': 'text/csv',
      },
    );
    if (accepted.status !== 202) throw new Error(JSON.stringify(accepted.body));
    return resting(accepted.body.id, principal);
  };
  const resting = (id: string, principal = wageOffice) =>
    eventually('the job rests', async () => {
      const job = (await lists.call<JobView>(principal, 'GET', `/api/v1/jobs/${id}`)).body;
      return !['queued', 'running'].includes(job.status) && job;
    });
  const entryOf = async (sourceRecordId: string) => {
    const [entry] = await lists.city.query<{ id: string; status: string }>(
      'SELECT id, status FROM list_matching.list_entry WHERE source_record_id = $1',
      [sourceRecordId],
    );
    if (entry === undefined) throw new Error(`no entry ${sourceRecordId}`);
    return entry;
  };
  const open = async () =>
    (await lists.call<Page<SourceQuestionView>>(wageOffice, 'GET', '/api/v1/source-questions?status=OPEN&limit=100')).body.data;
  const rows = new Map<string, string>();
  /** The row of a record, always the same. */
  const row = (sourceRecordId: string) => {
    const known = rows.get(sourceRecordId) ?? rowOf({ sourceRecordId });
    rows.set(sourceRecordId, known);
    return known;
  };
  const full = (ids: readonly string[], exits: Readonly<Record<string, string>> = {}) =>
    fileOf(
      [
        ...ids.map((id) => `${row(id)},,,`),
        ...Object.entries(exits).map(([id, ground]) => `${row(id)},${ground},${today},示例移〔2026〕1号`),
      ],
      [...header, '退出事由', '退出日期', '退出文书号'],
    );
  const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `full-${from + index}`);

  test('a removal file ends entries on the way of the API; each row that cannot is told with its reason', async () => {
    await importFile('list-entries', fileOf(['gone-1', 'gone-2', 'gone-3'].map(row)));
    const removal = [
      'sourceRecordId,退出事由,移出日期,退出文书号',
      `gone-1,提前履行义务,${today.replaceAll('-', '/')},示例移1号`,
      `gone-2,OWN_WAIVER,${today},示例移2号`,
      `gone-9,期满,${today},示例移3号`,
      `gone-3,DUTIES_PERFORMED,${today},`,
      `gone-1,提前履行义务,${today},示例移1号`,
    ].join('\n');
    const foreign = await importFile('list-exits', removal, '', taxOffice);
    expect(foreign.progress).toMatchObject({ succeeded: 0, failed: 5 });
    const job = await importFile('list-exits', removal);
    expect(job.errors.map((error) => [error.line, error.code])).toEqual([
      [3, 'GROUND_NOT_ALLOWED'],
      [4, 'SOURCE_RECORD_UNKNOWN'],
      [5, 'VALIDATION_FAILED'],
      [6, expect.any(String)],
    ]);
    expect([(await entryOf('gone-1')).status, (await entryOf('gone-2')).status, (await entryOf('gone-3')).status]).toEqual([
      'EXPIRED',
      'ACTIVE',
      'ACTIVE',
    ]);
    expect(await importFile('list-exits', removal.split('\n').slice(0, 2).join('\n'))).toMatchObject({ status: 'succeeded' });
    await importFile(
      'list-exits',
      `sourceRecordId,退出事由,移出日期,退出文书号\ngone-2,BASIS_REVOKED,${today},a\ngone-3,DUTIES_PERFORMED,${today},b`,
    );
  });

  test('a full list: removals first, what is missing is held at once and asked about, what is new is listed', async () => {
    expect(await importFile('list-snapshot', full(ids(1, 30)))).toMatchObject({ status: 'succeeded', progress: { succeeded: 30 } });
    const job = await importFile('list-snapshot', full([...ids(1, 26), 'full-31'], { 'full-27': '提前履行义务' }));
    expect(job).toMatchObject({ status: 'succeeded', figures: { removed: 1, held: 3, resumed: 0 } });
    expect((await entryOf('full-27')).status).toBe('EXPIRED');
    expect((await entryOf('full-31')).status).toBe('ACTIVE');
    const questions = await open();
    expect(questions.map((question) => question.sourceRecordId).sort()).toEqual(['full-28', 'full-29', 'full-30']);
    const held = new Set(questions.map((question) => question.entryId));
    await eventually('the holds are told', () => {
      const told = lists.feeder.eventsOf(listEntryUnconfirmed).filter((event) => held.has(event.data.entryId));
      return told.length === 3 && told.every((event) => event.data.status === 'ACTIVE');
    });
    await eventually('the removal is told', () =>
      lists.feeder.eventsOf(listEntryExited).some((event) => event.data.documentNo === '示例移〔2026〕1号'),
    );
    expect(await importFile('list-snapshot', full([...ids(1, 26), 'full-31'], { 'full-27': '提前履行义务' }))).toMatchObject({
      status: 'succeeded',
      figures: { removed: 0, held: 0, resumed: 0 },
    });
  });

  test('who reappears runs on, who is confirmed by its unit runs on, who exits needs no answer', async () => {
    const before = new Map((await open()).map((question) => [question.sourceRecordId, question]));
    const job = await importFile('list-snapshot', full([...ids(1, 26), 'full-28', 'full-31']));
    expect(job.figures).toEqual({ removed: 0, held: 0, resumed: 1 });
    const [asked, left] = [before.get('full-29'), before.get('full-30')];
    const confirm = (principal = wageOffice) =>
      lists.call<SourceQuestionView & Omit<ProblemBody, 'status'>>(principal, 'POST', `/api/v1/source-questions/${asked?.id}/confirm`, {
        documentNo: '示例函1号',
        reason: '文件漏报',
      });
    expect((await confirm(taxOffice)).status).toBe(404);
    expect((await confirm(creditOffice)).body.code).toBe('NOT_DESIGNATING_UNIT');
    expect((await confirm()).body).toMatchObject({ status: 'CONFIRMED', documentNo: '示例函1号' });
    expect((await confirm()).body.code).toBe('IMPORT_STATE');
    await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${left?.entryId}/exit`, {
      ground: 'DUTIES_PERFORMED',
      documentNo: 'x',
      date: today,
    });
    expect(await open()).toEqual([]);
    await eventually('both confirmations are told', () => {
      const told = lists.feeder.eventsOf(listEntryConfirmed).map((event) => event.data.reappeared);
      return told.includes(true) && told.includes(false);
    });
  });

  test('a court stop that ends does not set free what the source has not answered for', async () => {
    await importFile('list-snapshot', full([...ids(1, 25), 'full-28', 'full-29', 'full-31']));
    const entry = await entryOf('full-26');
    const call = (action: string) =>
      lists.call(wageOffice, 'POST', `/api/v1/list-entries/${entry.id}/${action}`, {
        documentNo: '示例停1号',
        date: today,
        ...(action === 'suspend' ? { ground: 'STOP_EXECUTION' } : {}),
      });
    expect((await call('suspend')).status).toBe(200);
    expect((await call('resume')).status).toBe(200);
    await eventually('it is held again behind its resumption', () => {
      const resumed = lists.feeder.eventsOf(listEntryResumed).find((event) => event.data.entryId === entry.id);
      const held = lists.feeder.eventsOf(listEntryUnconfirmed).filter((event) => event.data.entryId === entry.id);
      return resumed !== undefined && held.some((event) => event.data.entryVersion > resumed.data.entryVersion);
    });
  });

  test('a row that is faulty does not make its entry a missing one', async () => {
    const faulty = row('full-1').replace('合成数据', '');
    const job = await importFile('list-snapshot', fileOf([...[...ids(2, 25), 'full-28', 'full-29', 'full-31'].map(row), faulty]));
    expect(job).toMatchObject({ progress: { failed: 1 }, figures: { held: 0 } });
  });

  test('a list that suddenly halves stops before anything happens, and goes on when a person has said why', async () => {
    const before = (await open()).length;
    const job = await importFile('list-snapshot', full(ids(1, 10)));
    expect(job).toMatchObject({ status: 'paused', question: { code: 'LIST_SIZE_JUMPED', figures: { last: 28, now: 10 } } });
    expect((await open()).length).toBe(before);
    const confirm = (body: unknown, principal = wageOffice) =>
      lists.call<JobView & Omit<ProblemBody, 'status'>>(principal, 'POST', `/api/v1/imports/${job.id}/confirm`, body);
    expect((await confirm({})).body.code).toBe('VALIDATION_FAILED');
    expect((await confirm({ reason: '本单位集中移出' }, creditOffice)).body.code).toBe('FORBIDDEN');
    expect((await confirm({ reason: '本单位集中移出' })).status).toBe(202);
    expect(await resting(job.id)).toMatchObject({ status: 'succeeded', confirmed: { by: wageOffice.id, reason: '本单位集中移出' } });
    expect((await open()).length).toBeGreaterThan(before);
    const doubled = await importFile('list-snapshot', full(ids(1, 25)), '&preview=true');
    expect(doubled).toMatchObject({ status: 'previewed', question: null });
    const grown = await importFile('list-snapshot', full([...ids(1, 25), ...Array.from({ length: 40 }, (_, index) => `more-${index}`)]));
    expect(grown.status).toBe('succeeded');
    const twice = await importFile('list-snapshot', full(Array.from({ length: 140 }, (_, index) => `more-${index}`)), '&mode=all');
    expect(twice).toMatchObject({ status: 'paused', question: { figures: { last: 65, now: 140 } } });
  });
});
