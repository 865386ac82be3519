import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addWorkingDays,
  calendar2026,
  endOfDayBeijing,
  type ListEntryView,
  listEntryActivated,
  listEntryAdvanced,
  listEntryReceived,
  type Page,
  type ProblemBody,
} from '@lianxin/contracts';
import { eventually, principalOf, type TestAnswer } from '@lianxin/testing';
import { court, creditOffice, ListCity, taxOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, today } from './designations.ts';
import { decisionContent, documentOf, draftOf, noticeContent, noticeOf, Steps, wageApprover, wageDrafter, wageHandler } from './steps.ts';

describe('a punishment step by step (T1–T12)', () => {
  let lists: ListCity;
  let steps: Steps;
  beforeAll(async () => {
    lists = await ListCity.create();
    steps = new Steps(lists);
  });
  afterAll(() => lists?.close());

  const draft = <Body = ListEntryView>(body: unknown, principal = wageHandler, headers = {}) =>
    lists.call<Body>(principal, 'POST', '/api/v1/list-entries/drafts', body, headers);
  const refusal = async (answer: Promise<TestAnswer<unknown>>) => {
    const { status, body } = await answer;
    const { code, errors } = body as ProblemBody;
    return [status, code, (errors ?? []).map((error) => error.pointer).filter((pointer) => pointer !== '')];
  };

  test('from the draft to the service every step is a fact with its document, and the entry is in force', async () => {
    const drafted = await draft(draftOf('BL-WAGE'));
    expect([drafted.status, drafted.body.status, drafted.headers.get('etag'), drafted.body.subject.id]).toEqual([
      201,
      'DRAFT',
      '"1"',
      null,
    ]);
    const entry = drafted.body;
    const submitted = await steps.act(entry, 'submit', undefined);
    expect([submitted.status, submitted.body.status, submitted.body.decision]).toEqual([200, 'PRE_NOTICE', null]);
    const served = await steps.act(entry, 'serve-notice', noticeOf(today));
    const endsOn = addWorkingDays(calendar2026, today, 5).date;
    expect(served.body.deadlines).toEqual([
      expect.objectContaining({
        kind: 'DEFENCE_PERIOD',
        dueAt: endOfDayBeijing(endsOn).toISOString(),
        remainingWorkdays: 5,
        overdue: false,
      }),
    ]);
    await steps.must(steps.act(entry, 'waive-defence', { document: documentOf('放弃声明') }));
    await steps.must(steps.act(entry, 'decide', { ...documentOf('列入决定书'), content: decisionContent }));
    const signed = await steps.must(steps.act(entry, 'approve', { date: today }, wageApprover));
    expect(signed.deadlines.filter((deadline) => deadline.closedAt === null).map((deadline) => deadline.kind)).toEqual([
      'SERVE_DECISION',
      'SHARE_DECISION',
    ]);
    const active = await steps.must(steps.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today }));
    expect(active).toMatchObject({ status: 'ACTIVE', activatedOn: today, validFrom: today, disputed: false });
    expect(active.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T3', 'T3a', 'T7', 'T12c', 'T12e', 'T12']);
    expect(active.deadlines.filter((deadline) => deadline.closedAt === null).map((deadline) => deadline.kind)).toEqual(['TERM']);
    const activated = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === entry.id),
    );
    expect(activated.data).toMatchObject({ entryVersion: 8, decision: { date: today }, listField: 'MARKET_ORDER' });
    const advanced = lists.feeder.eventsOf(listEntryAdvanced).filter((event) => event.data.entryId === entry.id);
    expect(advanced.map((event) => event.data.transition)).toEqual(['T3a', 'T7', 'T12c', 'T12e']);
    expect(lists.feeder.eventsOf(listEntryReceived).find((event) => event.data.entryId === entry.id)?.data.status).toBe('PRE_NOTICE');
  });

  test('a draft is sealed, changed by its ETag only, shown masked, and lists nobody', async () => {
    const idNumber = nextIdNumber();
    const subject = { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber, regionCode: '320706' };
    const market = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
    const body = draftOf('BL-MKT', { subject });
    const drafted = (await draft(body, market)).body;
    expect(drafted.subject).toMatchObject({ id: null, kind: 'PERSON', name: '张*例' });
    const [row] = await lists.city.query('SELECT row_to_json(e)::text AS text FROM list_matching.list_entry e WHERE id = $1', [drafted.id]);
    expect([String(row?.['text']).includes(idNumber), String(row?.['text']).includes('张示例')]).toEqual([false, false]);
    const put = (changes: Record<string, unknown>, headers: Record<string, string>) =>
      lists.call<ListEntryView & Pick<ProblemBody, 'code' | 'errors' | 'detail'>>(
        market,
        'PUT',
        `/api/v1/list-entries/${drafted.id}`,
        { ...body, ...changes },
        headers,
      );
    expect([(await put({}, {})).status, (await put({}, { 'if-match': '"7"' })).status]).toEqual([412, 412]);
    const edited = await put({ facts: '另一事由' }, { 'if-match': '"1"' });
    expect([edited.status, edited.headers.get('etag'), edited.body.timeline.at(-1)?.detail]).toEqual([200, '"2"', { fields: ['facts'] }]);
    expect((await put({ listCode: 'FL-MKT' }, { 'if-match': '"2"' })).body.code).toBe('VALIDATION_FAILED');
    for (const principal of [taxOffice, principalOf(['WINDOW_CLERK'], ['DATAJ'])])
      expect((await lists.call(principal, 'GET', `/api/v1/list-entries/${drafted.id}`)).status).toBe(404);
    const page = await lists.call<Page<ListEntryView>>(market, 'GET', '/api/v1/list-entries?status=DRAFT');
    expect(page.body.data.map((entry) => entry.id)).toEqual([drafted.id]);
    const withdrawn = await lists.call<ListEntryView>(market, 'POST', `/api/v1/list-entries/${drafted.id}/withdraw`, {
      reason: '不再认定',
    });
    expect(withdrawn.body).toMatchObject({ status: 'NOT_DESIGNATED', subject: { id: null } });
    expect(
      await lists.city.query('SELECT 1 FROM list_matching.list_entry WHERE id = $1 AND draft_sealed IS NOT NULL', [drafted.id]),
    ).toEqual([]);
  });

  test('the same record is drafted once; other content, another road and other units are refused', async () => {
    const body = draftOf('BL-WAGE');
    const [first, again] = [await draft(body), await draft(body)];
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([201, first.body.id, 'true']);
    expect(await refusal(draft({ ...body, facts: '另一事由' }))).toEqual([409, 'SOURCE_RECORD_DIFFERS', ['/sourceRecordId']]);
    const oneCall = designationOf('BL-WAGE', { sourceRecordId: body['sourceRecordId'] });
    expect(await refusal(lists.call(wageHandler, 'POST', '/api/v1/list-entries', oneCall))).toEqual([
      409,
      'SOURCE_RECORD_DIFFERS',
      ['/sourceRecordId'],
    ]);
    expect(await refusal(draft(draftOf('BL-WAGE'), taxOffice))).toEqual([403, 'NOT_DESIGNATING_UNIT', ['/listCode']]);
    expect(await refusal(draft(draftOf('BL-WAGE'), creditOffice))).toEqual([403, 'FORBIDDEN', []]);
    expect(await refusal(draft(draftOf('BL-NONE')))).toEqual([422, 'LIST_UNKNOWN', ['/listCode']]);
    const disabled = principalOf(['DEPT_HANDLER'], ['STHJJ']);
    expect(await refusal(draft(draftOf('BL-ENV'), disabled))).toEqual([422, 'LIST_DISABLED', ['/listCode']]);
    expect((await draft<ProblemBody>(draftOf('BL-WAGE', { facts: `身份证 ${nextIdNumber()}` }))).body.code).toBe('VALIDATION_FAILED');
  });

  test('everything that a submission lacks is told at once (§2.7)', async () => {
    const subject = { kind: 'LEGAL', name: '不全有限公司' };
    const party = { role: 'PRINCIPAL', name: '李示例' };
    const entry = (await draft(draftOf('BL-WAGE', { subject, facts: undefined, basis: [], parties: [party] }))).body;
    expect(await refusal(steps.act(entry, 'submit', undefined))).toEqual([
      422,
      'ENTRY_INCOMPLETE',
      ['/subject/regionCode', '/facts', '/basis', '/subject/usccCode', '/parties/0/idType'],
    ]);
    const ofCourt = await lists.call<ListEntryView>(court, 'POST', '/api/v1/list-entries/drafts', draftOf('BL-COURT'));
    expect(await refusal(lists.call(court, 'POST', `/api/v1/list-entries/${ofCourt.body.id}/submit`))).toEqual([
      422,
      'ENTRY_INCOMPLETE',
      ['/listingGround'],
    ]);
    expect((await steps.get(entry)).status).toBe('DRAFT');
  });

  test('a notice that lacks mandatory content, is too short or comes from tomorrow is no notice (R-2-6)', async () => {
    const entry = await steps.submitted(draftOf('BL-WAGE'));
    const notice = (changes: Record<string, unknown>) => refusal(steps.act(entry, 'serve-notice', noticeOf(today, changes)));
    expect(await notice({ content: {} })).toEqual([
      422,
      'NOTICE_INCOMPLETE',
      ['facts', 'basis', 'measures', 'rights', 'channel', 'defenceWorkdays'].map((field) => `/content/${field}`),
    ]);
    expect(await notice({ content: { ...noticeContent, defenceWorkdays: 4 } })).toEqual([
      422,
      'DEFENCE_TOO_SHORT',
      ['/content/defenceWorkdays'],
    ]);
    expect(await notice({ servedOn: daysAgo(-1) })).toEqual([422, 'DATE_IN_FUTURE', ['/servedOn']]);
    expect(await notice({ servedOn: daysAgo(3) })).toEqual([422, 'DATE_ORDER', ['/servedOn']]);
    expect(await notice({ parties: [{ partyId: entry.id, noticeServedOn: today }] })).toEqual([
      400,
      'VALIDATION_FAILED',
      ['/parties/0/partyId'],
    ]);
    expect(await refusal(steps.act(entry, 'waive-defence', { document: documentOf('放弃声明') }))).toEqual([409, 'STEP_NOT_READY', []]);
    expect(await refusal(steps.act(entry, 'defence', { document: documentOf('申辩书'), receivedOn: today }))).toEqual([
      409,
      'STEP_NOT_READY',
      [],
    ]);
    expect((await steps.get(entry)).version).toBe(3);
  });

  test('an announcement counts as served after 30 days, only then the defence period runs (R-2-6a)', async () => {
    const entry = await steps.submitted(draftOf('BL-WAGE'));
    const view = await steps.must(steps.act(entry, 'serve-notice', noticeOf(daysAgo(10), { method: 'ANNOUNCEMENT' })));
    const endsOn = addWorkingDays(calendar2026, daysAgo(-20), 5).date;
    expect(view.deadlines[0]).toMatchObject({ kind: 'DEFENCE_PERIOD', dueAt: endOfDayBeijing(endsOn).toISOString() });
  });

  test('a defence stops the decision until it has been reviewed with reasons; a rejection still waits for the end of the period', async () => {
    const entry = await steps.submitted(draftOf('BL-WAGE'));
    await steps.must(steps.act(entry, 'serve-notice', noticeOf(daysAgo(1))));
    const heard = await steps.must(steps.act(entry, 'defence', { document: documentOf('申辩书'), receivedOn: today, hearing: true }));
    expect(heard.status).toBe('HEARING');
    expect(heard.deadlines.find((deadline) => deadline.kind === 'DEFENCE_REVIEW')).toMatchObject({ remainingWorkdays: 5, closedAt: null });
    expect(await refusal(steps.act(entry, 'decide', { ...documentOf('决定书'), content: decisionContent }))).toEqual([
      409,
      'TRANSITION_NOT_ALLOWED',
      [],
    ]);
    expect(await refusal(steps.act(entry, 'review-defence', { outcome: 'REJECTED', document: documentOf('复核意见') }))).toEqual([
      400,
      'VALIDATION_FAILED',
      ['/reasons'],
    ]);
    const review = { outcome: 'REJECTED', reasons: '理由不成立', document: documentOf('复核意见'), resultServedOn: today };
    expect((await steps.must(steps.act(entry, 'review-defence', review))).status).toBe('DESIGNATED');
    await steps.must(steps.act(entry, 'decide', { ...documentOf('决定书'), content: decisionContent }));
    expect(await refusal(steps.act(entry, 'approve', { date: today }, wageApprover))).toEqual([
      422,
      'DECISION_BEFORE_DEFENCE_END',
      ['/date'],
    ]);
  });

  test('a defence that came in time and is entered late sweeps away a decision that nobody has signed; after that it is too late', async () => {
    const entry = await steps.noticed(draftOf('BL-WAGE'));
    await steps.must(steps.act(entry, 'decide', { ...documentOf('决定书'), content: decisionContent }));
    const late = { document: documentOf('申辩书'), receivedOn: today };
    expect((await steps.must(steps.act(entry, 'defence', late))).status).toBe('HEARING');
    await steps.must(steps.act(entry, 'review-defence', { outcome: 'REJECTED', reasons: '不成立', document: documentOf('复核意见') }));
    expect(await refusal(steps.act(entry, 'approve', { date: today }, wageApprover))).toEqual([409, 'STEP_NOT_READY', []]);
    const old = await steps.submitted(draftOf('BL-WAGE'));
    await steps.must(steps.act(old, 'serve-notice', noticeOf(daysAgo(40))));
    await eventually('its period has run out', async () => (await steps.get(old)).status === 'DESIGNATED');
    expect(await refusal(steps.act(old, 'defence', { document: documentOf('申辩书'), receivedOn: today }))).toEqual([
      422,
      'DEFENCE_LATE',
      ['/receivedOn'],
    ]);
    const signed = await steps.signed(draftOf('BL-WAGE'));
    expect(await refusal(steps.act(signed, 'defence', late))).toEqual([409, 'STEP_NOT_READY', []]);
  });

  test('a defence that is upheld ends it, and may leave a draft for the focus list behind (T9)', async () => {
    const body = draftOf('BL-WAGE');
    const entry = await steps.submitted(body);
    await steps.must(steps.act(entry, 'serve-notice', noticeOf(today)));
    await steps.must(steps.act(entry, 'defence', { document: documentOf('申辩书'), receivedOn: today }));
    const review = { outcome: 'UPHELD', reasons: '事实不足', document: documentOf('复核意见') };
    expect(await refusal(steps.act(entry, 'review-defence', { ...review, focusListCode: 'BL-SAFE' }))).toEqual([
      403,
      'NOT_DESIGNATING_UNIT',
      ['/listCode'],
    ]);
    const ended = await steps.must(steps.act(entry, 'review-defence', { ...review, focusListCode: 'FL-WAGE' }));
    expect(ended).toMatchObject({ status: 'NOT_DESIGNATED', reason: 'DEFENCE_UPHELD' });
    const drafts = await lists.call<Page<ListEntryView>>(wageHandler, 'GET', '/api/v1/list-entries?status=DRAFT&listCode=FL-WAGE');
    expect(drafts.body.data.map((row) => [row.listType, row.subject.usccCode])).toEqual([['FOCUS', body.subject['usccCode']]]);
  });

  test('a decision without mandatory content is refused; drafter, submitter and preparer may not sign it (R-2-7, R-9-5)', async () => {
    const body = draftOf('BL-WAGE');
    const entry = (await draft(body, wageDrafter)).body;
    await steps.must(steps.act(entry, 'submit', undefined));
    await steps.must(steps.act(entry, 'serve-notice', noticeOf(daysAgo(1))));
    await steps.must(steps.act(entry, 'waive-defence', { document: documentOf('放弃声明') }));
    expect(await refusal(steps.act(entry, 'decide', { name: '决定书', number: '1', content: {} }))).toEqual([
      422,
      'DECISION_INCOMPLETE',
      ['facts', 'basis', 'measures', 'removal', 'remedies'].map((field) => `/content/${field}`),
    ]);
    const twice = principalOf(['DEPT_HANDLER', 'DEPT_APPROVER'], ['RSJ'], 'RSJ:both');
    await steps.must(steps.act(entry, 'decide', { ...documentOf('决定书'), content: decisionContent }, twice));
    const sign = (principal = wageApprover) => refusal(steps.act(entry, 'approve', { date: today }, principal));
    expect(await sign(wageHandler)).toEqual([403, 'FORBIDDEN', []]);
    for (const id of ['RSJ:both', wageDrafter.id, wageHandler.id])
      expect(await sign(principalOf(['DEPT_APPROVER'], ['RSJ'], id))).toEqual([403, 'FOUR_EYES_REQUIRED', []]);
    await steps.must(steps.act(entry, 'return', { reason: '依据引用有误' }, wageApprover));
    expect(await sign()).toEqual([409, 'STEP_NOT_READY', []]);
    await steps.must(steps.act(entry, 'decide', { ...documentOf('决定书'), content: decisionContent }));
    expect(await refusal(steps.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today }))).toEqual([
      409,
      'STEP_NOT_READY',
      [],
    ]);
    expect((await steps.must(steps.act(entry, 'approve', { date: today }, wageApprover))).decision).toMatchObject({ date: today });
    expect(await refusal(steps.act(entry, 'serve', {}))).toEqual([422, 'SERVICE_REQUIRED', ['/decisionServedOn', '/repairNoticeServedOn']]);
    expect(await refusal(steps.act(entry, 'serve', { decisionServedOn: today }))).toEqual([
      422,
      'REPAIR_NOTICE_REQUIRED',
      ['/repairNoticeServedOn'],
    ]);
    expect(await refusal(steps.act(entry, 'serve', { decisionServedOn: daysAgo(1), repairNoticeServedOn: today }))).toEqual([
      422,
      'SERVICE_BEFORE_DECISION',
      ['/decisionServedOn'],
    ]);
  });

  test('the same decision is not signed twice for one subject (R-2-14)', async () => {
    const first = await steps.inForce(draftOf('BL-WAGE'));
    const subject = { kind: 'LEGAL', name: first.subject.name, usccCode: first.subject.usccCode, regionCode: '320706' };
    const entry = await steps.noticed(draftOf('BL-WAGE', { subject }));
    const number = String(first.decision?.number).replace('〔', '[').replace('〕', ']');
    await steps.must(steps.act(entry, 'decide', { name: '决定书', number, content: decisionContent }));
    const answer = await steps.act<ProblemBody>(entry, 'approve', { date: today }, wageApprover);
    expect([answer.status, answer.body.code]).toEqual([409, 'DUPLICATE_DECISION']);
    expect(answer.body.detail).toContain(first.number);
  });

  test('a person named in the decision is bound only with own notice and own service (R-2-15)', async () => {
    const parties = [1, 2].map(() => ({ role: 'PRINCIPAL', name: '李示例', idType: 'ID_CARD', idNumber: nextIdNumber() }));
    const entry = await steps.submitted(draftOf('BL-WAGE', { parties }));
    const [, served, other] = entry.parties;
    const notices = [served, other].map((party) => ({ partyId: party?.id, noticeServedOn: daysAgo(1) }));
    await steps.must(steps.act(entry, 'serve-notice', noticeOf(daysAgo(1), { parties: notices })));
    await steps.must(steps.act(entry, 'waive-defence', { document: documentOf('放弃声明') }));
    await steps.must(steps.act(entry, 'decide', { ...documentOf('决定书'), content: decisionContent }));
    await steps.must(steps.act(entry, 'approve', { date: today }, wageApprover));
    const service = { decisionServedOn: today, repairNoticeServedOn: today, parties: [{ partyId: served?.id, decisionServedOn: today }] };
    const active = await steps.must(steps.act(entry, 'serve', service));
    expect(active.parties.map((party) => party.served)).toEqual([true, true, false]);
    const told = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === entry.id),
    );
    expect(told.data.parties.map((party) => [party.partyId, party.served])).toEqual([
      [entry.parties[0]?.id, true],
      [served?.id, true],
      [other?.id, false],
    ]);
  });

  test('an identity that nobody is sure of waits; one that failed goes back to the draft for completion (T5)', async () => {
    const usccCode = nextUscc();
    await steps.submitted(draftOf('BL-WAGE', { subject: { kind: 'LEGAL', name: '已登记有限公司', usccCode, regionCode: '320706' } }));
    const body = draftOf('BL-WAGE', { subject: { kind: 'LEGAL', name: '全然不同集团', usccCode, regionCode: '320706' } });
    const entry = await steps.submitted(body);
    expect([entry.status, entry.reason]).toEqual(['CHECKING', 'IDENTITY_CONFLICT']);
    expect(entry.deadlines).toEqual([expect.objectContaining({ kind: 'IDENTITY_REVIEW', remainingWorkdays: 2 })]);
    const candidates = await lists.call<Page<{ id: string }>>(creditOffice, 'GET', `/api/v1/match-candidates?sourceId=${entry.id}`);
    const [candidate] = candidates.body.data;
    const dismissed = await lists.call(creditOffice, 'POST', `/api/v1/match-candidates/${candidate?.id}/dismiss`, {
      reason: '并非同一主体',
    });
    expect(dismissed.status).toBe(200);
    const back = await steps.get(entry);
    expect([back.status, back.reason]).toEqual(['DRAFT', 'IDENTITY_FAILED']);
    const put = (subject: Record<string, unknown>, version: number) =>
      lists.call<ListEntryView>(
        wageHandler,
        'PUT',
        `/api/v1/list-entries/${entry.id}`,
        { ...body, subject },
        { 'if-match': `"${version}"` },
      );
    const other = await put({ ...body.subject, usccCode: nextUscc() }, back.version);
    expect(other.status).toBe(200);
    expect(await refusal(steps.act(entry, 'submit', undefined))).toEqual([409, 'CONFLICT', ['/subject']]);
    await put({ ...body.subject, name: '已登记有限公司' }, other.body.version);
    expect((await steps.must(steps.act(entry, 'submit', undefined))).status).toBe('PRE_NOTICE');
  });

  test('what may be done now and why the rest may not stands on the entry', async () => {
    const entry = await steps.submitted(draftOf('BL-WAGE'));
    const allowed = (view: ListEntryView) => view.steps.filter((step) => step.allowed).map((step) => step.step);
    expect(allowed(entry)).toEqual(['withdraw', 'serve-notice', 'exit']);
    expect(entry.steps.find((step) => step.step === 'waive-defence')).toMatchObject({ allowed: false, reason: '尚未送达事前告知' });
    expect(entry.steps.find((step) => step.step === 'serve')?.reason).toContain('事前告知');
    expect(entry.steps.some((step) => step.step === 'open-public-notice')).toBe(false);
    const signed = await steps.signed(draftOf('BL-WAGE'));
    expect(allowed(signed)).toEqual(['withdraw', 'serve', 'exit']);
    expect(signed.steps.find((step) => step.step === 'approve')).toMatchObject({ by: 'APPROVER', reason: '决定已签发' });
  });

  test('another unit finds nothing, the credit office changes nothing, and the state speaks before the body', async () => {
    const entry = await steps.submitted(draftOf('BL-WAGE'));
    expect((await steps.act(entry, 'serve-notice', { nonsense: true }, taxOffice)).status).toBe(404);
    expect((await steps.act(entry, 'serve-notice', noticeOf(today), creditOffice)).status).toBe(403);
    const wrong = await steps.act<ProblemBody>(entry, 'serve', { decisionServedOn: today });
    expect([wrong.status, wrong.body.code]).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    expect(wrong.body.detail).toContain('最近一步：版本 3：T3');
  });
});
