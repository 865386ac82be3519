import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CatalogueMeasure, catalogueKey, cataloguePublished, type ListEntryView, type ProblemBody } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { NoticeView } from '../src/decision-notice.view.ts';
import { auditor, court, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { catalogueRows, daysAgo, designationOf, nextIdNumber, nextUscc, partyOf, today } from './designations.ts';
import { decisionContent, documentOf, draftOf, Steps, wageApprover, wageHandler } from './steps.ts';

const basis = {
  document: '保障农民工工资支付条例',
  article: '第48条',
  basisKind: 'ADMIN_REG',
  coversLists: ['BL-WAGE'],
  verified: true,
  effectiveFrom: '2020-05-01',
};
const memorandum = { ...basis, document: '备忘录', article: '第3条', basisKind: 'MEMO_ONLY' };
const measureOf = (code: string, changes: Partial<CatalogueMeasure> = {}): CatalogueMeasure => ({
  code,
  listCodes: ['BL-WAGE', 'BL-TAX'],
  memoCode: null,
  direction: 'PUNISH',
  nameZh: `限制${code}`,
  nameEn: code,
  kind: 'ADM',
  class: 'C01',
  group: '1',
  force: 'MANDATORY',
  trigger: 'ON_EVENT',
  subjectKinds: ['LEGAL', 'UNINC', 'IB'],
  partyRoles: ['SUBJECT'],
  canonicalCode: code,
  minGrade: null,
  holdExempt: false,
  termRule: 'ENTRY_TERM',
  effectiveFrom: '2020-05-01',
  effectiveTo: null,
  condition: null,
  executors: [{ departmentCode: 'CZJ', role: 'LEAD', regionRule: 'CITY_ALWAYS' }],
  bases: [basis],
  ...changes,
});

/** A second version of the catalogue, with measures. */
async function publishMeasures(lists: ListCity): Promise<void> {
  const measures = [
    measureOf('WAGE-02', { nameZh: '限制参加政府采购' }),
    measureOf('WAGE-08', { nameZh: '限制乘坐高级交通工具', partyRoles: ['SUBJECT', 'LEGAL_REPRESENTATIVE'], subjectKinds: ['PERSON'] }),
    measureOf('WAGE-04', { nameZh: '从严审慎授信', group: '3', class: 'C13', force: 'REFERENCE', bases: [memorandum] }),
    measureOf('MEMO-01', { nameZh: '仅备忘录措施', bases: [memorandum] }),
    measureOf('UNREAD-01', { nameZh: '未核对措施', bases: [{ ...basis, verified: false }] }),
    measureOf('NEXT-01', { nameZh: '以后才有的措施', effectiveFrom: '2999-01-01' }),
    measureOf('PROOF-01', { nameZh: '须证明条件的措施', condition: 'CRIME_SENTENCED' }),
  ];
  const rows = catalogueRows(2).map(({ row }) => row);
  const all = [...rows, ...measures.map((measure) => ({ kind: 'MEASURE' as const, measure }))];
  await lists.feeder.sendRecords(
    all.map(
      (row, index) =>
        lists.feeder.make(cataloguePublished, catalogueKey, { version: 2, rowNumber: index + 1, rowCount: all.length, row }).record,
    ),
  );
  await eventually('the measures are here', async () => {
    const [row] = await lists.city.query<{ count: string }>('SELECT count(*) FROM list_matching.catalogue_measure');
    return Number(row?.count) === measures.length;
  });
}

describe('两书同达: decision and repair notice are made with the decision (R-2-7, R-5-9)', () => {
  let lists: ListCity;
  let steps: Steps;
  beforeAll(async () => {
    lists = await ListCity.create();
    steps = new Steps(lists);
    await publishMeasures(lists);
  });
  afterAll(() => lists?.close());

  const noticeOf = <Body = NoticeView>(entry: { id: string }, principal = wageHandler) =>
    lists.call<Body>(principal, 'GET', `/api/v1/list-entries/${entry.id}/notice`);
  const listed = async (listCode: string, changes: Record<string, unknown> = {}, principal = wageOffice) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect([answer.status, answer.body.status]).toEqual([201, 'ACTIVE']);
    return answer.body;
  };
  const fileOf = (entry: { id: string }, principal = wageHandler, query = '') =>
    lists.city.download(lists.running, principal, `/api/v1/list-entries/${entry.id}/notice.pdf${query}`);

  test('with the signature, before anything is served, in the words of the unit, with the measures that the law allows and the clause of each', async () => {
    const entry = await steps.signed(draftOf('BL-WAGE', { parties: [partyOfDraft()] }));
    const { body } = await noticeOf(entry);
    expect([body.source, body.service, body.decision.facts, body.decision.remedies]).toEqual([
      'SIGNED',
      null,
      decisionContent.facts,
      decisionContent.remedies,
    ]);
    expect([body.decision.warning, body.decision.removal, body.decision.basis[0]]).toEqual([
      decisionContent.measures,
      decisionContent.removal,
      decisionContent.basis,
    ]);
    expect(body.decision.measures).toEqual([
      { code: 'WAGE-02', nameZh: '限制参加政府采购', bases: ['保障农民工工资支付条例第48条'], roles: ['SUBJECT'], reference: false },
      // Handed to banks for their own judgement; a memorandum is never cited as law.
      { code: 'WAGE-04', nameZh: '从严审慎授信', bases: [], roles: ['SUBJECT'], reference: true },
      {
        code: 'WAGE-08',
        nameZh: '限制乘坐高级交通工具',
        bases: ['保障农民工工资支付条例第48条'],
        roles: ['LEGAL_REPRESENTATIVE'],
        reference: false,
      },
    ]);
    expect(body.repairNotice).toMatchObject({ kind: 'REPAIR', minMonths: 6, countsFrom: 'PUBLICITY_DATE', earliestOn: null });
    expect(body.repairNotice?.sections.map(({ title }) => title)).toEqual([
      '何时、在什么情形下可以移出',
      '条件和材料',
      '申请方式',
      '办理时限和结果',
      '费用和异议',
      '依据',
    ]);
  });

  test('what is not decided yet, or was decided above, has none; neither has an honour a repair notice', async () => {
    const noticed = await steps.noticed(draftOf('BL-WAGE'));
    const early = await noticeOf<ProblemBody>(noticed);
    expect([early.status, early.body.code]).toEqual([409, 'NOTICE_NOT_AVAILABLE']);
    const above = designationOf('BL-WAGE', { origin: 'NATIONAL', batchNo: 'N-1' });
    const national = await lists.call<ListEntryView>(creditOffice, 'POST', '/api/v1/list-entries', above);
    expect(national.status).toBe(201);
    expect((await noticeOf<ProblemBody>(national.body, creditOffice)).body.code).toBe('NOTICE_NOT_AVAILABLE');
    const honour = await listed('RL-TAXA', {}, taxOffice);
    const { body } = await noticeOf(honour, taxOffice);
    expect([body.repairNotice, body.decision.remedies]).toEqual([null, null]);
    const focus = await listed('FL-WAGE');
    const ofFocus = (await noticeOf(focus)).body;
    expect([ofFocus.repairNotice, ofFocus.decision.measures, ofFocus.decision.warning]).toEqual([
      null,
      [],
      '列入重点关注名单的，只加强监督检查，不实施联合惩戒，不公示。',
    ]);
  });

  test('of a decision that was made elsewhere it is drawn from what was recorded, and says so; the court’s list has its own way out', async () => {
    const entry = await listed('BL-WAGE');
    const { body } = await noticeOf(entry);
    expect([body.source, body.decision.basis, body.service?.method]).toEqual([
      'RECORDED',
      ['示例依据第1条', '保障农民工工资支付条例第48条;人社部令第45号'],
      'DIRECT',
    ]);
    expect(body.decision.remedies).toContain('行政复议法第二十条');
    expect(body.repairNotice?.earliestOn).not.toBeNull();
    const debtor = await listed('BL-COURT', { listingGround: 'COURT_HIDES_ASSETS' }, court);
    const ofCourt = (await noticeOf(debtor, court)).body;
    expect([ofCourt.repairNotice?.kind, ofCourt.repairNotice?.minMonths]).toEqual(['COURT_REMOVAL', null]);
    expect(ofCourt.decision.remedies).toContain('上一级人民法院');
    expect(JSON.stringify(ofCourt)).not.toContain('行政复议法');
  });

  test('what was served does not change: neither with the register, nor with the catalogue, nor by who runs the database', async () => {
    const entry = await steps.signed(draftOf('BL-WAGE'));
    const before = (await noticeOf(entry)).body;
    const served = await steps.must(steps.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today, proofNo: 'S-1' }));
    expect(served.timeline.find((fact) => fact.transition === 'T12')?.detail['noticeSha256']).toBe(before.sha256);
    await lists.city.query(
      `SET search_path TO list_matching; UPDATE subject SET name = '更名后有限公司' WHERE id = '${served.subject.id}'`,
    );
    await lists.city.query(`UPDATE list_matching.list_entry SET facts = '改过的事实' WHERE id = $1`, [entry.id]);
    const after = (await noticeOf(entry)).body;
    expect([after.sha256, after.persons, after.decision, after.madeAt]).toEqual([
      before.sha256,
      before.persons,
      before.decision,
      before.madeAt,
    ]);
    expect(after.service).toEqual({ decisionServedOn: today, repairNoticeServedOn: today, method: 'DIRECT' });
    for (const role of ['list_matching_app', 'list_matching_consumer'])
      for (const statement of [
        'UPDATE list_matching.decision_notice SET sha256 = $$x$$',
        'DELETE FROM list_matching.decision_notice',
        'DELETE FROM list_matching.notice_text',
      ])
        await expect(lists.city.query(`SET ROLE ${role}; ${statement}; RESET ROLE`)).rejects.toThrow('permission denied');
    await lists.city.query(
      `UPDATE list_matching.decision_notice SET content = jsonb_set(content, '{decision,facts}', '"被改"') WHERE entry_id = $1`,
      [entry.id],
    );
    expect((await noticeOf<ProblemBody>(entry)).status).toBe(500);
    // Words of its own list and day, so that no other notice of this city rests on them.
    const shared = await listed('BL-WAGE', { decision: { name: '列入决定书', number: '独〔2026〕1号', date: daysAgo(9) } });
    expect((await noticeOf(shared)).status).toBe(200);
    await lists.city.query(
      `UPDATE list_matching.notice_text SET texts = jsonb_set(texts, '{removal}', '"永不移出"')
       WHERE hash = (SELECT content ->> 'textsHash' FROM list_matching.decision_notice WHERE entry_id = $1)`,
      [shared.id],
    );
    expect((await noticeOf<ProblemBody>(shared)).status).toBe(500);
    await lists.city.query('DELETE FROM list_matching.decision_notice WHERE entry_id = $1', [shared.id]);
    await lists.city.query(`DELETE FROM list_matching.notice_text WHERE texts ->> 'removal' = '永不移出'`);
  });

  test('an honour that is given back has no decision of its own (T20a)', async () => {
    const subject = { kind: 'LEGAL', name: '还荣有限公司', usccCode: nextUscc(), regionCode: '320706' };
    const honour = await listed('RL-TAXA', { subject }, taxOffice);
    const black = await listed('BL-WAGE', { subject });
    const wrong = { ground: 'DESIGNATION_WRONG', documentNo: '更〔2026〕1号', date: today };
    expect((await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/exit`, wrong)).status).toBe(200);
    const path = `/api/v1/list-entries?subjectId=${honour.subject.id}&status=ACTIVE`;
    const [restored] = (await lists.call<{ data: { id: string }[] }>(taxOffice, 'GET', path)).body.data;
    expect((await noticeOf<ProblemBody>(restored as { id: string }, taxOffice)).body.code).toBe('NOTICE_NOT_AVAILABLE');
    expect((await noticeOf(honour, taxOffice)).status).toBe(200);
  });

  test('the PDF is the same file each time; a person stands masked until who serves it says what for, and that is kept', async () => {
    const idNumber = nextIdNumber();
    const person = { kind: 'PERSON', name: '王示例', idType: 'ID_CARD', idNumber, regionCode: '320706' };
    const entry = await listed('BL-TAX', { subject: person }, taxOffice);
    const text = JSON.stringify((await noticeOf(entry, taxOffice)).body);
    expect([text.includes(idNumber), text.includes('王示例'), text.includes('王*例')]).toEqual([false, false, true]);
    const [masked, again] = [await fileOf(entry, taxOffice), await fileOf(entry, taxOffice)];
    expect([masked.status, masked.headers.get('content-type'), masked.bytes.subarray(0, 5).toString()]).toEqual([
      200,
      'application/pdf',
      '%PDF-',
    ]);
    expect(again.bytes.equals(masked.bytes)).toBe(true);
    const sha256 = createHash('sha256').update(masked.bytes).digest('base64');
    expect(masked.headers.get('repr-digest')).toBe(`sha-256=:${sha256}:`);
    const full = await fileOf(entry, taxOffice, `?purpose=${encodeURIComponent('送达当事人')}`);
    expect([full.status, full.bytes.equals(masked.bytes)]).toEqual([200, false]);
    const { renditions } = (await noticeOf(entry, creditOffice)).body;
    expect(renditions.map(({ form, purpose, actor }) => [form, purpose, actor])).toEqual([
      ['FULL', '送达当事人', taxOffice.id],
      ['MASKED', null, taxOffice.id],
      ['MASKED', null, taxOffice.id],
    ]);
    const [stored] = await lists.city.query<{ content: object }>('SELECT content FROM list_matching.decision_notice WHERE entry_id = $1', [
      entry.id,
    ]);
    expect(JSON.stringify(stored)).not.toContain(idNumber);
  });

  test.each([
    ['another department', principalOf(['DEPT_HANDLER'], ['SHUIJ']), '', 404, 'NOT_FOUND'],
    ['a window clerk of the same department', principalOf(['WINDOW_CLERK'], ['RSJ']), '', 403, 'FORBIDDEN'],
    ['supervision', principalOf(['SUPERVISOR']), '', 403, 'FORBIDDEN'],
    ['who replays', principalOf(['REPLAY_ADMIN']), '', 403, 'FORBIDDEN'],
    ['the audit that asks for readable persons', auditor, '?purpose=%E6%A0%B8%E6%9F%A5', 403, 'FORBIDDEN'],
    ['a purpose that holds a person’s number', wageHandler, `?purpose=${nextIdNumber()}`, 400, 'VALIDATION_FAILED'],
    ['an empty purpose', wageHandler, '?purpose=', 400, 'VALIDATION_FAILED'],
  ])('to %s it is refused', async (_who, principal, query, status, code) => {
    const entry = await listed('BL-WAGE', { parties: [partyOf()] });
    const answer = await fileOf(entry, principal, query);
    expect([answer.status, (JSON.parse(answer.bytes.toString()) as ProblemBody).code]).toEqual([status, code]);
  });

  test('a returned and newly drawn decision is made once, as it was signed; the audit may read it', async () => {
    const entry = await steps.noticed(draftOf('BL-WAGE'));
    await steps.must(steps.act(entry, 'decide', { ...documentOf('列入决定书'), content: { ...decisionContent, facts: '第一稿' } }));
    await steps.must(steps.act(entry, 'return', { reason: '事实不清' }, wageApprover));
    await steps.must(steps.act(entry, 'decide', { ...documentOf('列入决定书'), content: { ...decisionContent, facts: '第二稿' } }));
    await steps.must(steps.act(entry, 'approve', { date: today }, wageApprover));
    await steps.must(steps.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today }));
    expect((await noticeOf(entry, auditor)).body.decision.facts).toBe('第二稿');
    expect((await lists.city.query('SELECT 1 FROM list_matching.decision_notice WHERE entry_id = $1', [entry.id])).length).toBe(1);
  });

  function partyOfDraft() {
    const { role, name, idType, idNumber } = partyOf();
    return { role, name, idType, idNumber, toBeNamed: true };
  }
});
