import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  listEntryActivated,
  listEntryReceived,
  type Page,
  type ProblemBody,
  subjectChanged,
  subjectRegistered,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { CandidateView } from '../src/match-candidate.view.ts';
import { auditor, court, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextIdNumber, nextUscc, partyOf } from './designations.ts';

describe('who is meant (domain §11, R-11-1)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const post = async (principal: typeof wageOffice, listCode: string, changes: Record<string, unknown>) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const company = (name: string, usccCode = nextUscc()) => ({ kind: 'LEGAL', name, usccCode, regionCode: '320706' });
  const candidatesOf = async (entry: ListEntryView, principal = creditOffice) =>
    (await lists.call<Page<CandidateView>>(principal, 'GET', '/api/v1/match-candidates?limit=200')).body.data.filter(
      (candidate) => candidate.entryId === entry.id,
    );
  const decide = (id: string, verdict: string, principal = creditOffice) =>
    lists.call<CandidateView & Omit<ProblemBody, 'status'>>(principal, 'POST', `/api/v1/match-candidates/${id}/${verdict}`, {
      reason: '已核对营业执照',
    });

  test('an unknown code is registered provisionally; a known one under the same name is the same subject (R-11-1a)', async () => {
    const usccCode = nextUscc();
    const first = await post(wageOffice, 'BL-WAGE', { subject: company('连云港示例建筑有限公司', usccCode) });
    for (const [principal, listCode, name] of [
      [taxOffice, 'FL-TAX', '连云港示例建筑有限公司'],
      [taxOffice, 'BL-TAX', '连云港示例建筑有限责任公司'],
      [court, 'BL-COURT', '　连云港示例建筑有限公司（已注销）'],
    ] as const) {
      const entry = await post(principal, listCode, { subject: company(name, usccCode.toLowerCase()) });
      expect([name, entry.status, entry.subject.id]).toEqual([name, 'ACTIVE', first.subject.id]);
    }
    const found = await lists.call<{ data: unknown[] }>(auditor, 'GET', `/api/v1/subjects?usccCode=${usccCode}`);
    expect(found.body.data).toMatchObject([
      {
        id: first.subject.id,
        version: 1,
        kind: 'LEGAL',
        name: '连云港示例建筑有限公司',
        usccCode,
        idMasked: null,
        regionCode: '320706',
        provisional: true,
      },
    ]);
    expect((await lists.call(wageOffice, 'GET', `/api/v1/subjects/${first.subject.id}`)).body).toEqual(found.body.data[0]);
    expect((await lists.call(principalOf(['SUBJECT']), 'GET', `/api/v1/subjects/${first.subject.id}`)).status).toBe(403);
  });

  test('one subject named by many requests at once is registered once', async () => {
    const usccCode = nextUscc();
    const person = partyOf('PRINCIPAL');
    const calls = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0
        ? post(wageOffice, 'BL-WAGE', { subject: company('同时有限公司', usccCode), parties: [person] })
        : post(taxOffice, 'BL-TAX', { subject: company('同时有限公司', usccCode), parties: [person] }),
    );
    const entries = await Promise.all(calls);
    expect(new Set(entries.map((entry) => entry.subject.id)).size).toBe(1);
    const parties = await lists.city.query<{ subject_id: string }>(
      `SELECT DISTINCT subject_id FROM list_matching.list_entry_party WHERE role = 'PRINCIPAL' AND entry_id = ANY($1)`,
      [entries.map((entry) => entry.id)],
    );
    expect(parties).toHaveLength(1);
    await eventually('the registration is told', () =>
      lists.feeder.eventsOf(subjectRegistered).some((event) => event.key === entries[0]?.subject.id),
    );
    expect(lists.feeder.eventsOf(subjectRegistered).filter((event) => event.key === entries[0]?.subject.id)).toHaveLength(1);
  });

  test('a known code under a really different name waits for a person: no effect, and the unit is told why', async () => {
    const usccCode = nextUscc();
    await post(wageOffice, 'FL-WAGE', { subject: company('原名有限公司', usccCode) });
    const entry = await post(wageOffice, 'BL-WAGE', { subject: company('别名股份有限公司', usccCode) });
    expect(entry).toMatchObject({ status: 'CHECKING', reason: 'IDENTITY_CONFLICT', activatedOn: null });
    const received = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryReceived).find((event) => event.data.entryId === entry.id),
    );
    expect(received.data).toMatchObject({ status: 'CHECKING', reason: 'IDENTITY_CONFLICT', entryVersion: 2 });
    expect(lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === entry.id)).toBe(false);
    const [candidate] = await candidatesOf(entry);
    expect(candidate).toMatchObject({
      status: 'OPEN',
      grade: 'CONFLICT',
      registerName: '原名有限公司',
      decisionName: '别名股份有限公司',
      usccCode,
    });
    expect(await candidatesOf(entry, wageOffice)).toHaveLength(1);
    expect(await candidatesOf(entry, taxOffice)).toEqual([]);
  });

  test('confirmed by a named person, the entry goes on the ordinary way, and excludes honours', async () => {
    const usccCode = nextUscc();
    const red = await post(taxOffice, 'RL-TAXA', { subject: company('守信有限公司', usccCode) });
    const entry = await post(wageOffice, 'BL-WAGE', { subject: company('失信有限公司', usccCode) });
    const [candidate] = await candidatesOf(entry);
    const id = candidate?.id ?? '';
    expect((await decide(id, 'confirm', wageOffice)).status).toBe(403);
    expect((await decide(id, 'confirm', auditor)).status).toBe(403);
    const confirmed = await decide(id, 'confirm');
    expect(confirmed.body).toMatchObject({ status: 'CONFIRMED', decidedBy: creditOffice.id, reason: '已核对营业执照' });
    const view = await lists.call<ListEntryView>(wageOffice, 'GET', `/api/v1/list-entries/${entry.id}`);
    expect(view.body).toMatchObject({ status: 'ACTIVE', reason: null });
    expect(view.body.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T3', 'T7', 'T12']);
    expect(view.body.timeline[2]).toMatchObject({ actor: creditOffice.id, detail: { identity: 'CONFIRMED', candidates: [id] } });
    expect((await lists.call<ListEntryView>(taxOffice, 'GET', `/api/v1/list-entries/${red.id}`)).body.status).toBe('EXCLUDED');
    expect((await decide(id, 'dismiss')).body.code).toBe('CONFLICT');
  });

  test('dismissed, the entry ends without ever having had an effect', async () => {
    const usccCode = nextUscc();
    await post(wageOffice, 'FL-WAGE', { subject: company('原名有限公司', usccCode) });
    const entry = await post(wageOffice, 'BL-WAGE', { subject: company('另一家有限公司', usccCode) });
    const [candidate] = await candidatesOf(entry);
    expect((await decide(candidate?.id ?? '', 'dismiss')).body.status).toBe('DISMISSED');
    const view = await lists.call<ListEntryView>(wageOffice, 'GET', `/api/v1/list-entries/${entry.id}`);
    expect(view.body).toMatchObject({ status: 'NOT_DESIGNATED', reason: 'IDENTITY_FAILED' });
    expect(view.body.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T5', 'T2a']);
    await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryReceived).some((event) => event.data.entryId === entry.id && event.data.status === 'NOT_DESIGNATED'),
    );
  });

  test('an entry withdrawn by its unit leaves nothing to review', async () => {
    const usccCode = nextUscc();
    await post(wageOffice, 'FL-WAGE', { subject: company('原名有限公司', usccCode) });
    const entry = await post(wageOffice, 'BL-WAGE', { subject: company('写错的有限公司', usccCode) });
    const withdrawn = await lists.call<ListEntryView>(wageOffice, 'POST', `/api/v1/list-entries/${entry.id}/withdraw`, {
      reason: '名称填写错误',
    });
    expect(withdrawn.body).toMatchObject({ status: 'NOT_DESIGNATED', reason: 'WITHDRAWN' });
    const [candidate] = await candidatesOf(entry);
    expect(candidate).toMatchObject({ status: 'DISMISSED', reason: 'WITHDRAWN' });
    expect((await decide(candidate?.id ?? '', 'confirm')).body.code).toBe('CONFLICT');
    // The same decision with the right name is a new record.
    expect((await post(wageOffice, 'BL-WAGE', { subject: company('原名有限公司', usccCode), decision: entry.decision })).status).toBe(
      'ACTIVE',
    );
  });

  test('a person is found by the number alone; another name waits, with both names readable only on purpose', async () => {
    const idNumber = nextIdNumber();
    const subject = { kind: 'PERSON', name: '欧阳示', idType: 'ID_CARD', idNumber, regionCode: '320706' };
    const first = await post(court, 'BL-COURT', { subject });
    expect(first.subject).toMatchObject({ name: '欧阳*', idMasked: `320799********${idNumber.slice(14)}` });
    const same = await post(wageOffice, 'BL-WAGE', {
      parties: [partyOf('PRINCIPAL', { name: '欧阳 示先生', idNumber: idNumber.toLowerCase() })],
    });
    expect(same.status).toBe('ACTIVE');
    const other = await post(wageOffice, 'BL-WAGE', {
      parties: [partyOf('PRINCIPAL', { name: '欧阳例', idNumber }), partyOf('LEGAL_REPRESENTATIVE', { idNumber, name: '王例' })],
    });
    expect(other.status).toBe('CHECKING');
    const waiting = await candidatesOf(other);
    expect(waiting.map((candidate) => [candidate.partyRole, candidate.registerName, candidate.decisionName])).toEqual([
      ['PRINCIPAL', '欧阳*', '欧阳*'],
      ['LEGAL_REPRESENTATIVE', '欧阳*', '王*'],
    ]);
    const id = waiting[0]?.id ?? '';
    const reveal = (principal: typeof creditOffice) =>
      lists.call(principal, 'POST', `/api/v1/match-candidates/${id}/reveal`, { purpose: '复核身份冲突' });
    expect((await reveal(wageOffice)).status).toBe(403);
    expect((await reveal(creditOffice)).body).toEqual({ registerName: '欧阳示', decisionName: '欧阳例' });
    expect(await lists.city.query('SELECT actor, purpose FROM list_matching.reveal_log WHERE candidate_id = $1', [id])).toEqual([
      { actor: creditOffice.id, purpose: '复核身份冲突' },
    ]);
    // Both must be confirmed before anything rests on them.
    await decide(id, 'confirm');
    expect((await lists.call<ListEntryView>(wageOffice, 'GET', `/api/v1/list-entries/${other.id}`)).body.status).toBe('CHECKING');
    await decide(waiting[1]?.id ?? '', 'confirm');
    expect((await lists.call<ListEntryView>(wageOffice, 'GET', `/api/v1/list-entries/${other.id}`)).body.status).toBe('ACTIVE');
  });

  test('a person with a character that the source could not write waits for human eyes', async () => {
    const idNumber = nextIdNumber();
    await post(wageOffice, 'BL-WAGE', { parties: [partyOf('PRINCIPAL', { name: '李?', idNumber })] });
    const again = await post(wageOffice, 'BL-WAGE', { parties: [partyOf('PRINCIPAL', { name: '李 ?', idNumber })] });
    expect(again.status).toBe('CHECKING');
  });

  test('a person first met as a party gets a region when listed; the change is told with the whole state', async () => {
    const person = partyOf('PRINCIPAL');
    await post(wageOffice, 'BL-WAGE', { parties: [person] });
    const subject = { kind: 'PERSON', name: person['name'], idType: 'ID_CARD', idNumber: person['idNumber'], regionCode: '320722' };
    const entry = await post(court, 'BL-COURT', { subject });
    const changed = await eventually('the change is told', () =>
      lists.feeder.eventsOf(subjectChanged).find((event) => event.key === entry.subject.id),
    );
    expect(changed.data).toMatchObject({
      version: 2,
      regionCode: '320722',
      kind: 'PERSON',
      organisation: null,
      person: { nameMasked: '李*例' },
    });
  });

  test('no number of a person lies readable in any table, and none travels readable', async () => {
    const numbers = [nextIdNumber(), nextIdNumber(), '320799189901010019'];
    await post(court, 'BL-COURT', {
      subject: { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber: numbers[0], regionCode: '320706' },
      parties: [partyOf('PRINCIPAL', { idNumber: numbers[1] })],
    });
    await lists.call(
      court,
      'POST',
      '/api/v1/list-entries',
      designationOf('BL-COURT', { facts: `号码 ${numbers[2]}`, parties: [partyOf('PRINCIPAL', { idNumber: numbers[2] })] }),
      { 'idempotency-key': 'privacy' },
    );
    const tables = await lists.city.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const rows = await lists.city.query(
        `SELECT 1 FROM ${name} t WHERE t::text ~ '320799(18|19|20)[0-9]{9}[0-9X]' OR t::text ~ '333230373939(3138|3139|3230)'`,
      );
      expect([name, rows.length]).toEqual([name, 0]);
    }
  });
});
