import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays, objectionAccepted, objectionWithdrawn, type ProblemBody, parameterChanged, parameterKey } from '@lianxin/contracts';
import { EventFeeder, eventually, type TestAnswer } from '@lianxin/testing';
import type { ObjectionView } from '../src/objection.schemas.ts';
import type { ReplayView } from '../src/replay.schemas.ts';
import { Terms } from '../src/terms.ts';
import { catalogue } from './catalogue.sayings.ts';
import { creditOffice, JournalCity } from './journal.city.ts';
import { objectionDesk, tax, taxApprover, window } from './objection.desk.ts';
import { dismissal, submission, today, upheld, wd } from './objection.sayings.ts';
import { admin } from './replay.city.ts';
import { Flag, penalty } from './sayings.ts';

let city: JournalCity;
let feeder: EventFeeder;
beforeAll(async () => {
  city = await JournalCity.create();
  feeder = await EventFeeder.for(city.city);
  await feeder.listen(['lianxin.objection']);
  await city.hear(...catalogue());
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});
const { act, must, told, inForce, submitted, verifying } = objectionDesk(
  () => city,
  () => feeder,
);

describe('an objection by which the unit has fields to correct (§6.4)', () => {
  const owed = { ...upheld, outcome: 'PARTLY_UPHELD', effect: 'AMEND', correctedFields: ['grade'] };
  const decided = async () => {
    const flag = await inForce();
    const { id } = await verifying(flag);
    await city.hear(flag.disputed());
    await must(act(tax, id, 'propose', owed));
    expect((await must(act(taxApprover, id, 'approve'))).status).toBe('PARTLY_UPHELD');
    return { flag, id };
  };
  const statusOf = async (id: string) => (await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body.status;

  test('is done when the unit has corrected them for it, not when the mark goes nor by another correction', async () => {
    const { flag, id } = await decided();
    await city.hear(flag.corrected(null));
    await city.hear(flag.disputeEnded());
    expect(await statusOf(id)).toBe('PARTLY_UPHELD');
    await city.hear(flag.corrected(id));
    expect(await statusOf(id)).toBe('EXECUTED');
  });

  test('is done as well when the entry has left', async () => {
    const { flag, id } = await decided();
    await city.hear(flag.exited('EXPIRED'));
    expect(await statusOf(id)).toBe('EXECUTED');
  });

  test('names facts that can be corrected, or OTHER; words of its own are refused', async () => {
    const flag = await inForce();
    const { id } = await verifying(flag);
    const { status, body } = await act<ProblemBody>(tax, id, 'propose', { ...owed, correctedFields: ['事由'] });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/correctedFields/0']);
    await must(act(tax, id, 'propose', { ...owed, correctedFields: ['conditions', 'OTHER'] }));
  });

  test('holds the mark until then against the end of others', async () => {
    const { flag } = await decided();
    const other = await submitted(flag, { capacity: 'AGENT', applicant: { name: '李四' }, authority: { documentNo: '授权书' } });
    await must(act(creditOffice, other.id, 'accept'));
    await must(act(window, other.id, 'withdraw', { reason: '申请人撤回' }));
    expect((await told(objectionWithdrawn, other.id)).data).toMatchObject({ wasAccepted: true, stillDisputed: true });
  });
});

test('an objection whose mark had been taken away by hand is done when it is dismissed: nothing more is said of it', async () => {
  const flag = await inForce();
  const { id } = await verifying(flag);
  await city.hear(flag.disputed());
  await city.hear(flag.disputeEnded());
  await must(act(tax, id, 'propose', dismissal));
  expect((await must(act(taxApprover, id, 'approve'))).status).toBe('EXECUTED');
});

test('an entry that could not be confirmed stays marked whatever becomes of other objections to it', async () => {
  const flag = await inForce();
  const { id } = await verifying(flag);
  await city.hear(flag.disputed());
  await must(act(tax, id, 'propose', { ...dismissal, outcome: 'UNCONFIRMED', effect: 'NOTE' }));
  await must(act(taxApprover, id, 'approve'));
  const other = await submitted(flag, { capacity: 'AGENT', applicant: { name: '李四' }, authority: { documentNo: '授权书' } });
  await must(act(creditOffice, other.id, 'accept'));
  await must(act(window, other.id, 'withdraw', { reason: '申请人撤回' }));
  expect((await told(objectionWithdrawn, other.id)).data.stillDisputed).toBe(true);
});

describe('an objection to a public record', () => {
  const verified = async () => {
    const record = penalty();
    await city.hear(record.published);
    const body = { ...submission(new Flag()), target: { kind: 'PUBLIC_RECORD', id: record.id }, kinds: ['OUT_OF_DATE'] };
    const { id } = await must(city.post<ObjectionView>(window, '/api/v1/objections', body));
    const accepted = await must(act(creditOffice, id, 'accept'));
    expect(accepted.deadlines.find((one) => one.kind === 'MARK')?.metOn).toBe(null);
    expect((await told(objectionAccepted, id)).data.marks).toBe(true);
    await city.hear(record.disputed);
    expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body).toMatchObject({ status: 'MARKED' });
    await must(act(creditOffice, id, 'self-check'));
    await must(act(creditOffice, id, 'forward'));
    await must(act(tax, id, 'verify'));
    return { id, record };
  };

  test('is done when the record is taken back', async () => {
    const { id, record } = await verified();
    await must(act(tax, id, 'propose', upheld));
    expect((await must(act(taxApprover, id, 'approve'))).status).toBe('UPHELD');
    await city.hear(record.withdrawn);
    expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body).toMatchObject({
      status: 'EXECUTED',
      restorations: 0,
    });
  });

  test('that is dismissed is done when the mark is gone', async () => {
    const { id, record } = await verified();
    await must(act(tax, id, 'propose', dismissal));
    expect((await must(act(taxApprover, id, 'approve'))).status).toBe('DISMISSED');
    await city.hear(record.disputeEnded);
    expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body.status).toBe('EXECUTED');
  });

  test('that is partly right is done when the record is taken back, to come anew corrected', async () => {
    const { id, record } = await verified();
    await must(act(tax, id, 'propose', { ...upheld, outcome: 'PARTLY_UPHELD', effect: 'AMEND', correctedFields: ['OTHER'] }));
    expect((await must(act(taxApprover, id, 'approve'))).status).toBe('PARTLY_UPHELD');
    await city.hear(record.withdrawn);
    expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body.status).toBe('EXECUTED');
  });
});

