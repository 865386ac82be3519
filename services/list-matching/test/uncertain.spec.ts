import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  listEntryActivated,
  listEntryExited,
  listEntryReceived,
  matchDecided,
  matchReviewRequested,
  type Page,
  type ProblemBody,
  type RegisterResult,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { CandidateView } from '../src/match-candidate.view.ts';
import { court, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextIdNumber, nextUscc, partyOf } from './designations.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
const dayMs = 86_400_000;

describe('records without a valid number (§11.3 P1–S3, §11.4 P1–S2): nothing rests on them until a person has decided', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const tell = async (...changes: object[]): Promise<RegisterResult[]> => {
    const rows = changes.map((change) => ({ source: '登记', effectiveOn: '2015-03-01', regionCode: '320706', ...change }));
    return (await lists.call<{ results: RegisterResult[] }>(centre, 'POST', '/api/v1/subjects/register-changes', { changes: rows })).body
      .results;
  };
  /** Registers and waits until the index knows. */
  const known = async (...changes: { kind: string; name: string; usccCode?: string; idNumber?: string; [field: string]: unknown }[]) => {
    const results = await tell(...changes);
    const version = async () =>
      (await lists.call<{ registerVersion: number }>(wageOffice, 'GET', '/api/v1/algorithms')).body.registerVersion;
    const [last] = await lists.city.query<{ id: number }>('SELECT max(id)::integer AS id FROM list_matching.register_change');
    await eventually('the index has them', async () => (await version()) >= (last?.id ?? 0));
    return results.map((result) => result.subjectId ?? '');
  };
  const post = <Body = ListEntryView>(listCode: string, principal: typeof wageOffice, subject: object, more: object = {}) =>
    lists.call<Body>(
      principal,
      'POST',
      '/api/v1/list-entries',
      designationOf(listCode, { subject: { regionCode: '320706', toBeMatched: true, ...subject }, ...more }),
    );
  const list = async (listCode: string, principal: typeof wageOffice, subject: object, more: object = {}) => {
    const answer = await post(listCode, principal, subject, more);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body;
  };
  const entry = async (id: string) => (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;
  const candidates = async (id: string, status = 'OPEN') =>
    (await lists.call<Page<CandidateView>>(creditOffice, 'GET', `/api/v1/match-candidates?limit=200&sourceId=${id}&status=${status}`)).body
      .data;
  const decide = (id: string, verdict: string, body: object = { reason: '已核对档案' }) =>
    lists.call<CandidateView & Pick<ProblemBody, 'code'>>(creditOffice, 'POST', `/api/v1/match-candidates/${id}/${verdict}`, body);
  const nothingSaid = (id: string) =>
    [listEntryActivated, listEntryReceived].every(
      (definition) => !lists.feeder.eventsOf(definition).some((event) => event.data.entryId === id),
    );

  test('without a valid code it is refused, unless it is to be matched; a valid code after all is certain', async () => {
    const usccCode = nextUscc();
    const refused = await post<ProblemBody>('BL-WAGE', wageOffice, { kind: 'LEGAL', name: '无码有限公司', toBeMatched: false });
    expect([refused.status, refused.body.code]).toEqual([422, 'IDENTIFIER_REQUIRED']);
    expect((await list('BL-WAGE', wageOffice, { kind: 'LEGAL', name: '有码有限公司', usccCode })).status).toBe('ACTIVE');
    const nameOnly = await post<ProblemBody>('BL-COURT', court, { kind: 'PERSON', name: '重名' });
    expect([nameOnly.status, nameOnly.body.code]).toEqual([422, 'IDENTIFIER_REQUIRED']);
    const wrongRegion = await post<ProblemBody>('BL-WAGE', wageOffice, { kind: 'LEGAL', name: '无码有限公司', regionCode: '999999' });
    expect(wrongRegion.status).toBe(400);
  });

  test('name and legal representative equal (P2): confirmed by a person with evidence, the entry belongs to that subject and goes on', async () => {
    const usccCode = nextUscc();
    const [subjectId] = await known({ kind: 'LEGAL', usccCode, name: '连云港金辉机械有限公司', legalRepresentative: { name: '孙志刚' } });
    const red = await lists.call<ListEntryView>(
      taxOffice,
      'POST',
      '/api/v1/list-entries',
      designationOf('RL-TAXA', { subject: { kind: 'LEGAL', name: '连云港金辉机械有限公司', usccCode, regionCode: '320706' } }),
    );
    const waiting = await list('BL-WAGE', wageOffice, {
      kind: 'LEGAL',
      name: '连云港金辉机械有限公司',
      clues: { legalRepresentative: '孙志刚' },
    });
    expect(waiting).toMatchObject({ status: 'CHECKING', reason: 'IDENTITY_UNCERTAIN', activatedOn: null, subject: { usccCode: null } });
    expect(nothingSaid(waiting.id)).toBe(true);
    const [candidate] = await candidates(waiting.id);
    expect(candidate).toMatchObject({ grade: 'PROBABLE', rule: 'P2', subjectId, candidateCount: 1, sourceKind: 'LIST_ENTRY' });
    expect(candidate?.fields.find((field) => field.field === 'legalRepresentative')).toEqual({
      field: 'legalRepresentative',
      labelZh: '法定代表人',
      register: '孙*刚',
      record: '孙*刚',
      same: true,
    });
    await eventually('the review is asked for', () =>
      lists.feeder.eventsOf(matchReviewRequested).some((event) => event.data.sourceId === waiting.id),
    );
    const evidence = [{ kind: '营业执照', reference: '档案〔2026〕12号' }];
    const confirmed = await decide(candidate?.id ?? '', 'confirm', { reason: '地址与法人一致', evidence });
    expect(confirmed.body).toMatchObject({
      status: 'CONFIRMED',
      confirmations: [{ verdict: 'SAME', evidence, decidedBy: creditOffice.id }],
    });
    const active = await entry(waiting.id);
    expect(active).toMatchObject({ status: 'ACTIVE', subject: { id: subjectId, usccCode } });
    expect(active.parties[0]?.name).toBe('连云港金辉机械有限公司');
    expect((await entry(red.body.id)).status).toBe('EXCLUDED');
    const activated = await eventually('it is told under the key of its subject', () =>
      lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === waiting.id),
    );
    expect([activated.key, activated.data.subjectId, activated.data.parties[0]?.subjectId]).toEqual([subjectId, subjectId, subjectId]);
    expect(
      lists.feeder.eventsOf(matchDecided).some((event) => event.data.candidateId === candidate?.id && event.data.verdict === 'SAME'),
    ).toBe(true);

    const undone = await decide(candidate?.id ?? '', 'undo', { reason: '复核发现并非同一企业' });
    expect(undone.body.confirmations.map((confirmation) => confirmation.verdict)).toEqual(['SAME', 'UNDONE']);
    expect((await entry(waiting.id)).status).toBe('CORRECTED');
    const exited = await eventually('the wrong match is corrected as an error of the platform', () =>
      lists.feeder.eventsOf(listEntryExited).find((event) => event.data.entryId === waiting.id),
    );
    expect(exited.data).toMatchObject({ status: 'CORRECTED', ground: 'DESIGNATION_WRONG' });
    expect((await decide(candidate?.id ?? '', 'undo')).status).toBe(409);
  });

  test('two persons of one name whom the masked number fits both: both are shown, neither is touched; one confirmed, the other is out', async () => {
    const number = nextIdNumber('1983-04-05');
    const twin = `${number.slice(0, 14)}${number.slice(14)}`;
    const other = otherWithSameEnds(number);
    const [first, second] = await known(
      { kind: 'PERSON', name: '张伟', idType: 'ID_CARD', idNumber: twin },
      { kind: 'PERSON', name: '张伟', idType: 'ID_CARD', idNumber: other },
    );
    const masked = `${number.slice(0, 6)}********${number.slice(14)}`;
    const waiting = await list('BL-COURT', court, { kind: 'PERSON', name: '张伟', idType: 'ID_CARD', idNumber: masked });
    expect(waiting).toMatchObject({ status: 'CHECKING', reason: 'IDENTITY_UNCERTAIN' });
    const found = await candidates(waiting.id);
    expect(found.map((candidate) => candidate.subjectId).sort()).toEqual([first, second].sort());
    expect(found.every((candidate) => candidate.grade === 'POSSIBLE' && candidate.candidateCount === 2)).toBe(true);
    expect(JSON.stringify(found)).not.toContain(number);
    expect(nothingSaid(waiting.id)).toBe(true);
    expect((await decide(found.find((candidate) => candidate.subjectId === second)?.id ?? '', 'confirm')).status).toBe(200);
    expect(await entry(waiting.id)).toMatchObject({ status: 'ACTIVE', subject: { id: second } });
    expect((await candidates(waiting.id, 'DISMISSED')).map((candidate) => [candidate.subjectId, candidate.reason])).toEqual([
      [first, 'OTHER_CONFIRMED'],
    ]);
  });

  test('somebody of that name without a number in common is not even shown', async () => {
    await known({ kind: 'PERSON', name: '刘独一', idType: 'ID_CARD', idNumber: nextIdNumber('1975-01-02') });
    const waiting = await list('BL-COURT', court, { kind: 'PERSON', name: '刘独一', clues: { birthDate: '1990-09-09', gender: 'MALE' } });
    expect(waiting).toMatchObject({ status: 'CHECKING', reason: 'IDENTITY_UNMATCHED' });
    expect(await candidates(waiting.id)).toEqual([]);
  });

  test('DIFFERENT is remembered: not asked again for the same record, until the subject changes', async () => {
    const usccCode = nextUscc();
    await known({ kind: 'LEGAL', usccCode, name: '连云港远山商贸有限公司' });
    const record = { kind: 'LEGAL', name: '连云港远山商贸有限公司', clues: { address: '东海县某镇' } };
    const first = await list('BL-WAGE', wageOffice, record);
    const [candidate] = await candidates(first.id);
    expect((await decide(candidate?.id ?? '', 'dismiss')).body.status).toBe('DISMISSED');
    expect(await entry(first.id)).toMatchObject({ status: 'CHECKING' });
    const again = await list('FL-WAGE', wageOffice, record);
    expect(await candidates(again.id)).toEqual([]);
    await known({ kind: 'LEGAL', usccCode, name: '连云港远山商贸有限公司', address: '东海县某镇', effectiveOn: '2026-01-01' });
    const changed = await list('BL-TAX', taxOffice, record);
    expect(await candidates(changed.id)).toHaveLength(1);
  });

  test('the source unit is asked, answers, and the question comes back to the office', async () => {
    await known({ kind: 'LEGAL', usccCode: nextUscc(), name: '连云港问询科技有限公司' });
    const waiting = await list('BL-WAGE', wageOffice, { kind: 'LEGAL', name: '连云港问询科技有限公司' });
    const id = (await candidates(waiting.id))[0]?.id ?? '';
    expect((await lists.call(wageOffice, 'POST', `/api/v1/match-candidates/${id}/ask`, { question: '?' })).status).toBe(403);
    expect((await decide(id, 'ask', { question: '请提供营业执照复印件' })).body).toMatchObject({
      status: 'NEED_INFO',
      question: '请提供营业执照复印件',
    });
    const answer = (principal: typeof wageOffice) =>
      lists.call<CandidateView>(principal, 'POST', `/api/v1/match-candidates/${id}/answer`, { answer: '代码见附件' });
    expect((await answer(taxOffice)).status).toBe(404);
    expect((await answer(wageOffice)).body).toMatchObject({ status: 'OPEN', answer: '代码见附件' });
    expect((await answer(wageOffice)).status).toBe(409);
  });

  test('a minor is nobody whom a masked number may mean; two clerks decide at once and one wins', async () => {
    const child = nextIdNumber('2012-06-06');
    await known({ kind: 'PERSON', name: '幼某', idType: 'ID_CARD', idNumber: child });
    const waiting = await list('BL-COURT', court, {
      kind: 'PERSON',
      name: '幼某',
      idType: 'ID_CARD',
      idNumber: `${child.slice(0, 10)}****${child.slice(14)}`,
    });
    const id = (await candidates(waiting.id))[0]?.id ?? '';
    expect((await decide(id, 'confirm')).body.code).toBe('SUBJECT_UNDER_AGE');
    expect((await entry(waiting.id)).status).toBe('CHECKING');
    const both = await Promise.all([decide(id, 'dismiss'), decide(id, 'dismiss')]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
  });

  test('a company that is gone cannot be restricted; the person named beside it can', async () => {
    const usccCode = nextUscc();
    await known({ kind: 'LEGAL', usccCode, name: '已注销实业有限公司', status: 'DEREGISTERED' });
    const subject = { kind: 'LEGAL', name: '已注销实业有限公司', usccCode, toBeMatched: false };
    const alone = await list('BL-WAGE', wageOffice, subject);
    expect(alone.status).toBe('CLOSED_SUBJECT');
    const named = await list('BL-WAGE', wageOffice, subject, { parties: [partyOf('PRINCIPAL')] });
    expect(named.status).toBe('CLOSED_SUBJECT');
    const activated = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === named.id),
    );
    expect(activated.data.parties.map((party) => [party.role, party.served])).toEqual([
      ['SUBJECT', false],
      ['PRINCIPAL', true],
    ]);
  });

  test('what means nobody is looked up again every night, and goes back after thirty days', async () => {
    const waiting = await list('BL-WAGE', wageOffice, {
      kind: 'LEGAL',
      name: '连云港后来登记有限公司',
      clues: { legalRepresentative: '吴某' },
    });
    const hopeless = await list('BL-WAGE', wageOffice, { kind: 'LEGAL', name: '从来没有的某某联合会' });
    expect([waiting.reason, hopeless.reason]).toEqual(['IDENTITY_UNMATCHED', 'IDENTITY_UNMATCHED']);
    await known({ kind: 'LEGAL', usccCode: nextUscc(), name: '连云港后来登记有限公司', legalRepresentative: { name: '吴某' } });
    await lists.city.query(`UPDATE list_matching.timer SET due_at = now() WHERE kind = 'match-retry'`);
    await eventually('it is found in the night', async () => (await candidates(waiting.id)).length === 1);
    await lists.city.query(`UPDATE list_matching.list_entry SET received_at = received_at - interval '40 days' WHERE id = $1`, [
      hopeless.id,
    ]);
    await lists.city.query(`UPDATE list_matching.timer SET due_at = now() WHERE kind = 'match-retry'`);
    await eventually('it goes back', async () => (await entry(hopeless.id)).status === 'NOT_DESIGNATED');
    expect((await entry(hopeless.id)).reason).toBe('IDENTITY_UNMATCHED');
    expect((await entry(waiting.id)).status).toBe('CHECKING');
    const [timer] = await lists.city.query<{ due_at: Date }>(
      `SELECT due_at FROM list_matching.timer WHERE kind = 'match-retry' AND reference = $1`,
      [waiting.id],
    );
    expect((timer?.due_at.getTime() ?? 0) - Date.now()).toBeLessThan(2 * dayMs);
  });
});

/** Another valid number with the same region and the same last four characters. */
function otherWithSameEnds(number: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const checks = '10X98765432';
  for (let day = 1; day < 365; day++) {
    const date = new Date(Date.UTC(1970, 0, day)).toISOString().slice(0, 10).replaceAll('-', '');
    const body = `${number.slice(0, 6)}${date}${number.slice(14, 17)}`;
    const sum = [...body].reduce((total, digit, place) => total + Number(digit) * (weights[place] ?? 0), 0);
    if (checks[sum % 11] === number[17] && date !== number.slice(6, 14)) return body + number[17];
  }
  throw new Error('no other number with these ends');
}
