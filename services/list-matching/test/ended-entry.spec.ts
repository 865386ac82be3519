import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  type Page,
  type Principal,
  type ProblemBody,
  type PublicRecordView,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { auditor, creditOffice, ListCity, market, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, today } from './designations.ts';
import { documentOf } from './steps.ts';

const clerk = principalOf(['WINDOW_CLERK'], ['RSJ']);
const liaison = principalOf(['DEPT_LIAISON'], ['RSJ']);
const supervisor = principalOf(['SUPERVISOR']);
const replay = principalOf(['REPLAY_ADMIN']);
const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);

describe('ended punishments are nowhere but with their unit, the credit office and the audit (R-7-1a)', () => {
  let lists: ListCity;
  let ended: ListEntryView;
  let running: ListEntryView;
  beforeAll(async () => {
    lists = await ListCity.create();
    running = await listed('BL-WAGE');
    ended = await exited(await listed('BL-WAGE'), 'DUTIES_PERFORMED');
  });
  afterAll(() => lists?.close());

  async function listed(listCode: string, changes: Record<string, unknown> = {}, principal = wageOffice): Promise<ListEntryView> {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect(answer.status).toBe(201);
    return answer.body;
  }
  async function exited(entry: ListEntryView, ground: string, principal = wageOffice): Promise<ListEntryView> {
    const body = { ground, documentNo: '示例〔2026〕9号', date: today };
    const answer = await lists.call<ListEntryView>(principal, 'POST', `/api/v1/list-entries/${entry.id}/exit`, body);
    expect(answer.status).toBe(200);
    return answer.body;
  }
  const get = <Body = ListEntryView>(principal: Principal, id: string) => lists.call<Body>(principal, 'GET', `/api/v1/list-entries/${id}`);
  const idsOf = async (principal: Principal, query = '') =>
    (await lists.call<Page<{ id: string }>>(principal, 'GET', `/api/v1/list-entries?limit=200${query}`)).body.data.map(({ id }) => id);
  const exportOf = async (principal: Principal) =>
    (await lists.city.download(lists.running, principal, '/api/v1/list-entries/export?format=csv')).bytes.toString();

  test.each([
    ['a window clerk of the unit', clerk],
    ['supervision', supervisor],
    ['who replays cases', replay],
    ['the credit centre, of an entry of this city', centre],
  ])('%s sees the one in force, not the one that ended: in the list, by its id, by its status, in the export', async (_who, principal) => {
    expect((await get(principal, running.id)).status).toBe(200);
    const refused = await get<ProblemBody>(principal, ended.id);
    expect([refused.status, refused.body.code]).toEqual([404, 'NOT_FOUND']);
    const ids = await idsOf(principal);
    expect([ids.includes(running.id), ids.includes(ended.id)]).toEqual([true, false]);
    expect(await idsOf(principal, '&status=EXPIRED,REPAIRED,CORRECTED')).toEqual([]);
    expect(await idsOf(principal, `&subjectId=${ended.subject.id}`)).toEqual([]);
    const file = await exportOf(principal);
    expect([file.includes(running.number), file.includes(ended.number)]).toEqual([true, false]);
  });

  test.each([
    ['the unit', wageOffice],
    ['the liaison of the unit', liaison],
    ['the credit office', creditOffice],
    ['the audit', auditor],
  ])('%s sees both', async (_who, principal) => {
    expect([(await get(principal, running.id)).status, (await get(principal, ended.id)).status]).toEqual([200, 200]);
    expect(await idsOf(principal, '&status=EXPIRED')).toContain(ended.id);
    expect(await exportOf(principal)).toContain(ended.number);
  });

  test('to others an ended one does not exist, whatever they ask of it', async () => {
    for (const [action, body] of [
      ['exit', { ground: 'DUTIES_PERFORMED', documentNo: '1', date: today }],
      ['suspend', {}],
    ] as const)
      expect((await lists.call(clerk, 'POST', `/api/v1/list-entries/${ended.id}/${action}`, body)).status).toBe(404);
  });

  test('the centre sees the end of what it keeps for the platforms above, nobody else does', async () => {
    const above = await listed('BL-WAGE', { origin: 'NATIONAL', batchNo: 'N-1' }, creditOffice);
    await exited(above, 'DUTIES_PERFORMED', creditOffice);
    expect([(await get(centre, above.id)).status, (await get(supervisor, above.id)).status]).toEqual([200, 404]);
  });

  test('an honour’s unit learns that a black entry stood against it, not which one after that has ended', async () => {
    const subject = { kind: 'LEGAL', name: '先红后黑有限公司', usccCode: nextUscc(), regionCode: '320706' };
    const honour = await listed('RL-TAXA', { subject }, taxOffice);
    const black = await listed('BL-WAGE', { subject });
    const turnedDown = await listed('RL-TAXA', { subject }, taxOffice);
    expect([(await get(taxOffice, honour.id)).body.status, turnedDown.status]).toEqual(['EXCLUDED', 'NOT_DESIGNATED']);
    const tells = async (principal: Principal) => {
      const views = [(await get(principal, honour.id)).body, (await get(principal, turnedDown.id)).body];
      const { body } = await lists.call(principal, 'GET', `/api/v1/list-entries?subjectId=${honour.subject.id}`);
      return [JSON.stringify(views).includes(black.number), JSON.stringify(body).includes(`CROSS_CHECK_HIT: BL-WAGE ${black.number}`)];
    };
    expect(await tells(taxOffice)).toEqual([true, true]);
    await exited(black, 'DUTIES_PERFORMED');
    expect(await tells(taxOffice)).toEqual([false, false]);
    expect((await get(taxOffice, turnedDown.id)).body.reason).toBe('CROSS_CHECK_HIT');
    expect((await get(taxOffice, honour.id)).body.timeline.map(({ transition }) => transition)).toContain('T20');
    expect(await tells(auditor)).toEqual([true, true]);
  });

  describe('penalties, licences and abnormal operation (R-7-0)', () => {
    const authority = { name: '示例市场监管局', usccCode: '11320799MB000006XY' };
    let serial = 0;
    const recorded = async (usccCode: string, changes: Record<string, unknown> = {}) => {
      serial++;
      const answer = await lists.call<PublicRecordView>(market, 'POST', '/api/v1/public-records', {
        kind: 'PENALTY',
        subject: { kind: 'LEGAL', name: '公开记录有限公司', usccCode },
        representative: { name: '王某', idType: 'ID_CARD', idNumber: nextIdNumber() },
        document: { number: `示罚〔2026〕${serial}号` },
        decidedOn: daysAgo(1),
        authority,
        source: authority,
        publicUntil: '2027-11-01',
        penalty: { violation: '虚假宣传', facts: '合成数据', basis: '示例法', categories: ['FINE'], detail: '罚款', fineWan: '1.5' },
        ...changes,
      });
      expect(answer.status).toBe(201);
      return answer.body;
    };
    interface Answer {
      readonly subject: unknown;
      readonly records: readonly {
        readonly kind: string;
        readonly lines: readonly { readonly label: string; readonly value: string }[];
        readonly mark: string | null;
        readonly review: string | null;
      }[];
      readonly message: string;
    }
    const ask = async (usccCode: string) => (await lists.call<Answer>(undefined, 'GET', `/api/v1/public/subjects/${usccCode}`)).body;
    const stop = (record: PublicRecordView) =>
      lists.call(market, 'POST', `/api/v1/public-records/${record.id}/stop`, { ground: 'REPAIRED', documentNo: '1号', date: today });

    test('stand in the public answer while they are public, without a representative; the lightest never', async () => {
      const usccCode = nextUscc();
      const penalty = await recorded(usccCode);
      await recorded(usccCode, { grade: 'MINOR' });
      await recorded(usccCode, { kind: 'ABNORMAL', penalty: undefined, abnormal: { reason: '无法联系' }, publicUntil: undefined });
      const answer = await ask(usccCode);
      expect([answer.subject, answer.message, answer.records.map(({ kind }) => kind).sort()]).toEqual([
        { name: '公开记录有限公司', usccCode },
        '',
        ['ABNORMAL', 'PENALTY'],
      ]);
      expect(JSON.stringify(answer)).not.toContain('王');
      const byName = await lists.call<Answer>(
        undefined,
        'GET',
        `/api/v1/public/list-entries?name=${encodeURIComponent('公开记录有限公司')}`,
      );
      expect(byName.body.records.map(({ lines }) => lines)).toEqual(expect.arrayContaining(answer.records.map(({ lines }) => lines)));
      expect((await stop(penalty)).status).toBe(200);
      expect((await ask(usccCode)).records.map(({ kind }) => kind)).toEqual(['ABNORMAL']);
    });

    test('that its source calls disputed is marked; one of a person, or of nobody certain, is not public', async () => {
      const usccCode = nextUscc();
      await recorded(usccCode, { state: 'DISPUTED' });
      expect((await ask(usccCode)).records.map(({ mark }) => mark)).toEqual(['异议处理中']);
      const idNumber = nextIdNumber();
      await recorded('', { subject: { kind: 'PERSON', name: '周示例', idType: 'ID_CARD', idNumber }, representative: undefined });
      const asked = { name: '周示例', idType: 'ID_CARD', idNumber };
      const answer = await lists.call<Answer>(undefined, 'POST', '/api/v1/public/list-entries/search', asked);
      expect([answer.body.records, answer.body.message]).toEqual([[], '未查询到公示信息']);
    });

    describe('a reconsideration or lawsuit about one (R-6-6)', () => {
      const notice = { name: '受理通知书', number: '连政复〔2026〕9号', date: daysAgo(1) };
      const begin = { kind: 'RECONSIDERATION', body: '连云港市人民政府', document: notice };
      const end = { outcome: 'UPHELD', document: { ...notice, name: '复议决定书', number: '连政复决〔2026〕9号', date: today } };
      const act = (record: PublicRecordView, step: string, body: object, principal = market, headers = {}) =>
        lists.call<PublicRecordView & { readonly code?: string }>(
          principal,
          'POST',
          `/api/v1/public-records/${record.id}/${step}`,
          body,
          headers,
        );
      const shown = async (usccCode: string) => (await ask(usccCode)).records.map(({ mark, review }) => [mark, review]);

      test('stands beside it in every answer and file, stops nothing, and is told once; who may not say so is refused', async () => {
        const usccCode = nextUscc();
        const record = await recorded(usccCode, { decidedOn: daysAgo(3) });
        expect((await act(record, 'end-review', end)).body.code).toBe('STEP_NOT_READY');
        expect((await act(record, 'begin-review', begin, creditOffice)).status).toBe(403);
        expect((await act(record, 'begin-review', begin, taxOffice)).status).toBe(404);
        expect((await act(record, 'begin-review', { ...begin, kind: 'ARBITRATION' })).status).toBe(400);
        const faultOn = async (date: string) => (await act(record, 'begin-review', { ...begin, document: { ...notice, date } })).body.code;
        expect([await faultOn('2099-01-01'), await faultOn(daysAgo(9))]).toEqual(['DATE_IN_FUTURE', 'DATE_ORDER']);
        expect((await act(record, 'begin-review', begin, market, { 'if-match': '"1"' })).body.code).toBe('STALE');
        expect(await shown(usccCode)).toEqual([[null, null]]);
        const key = { 'idempotency-key': 'review-begins-once-0001' };
        const marked = await act(record, 'begin-review', begin, market, key);
        const again = await act(record, 'begin-review', begin, market, key);
        const inReview = { kind: 'RECONSIDERATION', body: '连云港市人民政府', caseNo: notice.number, since: notice.date };
        expect([marked.body.status, marked.body.inReview, again.body.version]).toEqual(['PUBLISHED', inReview, marked.body.version]);
        expect((await act(record, 'begin-review', { ...begin, kind: 'LITIGATION' })).body.code).toBe('STEP_NOT_READY');
        expect(await shown(usccCode)).toEqual([[null, '行政复议中']]);
        const path = `/api/v1/public-records/export?format=csv&columns=number,inReview&subjectId=${record.subject.id}`;
        expect((await lists.city.download(lists.running, market, path)).bytes.toString()).toContain(`${record.number},是`);
        const early = { ...end, document: { ...end.document, date: daysAgo(2) } };
        expect((await act(record, 'end-review', early)).body.code).toBe('DATE_ORDER');
        expect((await act(record, 'end-review', end)).body).toMatchObject({ status: 'PUBLISHED', inReview: null });
        expect(await shown(usccCode)).toEqual([[null, null]]);
        const of = (definition: typeof publicRecordReviewBegun | typeof publicRecordReviewEnded) =>
          lists.feeder.eventsOf(definition).filter(({ data }) => data.recordId === record.id);
        await eventually('both are told', () => of(publicRecordReviewBegun).length + of(publicRecordReviewEnded).length === 2);
        expect(of(publicRecordReviewBegun)[0]?.data).toMatchObject({ reviewKind: 'RECONSIDERATION', documentNo: notice.number });
        expect(of(publicRecordReviewEnded)[0]?.data).toMatchObject({ outcome: 'UPHELD', recordVersion: marked.body.version + 1 });
      });

      test('goes with it when it is taken back, can end after its publicity has, and is not begun about what nobody sees', async () => {
        const [first, second] = [await recorded(nextUscc()), await recorded(nextUscc())];
        await act(first, 'begin-review', { ...begin, kind: 'LITIGATION' });
        const order = { ground: 'DECISION_REVOKED', documentNo: '（2026）行终1号', documentDate: today, reason: '判决撤销' };
        expect((await act(first, 'withdraw', order)).body).toMatchObject({ status: 'WITHDRAWN', inReview: null });
        expect((await act(first, 'end-review', end)).body.code).toBe('STEP_NOT_READY');
        await act(second, 'begin-review', { ...begin, kind: 'LITIGATION' });
        await stop(second);
        const seen = await lists.call<PublicRecordView>(market, 'GET', `/api/v1/public-records/${second.id}`);
        expect([seen.body.status, seen.body.inReview?.kind]).toEqual(['STOPPED', 'LITIGATION']);
        expect((await act(second, 'end-review', end)).body).toMatchObject({ status: 'STOPPED', inReview: null });
        expect((await act(second, 'begin-review', begin)).body.code).toBe('CONFLICT');
      });
    });

    test('that are no longer public are with their unit, the credit office and the audit only; a licence is no punishment', async () => {
      const usccCode = nextUscc();
      const penalty = await recorded(usccCode);
      await stop(penalty);
      const path = `/api/v1/public-records/${penalty.id}`;
      const seen = async (principal: Principal) => {
        const page = await lists.call<Page<{ id: string }>>(principal, 'GET', `/api/v1/public-records?subjectId=${penalty.subject.id}`);
        return [(await lists.call(principal, 'GET', path)).status, page.body.data.length];
      };
      for (const principal of [principalOf(['WINDOW_CLERK'], ['SCJGJ']), supervisor, replay, centre, taxOffice])
        expect([principal.id, ...(await seen(principal))]).toEqual([principal.id, 404, 0]);
      for (const principal of [market, creditOffice, auditor])
        expect([principal.id, ...(await seen(principal))]).toEqual([principal.id, 200, 1]);
    });
  });

  test('a disputed entry is shown with its mark, and without it when the objection is over (R-6-5)', async () => {
    const usccCode = nextUscc();
    const entry = await listed('BL-WAGE', { subject: { kind: 'LEGAL', name: '争议有限公司', usccCode, regionCode: '320706' } });
    const mark = async () =>
      (await lists.call<{ entries: { mark: string | null }[] }>(undefined, 'GET', `/api/v1/public/subjects/${usccCode}`)).body.entries[0]
        ?.mark;
    const act = (step: string, body: unknown) => lists.call(creditOffice, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, body);
    expect((await act('dispute', { document: documentOf('异议受理书') })).status).toBe(200);
    expect(await mark()).toBe('异议处理中');
    expect((await act('end-dispute', { document: documentOf('异议处理书'), outcome: 'DISMISSED' })).status).toBe(200);
    expect(await mark()).toBeNull();
  });

  test('a term that is over is not public any more, also in the moment before its timer has fired', async () => {
    const usccCode = nextUscc();
    const entry = await listed('BL-WAGE', { subject: { kind: 'LEGAL', name: '到期有限公司', usccCode, regionCode: '320706' } });
    const count = async () =>
      (await lists.call<{ entries: unknown[] }>(undefined, 'GET', `/api/v1/public/subjects/${usccCode}`)).body.entries.length;
    expect(await count()).toBe(1);
    // As if every timer had stood still since yesterday.
    await lists.city.query('UPDATE list_matching.list_entry SET valid_to = $2 WHERE id = $1', [entry.id, daysAgo(1)]);
    expect(await count()).toBe(0);
    await eventually('it is still in force for its timer', async () => (await get(wageOffice, entry.id)).body.status === 'ACTIVE');
  });

  test.each([
    ['source-questions', 403],
    ['verifications', 403],
  ])('a window clerk does not read %s, which tell of what has ended', async (path, status) => {
    expect((await lists.call(clerk, 'GET', `/api/v1/${path}`)).status).toBe(status);
  });
});