describe('a replay of an objection that was upheld (R-6-7a)', () => {
  const plan = (number: string, over: Record<string, unknown> = {}) =>
    city.post<ReplayView>(admin, '/api/v1/replays', { scope: { objectionNumber: number }, reason: '异议成立', ...over });
  const found = async () => {
    const flag = await inForce();
    const { id, number } = await verifying(flag);
    await city.hear(flag.disputed());
    await must(act(tax, id, 'propose', upheld));
    await must(act(taxApprover, id, 'approve'));
    return number;
  };
  const grounds = ({ body }: TestAnswer<ReplayView>) => [body.change, body.ground, body.documentNo];

  test('rests on its ground and document where it asks what was decided, named or left out', async () => {
    const number = await found();
    const change = { kind: 'VOID_ENTRY', effect: 'VOID' };
    const decided = [change, 'OBJECTION_UPHELD', upheld.documentNo];
    expect(grounds(await plan(number))).toEqual(decided);
    expect(grounds(await plan(number, { change: { effect: 'VOID', kind: 'VOID_ENTRY' } }))).toEqual(decided);
  });

  test.each([
    ['another effect', { kind: 'VOID_ENTRY', effect: 'REVOKE' }],
    ['other facts', { kind: 'CORRECT_ENTRY', facts: { validTo: '2027-01-01' } }],
    ['another version of the memorandum', { kind: 'CATALOGUE_VERSION', version: 1 }],
  ])('needs a ground of its own for what was not decided: %s', async (_what, change) => {
    const number = await found();
    const refused = { status: 422, body: { code: 'GROUND_REQUIRED' } };
    expect(await plan(number, { change })).toMatchObject(refused);
    // Half a ground is none: the objection does not lend its document to another.
    expect(await plan(number, { change, ground: 'COURT_RULING' })).toMatchObject(refused);
    expect(await plan(number, { change, documentNo: '更〔2026〕1号' })).toMatchObject(refused);
    expect(grounds(await plan(number, { change, ground: 'COURT_RULING', documentNo: '判〔2026〕1号' }))).toEqual([
      ...[change, 'COURT_RULING', '判〔2026〕1号'],
    ]);
  });

  test('with nothing changed carries no ground', async () => {
    expect(grounds(await plan(await found(), { change: { kind: 'NOTHING' } }))).toEqual([{ kind: 'NOTHING' }, null, null]);
  });
});

test('a limit that is changed counts for clocks that start from its day on; those that run keep theirs', async () => {
  const change = (key: string, value: number, validFrom: string) =>
    feeder.send(parameterChanged, parameterKey, {
      ...{ changeId: randomUUIDv7(), key, version: 1, state: 'APPROVED' as const, value, validFrom, previousValue: 10, reasonZh: '试行' },
      ...{ documentNo: null, proposedBy: 'office-one', decidedBy: 'office-two', decidedAt: new Date().toISOString() },
    });
  const limitsOf = ({ deadlines }: ObjectionView) => Object.fromEntries(deadlines.map((one) => [one.kind, one.dueOn]));
  const accepted = async () => must(act(creditOffice, (await submitted(await inForce())).id, 'accept'));
  await change('objection.selfcheck_wd', 4, addDays(today, 1));
  const running = await accepted();
  await change('objection.total_wd', 12, today);
  const terms = city.running.app.get(Terms);
  await eventually('both are known', () => terms.on(addDays(today, 1)).selfCheck === 4 && terms.on(today).total === 12);
  const started = await accepted();
  expect([limitsOf(running), limitsOf(started)]).toMatchObject([
    { SELF_CHECK: wd(2), TOTAL: wd(10), HARD: wd(20) },
    { SELF_CHECK: wd(2), TOTAL: wd(12), HARD: wd(20) },
  ]);
  const still = (await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${running.id}`)).body;
  expect(limitsOf(still)).toEqual(limitsOf(running));
});
