import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  listEntryActivated,
  listEntryReceived,
  type Page,
  type ProblemBody,
  subjectRegistered,
} from '@lianxin/contracts';
import { eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { auditor, creditOffice, ListCity, market, safetyOffice, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, partyOf, today } from './designations.ts';

describe('one-call activation', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const post = <Body = ListEntryView>(body: unknown, principal = wageOffice, headers: Record<string, string> = {}) =>
    lists.call<Body>(principal, 'POST', '/api/v1/list-entries', body, headers);
  const countOf = async (table: string) =>
    (await lists.city.query<{ count: number }>(`SELECT count(*)::int AS count FROM list_matching.${table}`))[0]?.count;

  test('until the departments of the catalogue have arrived, nobody is listed', async () => {
    const city = await TestCity.create('postgres', ['list-matching']);
    try {
      const alone = await city.boot(service);
      const answer = await city.call(alone, wageOffice, 'POST', '/api/v1/list-entries', { body: designationOf('BL-WAGE') });
      expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '2']);
      expect(await city.query('SELECT 1 FROM list_matching.subject')).toEqual([]);
    } finally {
      await city.close();
    }
  });

  test('a designation with complete documents is in force at once, and everybody is told', async () => {
    const body = designationOf('BL-WAGE', { parties: [partyOf(), partyOf('PRINCIPAL', { namedInDecision: false })] });
    const answer = await post(body);
    expect([answer.status, answer.body]).toEqual([
      201,
      expect.objectContaining({ status: 'ACTIVE', activatedOn: today, validFrom: today }),
    ]);
    expect(answer.body.number).toMatch(/^LYG-MD-\d{4}-\d{6}$/);
    expect(answer.headers.get('etag')).toBe('"5"');
    expect(answer.body.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T3', 'T7', 'T12']);
    expect(answer.body.parties.map((party) => [party.role, party.name, party.named, party.served])).toEqual([
      ['SUBJECT', body.subject['name'], true, true],
      ['LEGAL_REPRESENTATIVE', '李*例', true, true],
      ['PRINCIPAL', '李*例', false, false],
    ]);
    const activated = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === answer.body.id),
    );
    expect(activated.key).toBe(answer.body.subject.id);
    expect(activated.actor).toBe(wageOffice.id);
    expect(activated.data).toMatchObject({
      entryVersion: 5,
      listField: 'MARKET_ORDER',
      level: 'CITY',
      regionCode: '320706',
      grade: 'SERIOUS',
      designatingDepartment: 'RSJ',
      parties: [
        { role: 'SUBJECT', kind: 'LEGAL', named: true, served: true },
        { role: 'LEGAL_REPRESENTATIVE', kind: 'PERSON', served: true },
        { role: 'PRINCIPAL', named: false, served: false },
      ],
    });
    await eventually('its subjects are told', () => {
      const registered = lists.feeder.eventsOf(subjectRegistered).map((event) => event.key);
      return activated.data.parties.every((party) => registered.includes(party.subjectId));
    });
  });

  test('each kind of list takes its own documents', async () => {
    const person = { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber: nextIdNumber(), regionCode: '320706' };
    const cases = [
      [taxOffice, designationOf('RL-TAXA'), 'T1 T2 T3 T10 T12'],
      [wageOffice, designationOf('FL-WAGE', { service: { decisionServedOn: daysAgo(8) } }), 'T1 T2 T3 T7 T12'],
      [market, designationOf('AB-MKT', { notice: undefined, service: undefined }), 'T1 T2 T3 T12'],
      [principalOf(['DEPT_HANDLER'], ['TSW']), designationOf('RL-VOL', { subject: person }), 'T1 T2 T3 T10 T12'],
      [principalOf(['DEPT_APPROVER'], ['HZ-SCJGJ']), designationOf('BL-MKT'), 'T1 T2 T3 T7 T12'],
      [
        creditOffice,
        designationOf('BL-COURT', { origin: 'NATIONAL', batchNo: 'G-1', notice: undefined, service: undefined }),
        'T1 T2 T3 T7 T12',
      ],
    ] as const;
    for (const [principal, body, walk] of cases) {
      const answer = await post(body, principal);
      expect([body.listCode, answer.status, answer.body.status]).toEqual([body.listCode, 201, 'ACTIVE']);
      expect(answer.body.timeline.map((fact) => fact.transition).join(' ')).toBe(walk);
    }
  });

  test('a refusal names code and fields, and leaves nothing behind', async () => {
    const before = [await countOf('subject'), await countOf('list_entry')];
    const refusals: [string, Record<string, unknown>, number, string, typeof wageOffice?][] = [
      ['/subject/usccCode', { subject: { ...designationOf('BL-WAGE').subject, usccCode: '91320799MA00000156' } }, 422, 'USCC_INVALID'],
      ['/decision/date', { decision: { name: '决定', number: '1', date: '2026-02-30' } }, 400, 'VALIDATION_FAILED'],
      ['/listCode', { listCode: 'BL-NONE' }, 422, 'LIST_UNKNOWN'],
      ['/listCode', {}, 403, 'NOT_DESIGNATING_UNIT', safetyOffice],
      ['/origin', { origin: 'NATIONAL', batchNo: 'G-1' }, 403, 'ORIGIN_NOT_ALLOWED'],
      ['/notice', { notice: undefined, parties: [partyOf()] }, 422, 'NOTICE_REQUIRED'],
      ['/parties/0/idNumber', { parties: [partyOf('PRINCIPAL', { idNumber: nextIdNumber('2015-01-01') })] }, 422, 'SUBJECT_UNDER_AGE'],
    ];
    for (const [pointer, changes, status, code, principal] of refusals) {
      const answer = await post<ProblemBody>({ ...designationOf('BL-WAGE'), ...changes }, principal ?? wageOffice);
      expect([pointer, answer.status, answer.body.code]).toEqual([pointer, status, code]);
      expect(answer.body.errors?.map((error) => error.pointer)).toContain(pointer);
    }
    expect((await post<ProblemBody>(designationOf('BL-WAGE'), auditor)).body.code).toBe('FORBIDDEN');
    expect((await lists.call(undefined, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE'))).status).toBe(401);
    expect([await countOf('subject'), await countOf('list_entry')]).toEqual(before);
  });

  test('200 persons in one entry are told in one event; one more is refused', async () => {
    const parties = Array.from({ length: 200 }, () => partyOf('DIRECTLY_RESPONSIBLE', { idNumber: nextIdNumber('1975-05-05') }));
    // Serial numbers repeat after a thousand persons of one birthday; a passport has no such limit.
    const named = parties.map((party, index) => ({ ...party, idType: 'PASSPORT', idNumber: `E${String(10_000_000 + index)}` }));
    const conditions = [{ code: 'FOOD_DRUG', documentNo: '文'.repeat(200) }];
    const answer = await post(designationOf('BL-WAGE', { parties: named, conditions }));
    expect([answer.status, answer.body.parties?.length]).toEqual([201, 201]);
    const refused = await post<ProblemBody>(designationOf('BL-WAGE', { parties: [...named, partyOf()] }));
    expect([refused.status, refused.body.code]).toEqual([422, 'TOO_MANY_PARTIES']);
  });

  test('the same key gives the same answer; another body under it is refused', async () => {
    const body = designationOf('BL-WAGE');
    const key = { 'idempotency-key': 'first-of-the-month' };
    const [first, again] = [await post(body, wageOffice, key), await post(body, wageOffice, key)];
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true']);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const other = await post<ProblemBody>(designationOf('BL-WAGE'), wageOffice, key);
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('the same record gives the same entry under any key; other content under its number is refused', async () => {
    const body = designationOf('BL-WAGE', { parties: [partyOf()] });
    const first = await post(body);
    const again = await post({ ...body, parties: body['parties'] }, wageOffice, { 'idempotency-key': 'quite another key' });
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([201, first.body.id, 'true']);
    for (const changes of [{ facts: '另一事由' }, { subject: { ...body.subject, usccCode: nextUscc() } }, { parties: [partyOf()] }]) {
      const other = await post<ProblemBody>({ ...body, ...changes });
      expect([other.status, other.body.code]).toEqual([409, 'SOURCE_RECORD_DIFFERS']);
      expect(other.body.detail).toContain(first.body.number);
    }
    // Another department's records are numbered by itself.
    expect((await post(designationOf('FL-TAX', { sourceRecordId: body.sourceRecordId }), taxOffice)).status).toBe(201);
  });

  test('twenty identical requests at once make one entry', async () => {
    for (const headers of [{}, { 'idempotency-key': 'twenty at once' }] as Record<string, string>[]) {
      const body = designationOf('BL-WAGE', { parties: [partyOf()] });
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, wageOffice, headers)));
      expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(201));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      const rows = await lists.city.query('SELECT 1 FROM list_matching.list_entry WHERE source_record_id = $1', [body.sourceRecordId]);
      expect(rows).toHaveLength(1);
    }
  });

  test('one record number sent at once with different subjects makes one entry; the others are refused', async () => {
    const bodies = Array.from({ length: 6 }, () => designationOf('BL-WAGE', { sourceRecordId: 'raced' }));
    const answers = await Promise.all(bodies.map((body) => post<ListEntryView & Omit<ProblemBody, 'status'>>(body)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(new Set(answers.filter((answer) => answer.status === 409).map((answer) => answer.body.code))).toEqual(
      new Set(['SOURCE_RECORD_DIFFERS']),
    );
  });

  test('the same decision is not listed twice, however its number is written (R-2-14)', async () => {
    const body = designationOf('BL-WAGE');
    const first = await post(body);
    const number = body.decision.number.replace('〔', '[').replace('〕', ' ]');
    const answer = await post<ProblemBody>({ ...body, sourceRecordId: 'again', decision: { ...body.decision, number } });
    expect([answer.status, answer.body.code]).toEqual([409, 'DUPLICATE_DECISION']);
    expect(answer.body.detail).toContain(first.body.number);
  });

  test('a department sees its own entries; the credit office and the auditor see all; others find nothing', async () => {
    const entry = (await post(designationOf('BL-WAGE', { parties: [partyOf()] }))).body;
    for (const principal of [wageOffice, creditOffice, auditor]) {
      expect((await lists.call<ListEntryView>(principal, 'GET', `/api/v1/list-entries/${entry.id}`)).body).toEqual(entry);
      const page = await lists.call<Page<ListEntryView>>(
        principal,
        'GET',
        `/api/v1/list-entries?subjectId=${entry.subject.id}&status=ACTIVE,EXPIRED`,
      );
      expect(page.body.data.map((row) => row.id)).toEqual([entry.id]);
    }
    for (const principal of [taxOffice, principalOf([]), principalOf(['WINDOW_CLERK'], ['DATAJ'])]) {
      expect((await lists.call(principal, 'GET', `/api/v1/list-entries/${entry.id}`)).status).toBe(404);
      expect((await lists.call<Page<unknown>>(principal, 'GET', `/api/v1/list-entries?subjectId=${entry.subject.id}`)).body.data).toEqual(
        [],
      );
    }
    // 404 before the body is looked at.
    const foreign = await lists.call(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, { nonsense: true });
    expect(foreign.status).toBe(404);
  });

  test('pages follow each other without gap or double', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await lists.call<Page<ListEntryView>>(creditOffice, 'GET', `/api/v1/list-entries?limit=3${query}`);
      seen.push(...page.body.data.map((row) => row.id));
      cursor = page.body.page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(new Set(seen).size);
    expect(seen).toHaveLength((await countOf('list_entry')) ?? 0);
    expect((await lists.call<ProblemBody>(creditOffice, 'GET', '/api/v1/list-entries?cursor=xyz')).body.code).toBe('CURSOR_INVALID');
  });

  test('the lists are told with a basis only where its citation is verified', async () => {
    const all = await lists.call<{ data: Record<string, unknown>[] }>(wageOffice, 'GET', '/api/v1/lists');
    expect(all.body.data).toHaveLength(30);
    const wage = await lists.call(wageOffice, 'GET', '/api/v1/lists/BL-WAGE');
    expect(wage.body).toMatchObject({ version: 1, type: 'BLACK', status: 'ENABLED', basisVerified: true, designatingDepartments: ['RSJ'] });
    expect((await lists.call(wageOffice, 'GET', '/api/v1/lists/BL-ENV')).body).toMatchObject({ basis: null, basisVerified: false });
    expect((await lists.call(wageOffice, 'GET', '/api/v1/lists/BL-NONE')).status).toBe(404);
  });

  test('what an entry is follows from its facts alone', async () => {
    const rows = await lists.city.query<{ status: string; version: number; folded: string; facts: number }>(
      `SELECT entry.status, entry.version, count(*)::int AS facts, (array_agg(fact.to_status ORDER BY fact.version DESC))[1] AS folded
       FROM list_matching.list_entry entry JOIN list_matching.list_entry_fact fact ON fact.entry_id = entry.id GROUP BY entry.id`,
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect([row.folded, row.facts]).toEqual([row.status, row.version]);
  });

  test('entries waiting in review are received, not activated', () => {
    expect(lists.feeder.eventsOf(listEntryReceived)).toEqual([]);
  });
});
