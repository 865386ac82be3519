import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  listEntryConfirmed,
  listEntryExited,
  listEntryNarrowed,
  listEntryUnconfirmed,
  type ProblemBody,
  type RegisterResult,
  subjectChanged,
  subjectChangedV2,
  subjectRegistered,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import type { CandidateView } from '../src/match-candidate.view.ts';
import type { SubjectView } from '../src/subject.view.ts';
import { auditor, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, partyOf } from './designations.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);

describe('what the registers say (R-11-5, T22)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const company = (name: string, usccCode = nextUscc()) => ({ kind: 'LEGAL', name, usccCode, regionCode: '320706' });
  const rowOf = (name: string, usccCode: string, more: object = {}) => ({
    kind: 'LEGAL',
    usccCode,
    name,
    effectiveOn: '2020-01-01',
    source: '市场主体登记',
    ...more,
  });
  const tell = async (...changes: object[]): Promise<RegisterResult[]> => {
    const answer = await lists.call<{ results: RegisterResult[] }>(centre, 'POST', '/api/v1/subjects/register-changes', { changes });
    expect([answer.status, answer.body]).toEqual([200, { results: expect.anything() }]);
    return answer.body.results;
  };
  const tellOne = async (change: object): Promise<RegisterResult> => (await tell(change))[0] as RegisterResult;
  const subject = async (id: string | null, asOf?: string) =>
    (await lists.call<SubjectView>(auditor, 'GET', `/api/v1/subjects/${id}${asOf === undefined ? '' : `?asOf=${asOf}`}`)).body;
  const list = async (listCode: string, principal: typeof wageOffice, changes: object) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, { ...changes }));
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body;
  };
  const entry = async (id: string) => (await lists.call<ListEntryView>(auditor, 'GET', `/api/v1/list-entries/${id}`)).body;

  test('a register row registers a subject; sent again it changes nothing', async () => {
    const row = rowOf('海州港务有限公司', nextUscc(), {
      regionCode: '320706',
      address: '海州区幸福路1号',
      registrationNo: '320700000012345',
      legalRepresentative: { name: '王建国' },
      formerNames: [{ name: '新浦港务有限公司', from: '2005-01-01', to: '2014-05-31' }],
    });
    const first = await tellOne(row);
    expect(first).toMatchObject({ outcome: 'CREATED', version: 1 });
    expect(await tellOne(row)).toMatchObject({ outcome: 'UNCHANGED', subjectId: first.subjectId, version: 1 });
    const view = await subject(first.subjectId);
    expect(view).toMatchObject({
      name: '海州港务有限公司',
      provisional: false,
      status: 'NORMAL',
      codes: { registrationNo: '320700000012345' },
      legalRepresentative: { nameMasked: '王*国', since: '2020-01-01' },
      formerNames: [{ name: '新浦港务有限公司', from: '2005-01-01', to: '2014-05-31' }],
    });
    expect(JSON.stringify(await lists.city.query('SELECT * FROM list_matching.subject_fact'))).not.toContain('王建国');
    await eventually('it is told', () => lists.feeder.eventsOf(subjectRegistered).some((event) => event.key === first.subjectId));
  });

  test('a renamed company is the same subject; its entries go on; each name counts in its time', async () => {
    const usccCode = nextUscc();
    const { subjectId } = await tellOne(rowOf('旧名建设有限公司', usccCode));
    const before = await list('BL-WAGE', wageOffice, { subject: company('旧名建设有限公司', usccCode) });
    const renamed = await tellOne(rowOf('新名建设有限公司', usccCode, { effectiveOn: daysAgo(9) }));
    expect(renamed).toMatchObject({ outcome: 'RENAMED', subjectId });
    expect(await entry(before.id)).toMatchObject({ status: 'ACTIVE', subject: { id: subjectId, name: '新名建设有限公司' } });
    expect((await subject(subjectId, daysAgo(20))).name).toBe('旧名建设有限公司');
    expect((await subject(subjectId, daysAgo(1))).name).toBe('新名建设有限公司');
    // The decision of ten days ago names the company as it was called then: certain. One of a week ago that still does is not.
    const inTime = await list('FL-WAGE', wageOffice, { subject: company('旧名建设有限公司', usccCode) });
    expect([inTime.status, inTime.subject.id]).toEqual(['ACTIVE', subjectId]);
    const late = await list('BL-TAX', taxOffice, {
      subject: company('旧名建设有限公司', usccCode),
      decision: { name: '决定书', number: '迟〔2026〕1号', date: daysAgo(7) },
      service: { decisionServedOn: daysAgo(5), repairNoticeServedOn: daysAgo(5), method: 'DIRECT' },
    });
    expect([late.status, late.reason]).toEqual(['CHECKING', 'IDENTITY_CONFLICT']);
    const told = await eventually('the rename is told in both versions', () => {
      const v1 = lists.feeder.eventsOf(subjectChanged).find((event) => event.key === subjectId);
      const v2 = lists.feeder.eventsOf(subjectChangedV2).findLast((event) => event.key === subjectId);
      return v1 !== undefined && v2?.data.version === renamed.version && v2;
    });
    expect(told.data).toMatchObject({ organisation: { name: '新名建设有限公司' }, status: 'NORMAL' });
    expect(told.data.formerNames).toEqual([{ name: '旧名建设有限公司', from: '2020-01-01', to: daysAgo(10) }]);
  });

  test('a rename of former years that arrives today changes the history and not the present name', async () => {
    const usccCode = nextUscc();
    const { subjectId } = await tellOne(rowOf('现名有限公司', usccCode, { effectiveOn: '2024-06-01' }));
    const late = rowOf('中名有限公司', usccCode, { effectiveOn: '2022-03-01' });
    await tellOne(late);
    expect((await subject(subjectId)).name).toBe('现名有限公司');
    expect((await subject(subjectId, '2023-01-01')).name).toBe('中名有限公司');
    expect(await tellOne(late)).toMatchObject({ outcome: 'UNCHANGED' });
  });

  test('a new legal representative does not inherit the entry; the old one keeps it (R-2-15)', async () => {
    const usccCode = nextUscc();
    const [old, young] = [nextIdNumber(), nextIdNumber()];
    await tellOne(rowOf('换人有限公司', usccCode, { legalRepresentative: { name: '李示例', idType: 'ID_CARD', idNumber: old } }));
    const black = await list('BL-WAGE', wageOffice, {
      subject: company('换人有限公司', usccCode),
      parties: [partyOf('LEGAL_REPRESENTATIVE', { name: '李示例', idNumber: old })],
    });
    const changed = await tellOne(
      rowOf('换人有限公司', usccCode, {
        effectiveOn: daysAgo(1),
        legalRepresentative: { name: '赵新任', idType: 'ID_CARD', idNumber: young },
      }),
    );
    expect(changed.outcome).toBe('CHANGED');
    const after = await entry(black.id);
    expect([after.status, after.version, after.parties.map((party) => party.role)]).toEqual([
      'ACTIVE',
      black.version,
      ['SUBJECT', 'LEGAL_REPRESENTATIVE'],
    ]);
    expect(after.parties).toEqual(black.parties);
    expect((await subject(changed.subjectId)).legalRepresentative).toEqual({ nameMasked: '赵*任', since: daysAgo(1) });
  });

  test('a licence revoked (吊销) ends nothing; deregistration (注销) ends the entries of the company, once', async () => {
    const usccCode = nextUscc();
    await tellOne(rowOf('吊销有限公司', usccCode));
    const black = await list('BL-WAGE', wageOffice, { subject: company('吊销有限公司', usccCode) });
    const waiting = await list('BL-TAX', taxOffice, { subject: company('另一个名称有限公司', usccCode) });
    expect(waiting.status).toBe('CHECKING');
    expect(await tellOne(rowOf('吊销有限公司', usccCode, { status: 'REVOKED', effectiveOn: daysAgo(3) }))).toMatchObject({
      outcome: 'CHANGED',
      endedEntries: [],
    });
    expect((await entry(black.id)).status).toBe('ACTIVE');
    const gone = rowOf('吊销有限公司', usccCode, { status: 'DEREGISTERED', effectiveOn: daysAgo(2), documentNo: '注销登记〔2026〕8号' });
    expect((await tellOne(gone)).endedEntries.sort()).toEqual([black.number, waiting.number].sort());
    expect(await tellOne(gone)).toMatchObject({ outcome: 'UNCHANGED', endedEntries: [] });
    expect((await entry(black.id)).timeline.at(-1)).toMatchObject({ transition: 'T22', to: 'CLOSED_SUBJECT' });
    expect((await entry(waiting.id)).status).toBe('CLOSED_SUBJECT');
    const exited = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryExited).find((event) => event.data.entryId === black.id),
    );
    expect(exited.data).toMatchObject({ ground: 'SUBJECT_ENDED', documentNo: '注销登记〔2026〕8号', exitedOn: daysAgo(2) });
  });

  test('the company is gone, the persons named in the decision are still bound, until the term is over (T22)', async () => {
    const usccCode = nextUscc();
    await tellOne(rowOf('人去楼空有限公司', usccCode));
    const named = partyOf('PRINCIPAL');
    const black = await list('BL-WAGE', wageOffice, {
      subject: company('人去楼空有限公司', usccCode),
      parties: [named, partyOf('LEGAL_REPRESENTATIVE', { namedInDecision: false })],
    });
    await tellOne(rowOf('人去楼空有限公司', usccCode, { status: 'DEREGISTERED', effectiveOn: daysAgo(1) }));
    const closed = await entry(black.id);
    expect(closed.status).toBe('CLOSED_SUBJECT');
    const narrowed = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryNarrowed).find((event) => event.data.entryId === black.id),
    );
    const ended = closed.parties.filter((party) => party.role !== 'PRINCIPAL').map((party) => party.id);
    expect(narrowed.data.endedPartyIds.sort()).toEqual(ended.sort());
    expect(lists.feeder.eventsOf(listEntryExited).some((event) => event.data.entryId === black.id)).toBe(false);
    const timers = await lists.city.query(`SELECT 1 FROM list_matching.timer WHERE reference LIKE $1`, [`${black.id}%`]);
    expect(timers.length).toBeGreaterThan(0);
    const let_go = await lists.call<ListEntryView>(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/exit`, {
      ground: 'DUTIES_PERFORMED',
      documentNo: '解除〔2026〕1号',
      date: daysAgo(0),
    });
    expect([let_go.status, let_go.body.status, let_go.body.timeline.at(-1)?.transition]).toEqual([200, 'CLOSED_SUBJECT', 'T22a']);
    await eventually('the persons are free', () => lists.feeder.eventsOf(listEntryExited).some((event) => event.data.entryId === black.id));
    const again = await lists.call<ProblemBody>(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/exit`, {
      ground: 'DUTIES_PERFORMED',
      documentNo: '解除〔2026〕2号',
      date: daysAgo(0),
    });
    expect(again.body.code).toBe('TRANSITION_NOT_ALLOWED');
  });

  test('a person who has died is bound no longer', async () => {
    const idNumber = nextIdNumber();
    const person = { kind: 'PERSON', name: '钱某某', idType: 'ID_CARD', idNumber, regionCode: '320706' };
    const black = await list('BL-COURT', principalOf(['DEPT_HANDLER'], ['ZY']), { subject: person });
    const death = {
      ...rowOf('钱某某', ''),
      kind: 'PERSON',
      usccCode: undefined,
      idType: 'ID_CARD',
      idNumber,
      source: '民政',
      status: 'DEAD',
    };
    expect(await tellOne({ ...death, effectiveOn: daysAgo(1) })).toMatchObject({ outcome: 'ENDED', endedEntries: [black.number] });
    expect((await entry(black.id)).status).toBe('CLOSED_SUBJECT');
    expect(JSON.stringify(await lists.city.query('SELECT * FROM list_matching.subject_fact'))).not.toContain(idNumber);
  });

  test.each([
    ['/usccCode', 'USCC_INVALID', { usccCode: '91320799MA00000156' }],
    ['/usccCode', 'IDENTIFIER_REQUIRED', { usccCode: undefined }],
    ['/effectiveOn', 'DATE_IN_FUTURE', { effectiveOn: '2999-01-01' }],
    ['/regionCode', 'VALIDATION_FAILED', { regionCode: '999999' }],
    ['/status', 'VALIDATION_FAILED', { status: 'DEAD' }],
    ['/name', 'VALIDATION_FAILED', { name: '\u200b' }],
    ['/organisationCode', 'VALIDATION_FAILED', { organisationCode: 'MA000001-6' }],
    ['/formerNames/0', 'DATE_ORDER', { formerNames: [{ name: '旧', from: '2020-01-02', to: '2020-01-01' }] }],
    [
      '/legalRepresentative/idNumber',
      'ID_NUMBER_INVALID',
      { legalRepresentative: { name: '王某', idType: 'ID_CARD', idNumber: '32079918990101001X' } },
    ],
  ])('a bad row is refused at %s with %s, the others of its batch are kept', async (pointer, code, fault) => {
    const [bad, good] = await tell(rowOf('坏行有限公司', nextUscc(), fault), rowOf('好行有限公司', nextUscc()));
    expect([bad?.outcome, bad?.errors[0]?.pointer, bad?.errors[0]?.code, good?.outcome]).toEqual(['REFUSED', pointer, code, 'CREATED']);
  });

  test('only the credit office and its centre feed the register', async () => {
    for (const principal of [wageOffice, auditor, principalOf(['WINDOW_CLERK'], ['DATAJ'])])
      expect((await lists.call(principal, 'POST', '/api/v1/subjects/register-changes', rowOf('无权有限公司', nextUscc()))).status).toBe(
        403,
      );
  });

  test('two feeds register one code at once: one subject', async () => {
    const usccCode = nextUscc();
    const results = await Promise.all(Array.from({ length: 6 }, () => tellOne(rowOf('同时登记有限公司', usccCode))));
    expect(new Set(results.map((result) => result.subjectId)).size).toBe(1);
  });

  test('organisations are found by code and by registered name, persons by no name; reveal says why and is kept', async () => {
    const usccCode = nextUscc();
    const { subjectId } = await tellOne(rowOf('可查找有限公司', usccCode, { legalRepresentative: { name: '孙可查' } }));
    const find = async (query: string) =>
      (await lists.call<{ data: SubjectView[] }>(wageOffice, 'GET', `/api/v1/subjects?${query}`)).body.data?.map((found) => found.id);
    expect(await find(`usccCode=${usccCode.toLowerCase()}`)).toEqual([subjectId]);
    expect(await find(`name=${encodeURIComponent('可查找有限公司')}`)).toEqual([subjectId]);
    expect(await find(`name=${encodeURIComponent('钱某某')}`)).toEqual([]);
    expect((await lists.call(wageOffice, 'GET', '/api/v1/subjects')).status).toBe(400);
    const reveal = (principal: typeof wageOffice, body: object) =>
      lists.call<{ value: string }>(principal, 'POST', `/api/v1/subjects/${subjectId}/reveal`, body);
    expect((await reveal(wageOffice, { field: 'legalRepresentative', purpose: '核对' })).status).toBe(403);
    expect((await reveal(creditOffice, { field: 'legalRepresentative' })).status).toBe(400);
    expect((await reveal(creditOffice, { field: 'legalRepresentative', purpose: '核对营业执照' })).body.value).toBe('孙可查');
    const [log] = await lists.city.query('SELECT field, actor, purpose FROM list_matching.subject_reveal WHERE subject_id = $1', [
      subjectId,
    ]);
    expect(log).toEqual({ field: 'legalRepresentative', actor: creditOffice.id, purpose: '核对营业执照' });
  });

  test('two registrations of one subject are joined by a person; entries keep their key, the cross-check sees both', async () => {
    const [codeA, codeB] = [nextUscc(), nextUscc()];
    const a = await tellOne(rowOf('重复登记有限公司', codeA));
    const b = await tellOne(rowOf('重复登记（新）有限公司', codeB));
    const red = await list('RL-TAXA', taxOffice, { subject: company('重复登记有限公司', codeA) });
    const link = (principal: typeof wageOffice, body: object) =>
      lists.call<ProblemBody>(principal, 'POST', `/api/v1/subjects/${a.subjectId}/links`, body);
    const same = {
      toSubjectId: b.subjectId,
      kind: 'SAME',
      effectiveOn: daysAgo(1),
      documentNo: '归并〔2026〕1号',
      reason: '同一企业两次赋码',
    };
    expect((await link(centre, same)).status).toBe(403);
    expect((await link(creditOffice, same)).status).toBe(204);
    expect((await link(creditOffice, same)).status).toBe(204);
    const black = await list('BL-WAGE', wageOffice, { subject: company('重复登记有限公司', codeA) });
    expect(black.subject.id).toBe(b.subjectId);
    expect((await entry(red.id)).status).toBe('EXCLUDED');
    expect((await subject(a.subjectId)).mergedInto).toBe(b.subjectId);
  });

  test('a file of the register goes the way of the API: previewed, imported, a second time without effect', async () => {
    const [codeA, codeB] = [nextUscc(), nextUscc()];
    await tellOne(rowOf('文件甲有限公司', codeA));
    const black = await list('BL-WAGE', wageOffice, { subject: company('文件甲有限公司', codeA) });
    const text = [
      '主体类别,统一社会信用代码,名称,变更日期,登记来源,登记状态,曾用名1,曾用名1停用日期',
      `法人,${codeA},文件甲有限公司,${daysAgo(1)},市场主体登记,注销,,`,
      `法人,${codeB},文件乙有限公司,2020-01-01,市场主体登记,正常,文件乙旧名有限公司,2019-12-31`,
      '法人,91320799MA00000156,坏行有限公司,2020-01-01,市场主体登记,正常,,',
    ].join('\n');
    const run = async (query: string) => {
      const accepted = await lists.call<JobView>(centre, 'POST', `/api/v1/imports?kind=register${query}`, text, {
        'content-type': 'text/csv',
      });
      expect([accepted.status, accepted.body]).toEqual([202, expect.anything()]);
      return eventually('the job has come to rest', async () => {
        const { body } = await lists.call<JobView>(centre, 'GET', `/api/v1/jobs/${accepted.body.id}`);
        return (body.finishedAt !== null || body.status === 'previewed') && body;
      });
    };
    expect((await run('&preview=true')).progress).toMatchObject({ done: 3, failed: 1 });
    expect((await entry(black.id)).status).toBe('ACTIVE');
    expect((await run('')).progress).toMatchObject({ done: 3, succeeded: 2, failed: 1 });
    expect((await entry(black.id)).status).toBe('CLOSED_SUBJECT');
    const found = await lists.call<{ data: SubjectView[] }>(auditor, 'GET', `/api/v1/subjects?usccCode=${codeB}`);
    expect(found.body.data[0]).toMatchObject({ formerNames: [{ name: '文件乙旧名有限公司', from: null, to: '2019-12-31' }], version: 1 });
    await run('');
    expect((await lists.call<{ data: SubjectView[] }>(auditor, 'GET', `/api/v1/subjects?usccCode=${codeB}`)).body.data[0]?.version).toBe(1);
    expect((await lists.call(wageOffice, 'POST', '/api/v1/imports?kind=register', text, { 'content-type': 'text/csv' })).status).toBe(403);
  });

  describe('a number that a decision brought here stands in the register under another name (R-11-1a)', () => {
    const conflict = async (person: string) => {
      const usccCode = nextUscc();
      const black = await list('BL-WAGE', wageOffice, { subject: company(`${person}决定名称有限公司`, usccCode) });
      expect(black.status).toBe('ACTIVE');
      const row = rowOf(`${person}登记名称有限公司`, usccCode);
      expect(await tellOne(row)).toMatchObject({ outcome: 'CONFLICT', subjectId: black.subject.id });
      expect(await tellOne(row)).toMatchObject({ outcome: 'CONFLICT' });
      const queue = await lists.call<{ data: CandidateView[] }>(
        creditOffice,
        'GET',
        `/api/v1/match-candidates?sourceKind=REGISTER&sourceId=${black.subject.id}`,
      );
      expect(queue.body.data).toHaveLength(1);
      const [candidate] = queue.body.data;
      return { black, row, usccCode, id: candidate?.id ?? '', candidate };
    };
    const decide = (id: string, verdict: string) =>
      lists.call<CandidateView>(creditOffice, 'POST', `/api/v1/match-candidates/${id}/${verdict}`, { reason: '已核对' });

    test('it waits for a person, who sees both records', async () => {
      const { candidate, black } = await conflict('甲');
      expect(candidate).toMatchObject({
        grade: 'CONFLICT',
        status: 'OPEN',
        severity: 3,
        registerName: '甲决定名称有限公司',
        decisionName: '甲登记名称有限公司',
      });
      expect(candidate?.fields.find((field) => field.field === 'name')).toMatchObject({ same: false });
      expect((await subject(black.subject.id)).name).toBe('甲决定名称有限公司');
      // Nothing of the entry is executed meanwhile, whatever else happens to it; one that comes now is held as well.
      const held = (id: string) => lists.feeder.eventsOf(listEntryUnconfirmed).filter((event) => event.data.entryId === id).length;
      await eventually('its tasks are held', () => held(black.id) === 1);
      const another = await list('FL-WAGE', wageOffice, { subject: company('甲决定名称有限公司', candidate?.usccCode ?? '') });
      await eventually('so are those of another entry', () => held(another.id) === 1);
      const order = { documentNo: '（2026）苏07行初1号', date: daysAgo(0) };
      const act = (what: string, body: object) =>
        lists.call<ListEntryView>(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/${what}`, body);
      expect((await act('suspend', { ...order, ground: 'STOP_EXECUTION' })).body.status).toBe('SUSPENDED');
      expect((await act('resume', order)).body.status).toBe('ACTIVE');
      await eventually('a resumption does not free it', () => held(black.id) === 2);
    });

    test('the same: the register name is taken, the entry goes on', async () => {
      const { id, black } = await conflict('乙');
      expect((await decide(id, 'confirm')).body).toMatchObject({
        status: 'CONFIRMED',
        confirmations: [{ verdict: 'SAME', decidedBy: creditOffice.id }],
      });
      expect(await subject(black.subject.id)).toMatchObject({ name: '乙登记名称有限公司', provisional: false });
      expect((await entry(black.id)).timeline.slice(-2).map((fact) => fact.transition)).toEqual(['T14a', 'T15a']);
      await eventually('its tasks run on', () =>
        lists.feeder.eventsOf(listEntryConfirmed).some((event) => event.data.entryId === black.id),
      );
    });

    test('somebody else: the entry was wrong from the start and is corrected', async () => {
      const { id, black } = await conflict('丙');
      expect((await decide(id, 'dismiss')).body.status).toBe('DISMISSED');
      expect((await entry(black.id)).status).toBe('CORRECTED');
      expect(await subject(black.subject.id)).toMatchObject({ name: '丙登记名称有限公司', provisional: false });
      const exited = await eventually('it is told', () =>
        lists.feeder.eventsOf(listEntryExited).find((event) => event.data.entryId === black.id),
      );
      expect(exited.data).toMatchObject({ status: 'CORRECTED', ground: 'DESIGNATION_WRONG' });
    });
  });
});
