import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type CheckLevel,
  checkOverridden,
  type ListEntryView,
  listEntryExited,
  matchDecided,
  matchReviewRequested,
  type OverrideReason,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { court, creditOffice, ListCity, taxOffice } from './city.ts';
import { daysAgo, designationOf, partyOf, today } from './designations.ts';
import { documentOf, taxApprover, taxHandler } from './steps.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

interface Candidate {
  readonly id: string;
  readonly status: string;
  readonly rule: string;
  readonly designatingDepartment: string;
  readonly decisionName: string;
  readonly fields: readonly { readonly field: string; readonly same: boolean | null }[];
  readonly explanations: Readonly<Record<string, { readonly detail: string }>>;
}

async function listed(): Promise<ListEntryView> {
  const answer = await lists.call<ListEntryView>(taxOffice, 'POST', '/api/v1/list-entries', designationOf('BL-TAX'));
  expect([answer.status, answer.body.status]).toEqual([201, 'ACTIVE']);
  return answer.body;
}
const subjectOf = (entry: ListEntryView) => entry.subject.id ?? '';
const entryOf = async (id: string) => (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;
const reviewsOf = async (entry: ListEntryView, principal = creditOffice) =>
  (
    await lists.call<{ data: Candidate[] }>(
      principal,
      'GET',
      `/api/v1/match-candidates?limit=50&sourceKind=WINDOW_CHECK&sourceId=${entry.id}`,
    )
  ).body.data;
const decide = (candidate: Candidate | undefined, verdict: 'confirm' | 'dismiss' | 'undo', principal = creditOffice) =>
  lists.call<{ code?: string }>(principal, 'POST', `/api/v1/match-candidates/${candidate?.id}/${verdict}`, { reason: '核对登记档案' });
const decisionsOf = (entry: ListEntryView) => lists.feeder.eventsOf(matchDecided).filter(({ data }) => data.sourceId === entry.id);

/** What window-check says when a clerk does not follow the prompt about this entry. */
function overriddenOf(entry: ListEntryView, reason: OverrideReason, subjectId: string, level: CheckLevel = 'BLOCK') {
  return {
    checkId: randomUUIDv7(),
    number: 'LYG-HC-2026-000123',
    matterCode: 'SPJY',
    matterDepartment: 'SCJGJ',
    departmentCode: 'DATAJ',
    reason,
    hasComment: false,
    prompt: {
      promptId: randomUUIDv7(),
      subjectId,
      entryId: entry.id,
      planId: randomUUIDv7(),
      planVersion: 1,
      level,
      measureCodes: ['FOOD-01'],
    },
  };
}
const overridden = (entry: ListEntryView, reason: OverrideReason = 'not_same_subject', subjectId = subjectOf(entry)) =>
  lists.feeder.send(checkOverridden, subjectId, overriddenOf(entry, reason, subjectId));
const doubted = async (entry: ListEntryView) => {
  await overridden(entry);
  return eventually('the office is asked', async () => (await reviewsOf(entry)).find((one) => one.status === 'OPEN'));
};
/** The designating unit corrects its entry. */
async function end(entry: ListEntryView): Promise<void> {
  const order = { ground: 'DESIGNATION_WRONG', documentNo: '税更〔2026〕1号', date: today };
  const left = await lists.call(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, order);
  expect([left.status, left.body]).toMatchObject([200, { status: 'CORRECTED' }]);
}
/** Everything said before has been heard. */
async function allHeard(): Promise<void> {
  await doubted(await listed());
}

describe('a clerk says: not the same subject', () => {
  test('the credit office is asked once, with both sides; the entry goes on as it did', async () => {
    const entry = await listed();
    await overridden(entry);
    await overridden(entry);
    await allHeard();
    const reviews = await reviewsOf(entry);
    expect(reviews).toMatchObject([{ status: 'OPEN', rule: 'W1', designatingDepartment: 'SHUIJ', decisionName: entry.subject.name }]);
    expect(reviews[0]?.explanations['window']?.detail).toContain('LYG-HC-2026-000123');
    expect(reviews[0]?.fields.find(({ field }) => field === 'usccCode')?.same).toBe(true);
    expect(lists.feeder.eventsOf(matchReviewRequested).filter(({ data }) => data.sourceId === entry.id)).toHaveLength(1);
    expect(await entryOf(entry.id)).toMatchObject({ status: 'ACTIVE', version: entry.version });
    // The unit that designated it sees the question, another does not.
    expect(await reviewsOf(entry, taxOffice)).toHaveLength(1);
    expect(await reviewsOf(entry, court)).toHaveLength(0);
  });

  test.each<OverrideReason>(['repaired_pending_sync', 'measure_not_applicable', 'other'])(
    'for the reason %s nobody is asked',
    async (reason) => {
      const entry = await listed();
      await overridden(entry, reason);
      await allHeard();
      expect(await reviewsOf(entry)).toEqual([]);
    },
  );

  test.each<CheckLevel>(['INFO', 'REWARD'])('about a prompt of level %s, which restricts nobody, nobody is asked', async (level) => {
    const entry = await listed();
    await lists.feeder.send(checkOverridden, subjectOf(entry), overriddenOf(entry, 'not_same_subject', subjectOf(entry), level));
    await allHeard();
    expect(await reviewsOf(entry)).toEqual([]);
  });

  test('of an entry that has ended, of a subject that it does not name, or told twice: nobody is asked', async () => {
    const [gone, other, twice] = [await listed(), await listed(), await listed()];
    await end(gone);
    await overridden(gone);
    await overridden(other, 'not_same_subject', subjectOf(twice));
    const { record } = lists.feeder.make(checkOverridden, subjectOf(twice), overriddenOf(twice, 'not_same_subject', subjectOf(twice)));
    await lists.feeder.sendRecords([record, record]);
    await allHeard();
    expect(await reviewsOf(gone)).toEqual([]);
    expect(await reviewsOf(other)).toEqual([]);
    expect(await reviewsOf(twice)).toHaveLength(1);
  });
});

describe('what a person found is remembered (R-11-3)', () => {
  test('the same: the entry stands; who doubts again is told the answer and nobody is asked', async () => {
    const entry = await listed();
    expect((await decide(await doubted(entry), 'confirm')).status).toBe(200);
    await overridden(entry);
    const told = await eventually('the second doubt is answered', () => decisionsOf(entry).length === 2 && decisionsOf(entry));
    expect(told.map(({ data }) => data.verdict)).toEqual(['SAME', 'SAME']);
    expect(told[1]?.causationId).toBeDefined();
    expect((await reviewsOf(entry)).map(({ status }) => status)).toEqual(['CONFIRMED']);
    expect((await entryOf(entry.id)).status).toBe('ACTIVE');
  });

  test('the same, but the register has changed the subject since: it is a new question', async () => {
    const entry = await listed();
    expect((await decide(await doubted(entry), 'confirm')).status).toBe(200);
    const { usccCode, name } = entry.subject;
    const change = {
      kind: 'LEGAL',
      usccCode,
      name,
      address: '海州区新址 1 号',
      regionCode: '320706',
      effectiveOn: daysAgo(1),
      source: '登记',
    };
    expect((await lists.call(centre, 'POST', '/api/v1/subjects/register-changes', { changes: [change] })).status).toBe(200);
    expect((await doubted(entry)).status).toBe('OPEN');
    expect(await reviewsOf(entry)).toHaveLength(2);
  });

  test('different: the entry is void from the start as an error of the platform, the pair is told', async () => {
    const entry = await listed();
    expect((await decide(await doubted(entry), 'dismiss')).status).toBe(200);
    expect((await entryOf(entry.id)).status).toBe('CORRECTED');
    const exited = await eventually('all who act on it are told', () =>
      lists.feeder.eventsOf(listEntryExited).find(({ data }) => data.entryId === entry.id),
    );
    expect(exited.data.ground).toBe('DESIGNATION_WRONG');
    await eventually('the window is told', () => decisionsOf(entry).some(({ data }) => data.verdict === 'DIFFERENT'));
  });

  test('an answer that proved wrong is undone, and the entry with it (R-11-4)', async () => {
    const entry = await listed();
    const candidate = await doubted(entry);
    expect((await decide(candidate, 'confirm')).status).toBe(200);
    expect((await decide(candidate, 'undo')).status).toBe(200);
    expect((await entryOf(entry.id)).status).toBe('CORRECTED');
  });

  test('a person who is only named in the decision is for the designating unit to correct', async () => {
    const body = designationOf('BL-TAX', { parties: [partyOf()] });
    const answer = await lists.call<ListEntryView>(taxOffice, 'POST', '/api/v1/list-entries', body);
    expect(answer.status).toBe(201);
    const [row] = await lists.city.query<{ subject_id: string }>(
      "SELECT subject_id FROM list_matching.list_entry_party WHERE entry_id = $1 AND role <> 'SUBJECT'",
      [answer.body.id],
    );
    await overridden(answer.body, 'not_same_subject', row?.subject_id);
    const candidate = await eventually('the office is asked', async () => (await reviewsOf(answer.body))[0]);
    const refused = await decide(candidate, 'dismiss');
    expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
    expect((await entryOf(answer.body.id)).status).toBe('ACTIVE');
  });

  test('a person whom the unit has corrected away may be found to be somebody else; it is kept and told (R-11-3)', async () => {
    const body = designationOf('BL-TAX', { parties: [partyOf()] });
    const { body: entry } = await lists.call<ListEntryView>(taxOffice, 'POST', '/api/v1/list-entries', body);
    const person = entry.parties.find(({ role }) => role !== 'SUBJECT');
    const [row] = await lists.city.query<{ subject_id: string }>('SELECT subject_id FROM list_matching.list_entry_party WHERE id = $1', [
      person?.id,
    ]);
    await overridden(entry, 'not_same_subject', row?.subject_id);
    const candidate = await eventually('the office is asked', async () => (await reviewsOf(entry))[0]);
    expect((await decide(candidate, 'dismiss')).body.code).toBe('CONFLICT');
    const facts = { parties: [{ partyId: person?.id, named: false, served: false }] };
    const correction = { document: { ...documentOf('更正决定书'), date: today }, reason: '所列并非此人', facts };
    const path = `/api/v1/list-entries/${entry.id}/corrections`;
    expect((await lists.call(taxHandler, 'POST', path, correction)).status).toBe(200);
    expect((await lists.call(taxApprover, 'POST', `${path}/approve`)).status).toBe(200);
    expect((await decide(candidate, 'dismiss')).status).toBe(200);
    await eventually('the window is told', () => decisionsOf(entry).some(({ data }) => data.verdict === 'DIFFERENT'));
    expect((await entryOf(entry.id)).status).toBe('ACTIVE');
  });

  test('who is no credit office decides nothing', async () => {
    const candidate = await doubted(await listed());
    expect((await decide(candidate, 'dismiss', taxOffice)).status).toBe(403);
  });

  test('when the entry ends otherwise, nobody need answer any more', async () => {
    const entry = await listed();
    await doubted(entry);
    await end(entry);
    expect((await reviewsOf(entry)).map(({ status }) => status)).toEqual(['DISMISSED']);
  });
});

test('an override that names an entry nobody knows parks its subject and no other', async () => {
  const entry = await listed();
  await overridden({ ...entry, id: randomUUIDv7() }, 'not_same_subject', randomUUIDv7());
  await doubted(entry);
  const parked = await lists.city.query('SELECT subject_key FROM list_matching.parked_key');
  expect(parked).toHaveLength(1);
});
