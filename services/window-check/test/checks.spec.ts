import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  checkDecided,
  checkOverridden,
  checkPerformed,
  listEntryConfirmed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntrySuspended,
  listEntryUnconfirmed,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { clerk, ended, entryHeadOf, foodHandler, held, measures, planOf, WindowCity } from './window.city.ts';

let window: WindowCity;
beforeAll(async () => {
  window = await WindowCity.create();
});
afterAll(() => window?.close());

describe('a window prompt', () => {
  test('blocks where the law commands, with the verified basis alone, and shows only what matters in this matter', async () => {
    const company = await window.company();
    await window.list(company, [measures.ban, measures.procurement]);
    const [card] = await window.cardsOf(company);
    expect(card).toMatchObject({ indicator: 'critical', summary: '严重失信主体：依法限制本事项（1 项措施）', subjectRole: 'applicant' });
    expect(card?.suggestions.map(({ measureId, level, basis }) => [measureId, level, basis])).toEqual([
      ['FOOD-01', 'BLOCK', '食品安全法第135条'],
    ]);
    expect(card?.source.label).toContain('市市场监管局');
    const tender = await window.check({ matter: { code: 'ZFCG-TB' }, subjects: [{ usccCode: company.usccCode, name: company.name }] });
    expect(tender.body.cards.flatMap((one) => one.suggestions.map((suggestion) => suggestion.measureId))).toEqual(['GP-01']);
  });

  test.each([
    ['recommended', 'warning', 'REVIEW'],
    ['reference', 'info', 'INFO'],
  ] as const)('of a %s measure never blocks', async (which, indicator, level) => {
    const company = await window.company();
    await window.list(company, [measures[which]]);
    const [card] = await window.cardsOf(company);
    expect([card?.indicator, card?.suggestions[0]?.level]).toEqual([indicator, level]);
  });

  test('of a measure without an open gate does not block', async () => {
    const company = await window.company();
    const plan = planOf(company.subjectId, [measures.ban]);
    await window.feeder.send(measurePlanMade, company.subjectId, {
      ...plan,
      measures: plan.measures.map((one) => ({ ...one, basisRefs: [] })),
    });
    const card = await eventually('the prompt stands', async () => (await window.cardsOf(company))[0]);
    expect([card.indicator, card.suggestions[0]?.basis]).toEqual(['warning', null]);
  });

  test('of a focus list never blocks', async () => {
    const company = await window.company();
    await window.list(company, [measures.ban], { listType: 'FOCUS', listCode: 'FL-MKT' });
    expect((await window.cardsOf(company))[0]?.indicator).toBe('warning');
  });

  test('of a red list is a friendly one', async () => {
    const company = await window.company();
    await window.list(company, [measures.reward], { listType: 'RED', listCode: 'RL-TAXA', direction: 'REWARD' });
    expect((await window.cardsOf(company))[0]).toMatchObject({
      indicator: 'info',
      summary: '守信主体：可依规给予激励（1 项措施）',
      overrideReasons: [],
    });
  });

  test('asks for the person in the role in which the decision names them', async () => {
    const company = await window.company();
    const { subjectId } = await window.person('张三', '320799189901010019');
    const plan = planOf(company.subjectId, [measures.ban]);
    const [first] = plan.parties;
    const partyId = randomUUID();
    await window.feeder.send(measurePlanMade, company.subjectId, {
      ...plan,
      parties: [...plan.parties, { partyId, subjectId, role: 'LEGAL_REPRESENTATIVE', kind: 'PERSON' }],
      groups: [{ partyIds: [first?.partyId ?? '', partyId], measureCodes: ['FOOD-01'], skips: [] }],
    });
    const answer = await eventually('both prompts stand', async () => {
      const { body } = await window.check({
        subjects: [
          { role: 'applicant', usccCode: company.usccCode, name: company.name },
          { role: 'legal_rep', idNo: '320799189901010019', name: '张 三' },
        ],
      });
      return body.cards.length === 2 && body;
    });
    expect(answer.cards.map((card) => [card.subjectRole, card.indicator])).toEqual([
      ['applicant', 'critical'],
      ['legal_rep', 'critical'],
    ]);
    expect(answer.subjects[1]).toEqual({ role: 'legal_rep', identity: 'EXACT', nameMasked: '张*' });
  });
});

describe('nobody is blocked on a guess (R-11-1)', () => {
  test.each([
    ['another name', '完全不同的企业有限公司', 'NAME_DIFFERS'],
    ['no name', undefined, 'NAME_NOT_GIVEN'],
  ])('a right code with %s reads 身份待核 and is information only', async (_what, name, identity) => {
    const company = await window.company();
    await window.list(company, [measures.ban]);
    const { body } = await window.check({ subjects: [{ usccCode: company.usccCode, name }] });
    expect(body.subjects[0]?.identity).toBe(identity);
    expect(body.cards.map((card) => [card.indicator, card.summary.slice(0, 4)])).toEqual([['info', '身份待核']]);
  });

  test('a name alone finds nobody', async () => {
    const company = await window.company();
    const answer = await window.check({ subjects: [{ name: company.name }] });
    expect(answer).toMatchObject({ status: 422, body: { code: 'IDENTIFIER_REQUIRED', errors: [{ pointer: '/subjects/0/usccCode' }] } });
  });

  test('a wrong check character is told with the right one, a wrong number without repeating it', async () => {
    const answer = await window.check({ subjects: [{ usccCode: '91320799MA00000156' }, { idNo: '320799189902290016' }] });
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map((fault) => [fault.pointer, fault.code])).toEqual([
      ['/subjects/0/usccCode', 'USCC_INVALID'],
      ['/subjects/1/idNo', 'ID_NUMBER_INVALID'],
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('320799189902290016');
  });
});

describe('what is held or over blocks nobody (§4.3)', () => {
  test('a plan on hold, whichever of entry and plan tells it; what the law exempts goes on', async () => {
    const company = await window.company();
    const plan = await window.list(company, [measures.ban, measures.exempt]);
    await window.dispute(company, plan);
    const levels = async () => (await window.cardsOf(company)).flatMap((card) => card.suggestions.map((one) => [one.measureId, one.level]));
    expect(await levels()).toEqual([
      ['FOOD-02', 'BLOCK'],
      ['FOOD-01', 'INFO'],
    ]);
    const check = await window.check({ subjects: [{ usccCode: company.usccCode, name: company.name }] });
    const [card] = check.body.cards;
    expect(card?.suggestions.map(({ isHeld }) => isHeld)).toEqual([false, true]);
    expect(card?.detail).toContain('异议处理中');
    const refused = await window.decide(check.body.id, [
      { card: card?.uuid, outcome: 'accepted', acceptedMeasures: ['FOOD-01', 'FOOD-02'] },
    ]);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/feedback/0/acceptedMeasures' }] } });
    await window.decide(check.body.id, [{ card: card?.uuid, outcome: 'accepted' }]);
    const told = await eventually('it is told', () =>
      window.feeder.eventsOf(checkDecided).find(({ data }) => data.checkId === check.body.id),
    );
    expect(told.data.decisions).toMatchObject([{ measureCodes: ['FOOD-02', 'FOOD-01'], appliedMeasureCodes: ['FOOD-02'] }]);
  });

  test('a suspension spares nothing, a release brings it back, an end takes it away', async () => {
    const company = await window.company();
    const plan = await window.list(company, [measures.exempt]);
    const indicator = async () => (await window.cardsOf(company))[0]?.indicator;
    await window.feeder.send(measurePlanHeld, company.subjectId, held(plan, 'SUSPENSION'));
    await eventually('it is held', async () => (await indicator()) === 'info');
    await window.feeder.send(measurePlanReleased, company.subjectId, { ...ended(plan), documentNo: null, releasedOn: '2026-11-09' });
    await eventually('it runs again', async () => (await indicator()) === 'critical');
    await window.feeder.send(measurePlanEnded, company.subjectId, { ...ended(plan), planVersion: 4 });
    await eventually('it is over', async () => (await indicator()) === undefined);
  });

  test.each([
    ['left its list', listEntryExited, 'REPAIRED', 0],
    ['been suspended', listEntrySuspended, 'SUSPENDED', 1],
  ] as const)('an entry that has %s is believed before its plan says so', async (_what, definition, status, cards) => {
    const company = await window.company();
    const plan = await window.list(company, [measures.ban]);
    const head = entryHeadOf(plan, 5, status);
    if (definition.type === listEntryExited.type)
      await window.feeder.send(listEntryExited, company.subjectId, {
        ...head,
        ground: 'REPAIRED',
        documentNo: null,
        exitedOn: '2026-11-10',
        byEntryId: null,
      });
    else
      await window.feeder.send(listEntrySuspended, company.subjectId, {
        ...head,
        ground: 'STOP_EXECUTION',
        documentNo: '裁1号',
        suspendedOn: '2026-11-10',
      });
    const left = await eventually('nothing blocks', async () => {
      const now = await window.cardsOf(company);
      return now.every((card) => card.indicator !== 'critical') && now;
    });
    expect(left).toHaveLength(cards);
  });

  test('an entry that its source no longer names blocks nobody from that moment, before its plan says so, and again when the source stands by it (R-2-6b)', async () => {
    const company = await window.company();
    const plan = await window.list(company, [measures.ban]);
    const indicators = async () => (await window.cardsOf(company)).map((card) => card.indicator);
    await window.feeder.send(listEntryUnconfirmed, company.subjectId, {
      ...entryHeadOf(plan, 4, 'ACTIVE'),
      unconfirmedOn: '2026-11-10',
      answerDueOn: '2026-11-12',
    });
    await eventually('nothing blocks', async () => !(await indicators()).includes('critical'));
    expect(await indicators()).toEqual(['info']);
    // Whatever else is told meanwhile, the question stays open.
    await window.feeder.send(listEntryDisputed, company.subjectId, {
      ...entryHeadOf(plan, 5, 'ACTIVE'),
      documentNo: '异议1号',
      disputedOn: '2026-11-10',
    });
    await window.feeder.send(listEntryDisputeEnded, company.subjectId, {
      ...entryHeadOf(plan, 6, 'ACTIVE'),
      outcome: 'DISMISSED',
      documentNo: '异议1号',
      endedOn: '2026-11-11',
    });
    await eventually('the objection is over', async () => {
      const [row] = await window.city.query<{ entry_version: number }>(
        'SELECT entry_version FROM window_check.entry_seen WHERE entry_id = $1',
        [plan.entryId],
      );
      return row?.entry_version === 6;
    });
    expect(await indicators()).toEqual(['info']);
    await window.feeder.send(listEntryConfirmed, company.subjectId, {
      ...entryHeadOf(plan, 7, 'ACTIVE'),
      documentNo: '复函1号',
      confirmedOn: '2026-11-12',
      reappeared: false,
    });
    await eventually('it runs again', async () => (await indicators()).includes('critical'));
  });

  test('an end that is known before its plan keeps the plan from ever blocking', async () => {
    const company = await window.company();
    const plan = planOf(company.subjectId, [measures.ban]);
    await window.feeder.send(listEntryExited, company.subjectId, {
      ...entryHeadOf(plan, 9, 'CORRECTED'),
      ground: 'DESIGNATION_WRONG',
      documentNo: null,
      exitedOn: '2026-11-10',
      byEntryId: null,
    });
    await window.feeder.send(measurePlanMade, company.subjectId, plan);
    const other = await window.company();
    await window.list(other, [measures.ban]);
    await eventually(
      'the plan has come',
      async () => (await window.city.query('SELECT 1 FROM window_check.plan WHERE plan_id = $1', [plan.planId])).length === 1,
    );
    expect(await window.cardsOf(company)).toEqual([]);
  });

  test('a term that ended yesterday restricts nobody today', async () => {
    const company = await window.company();
    const plan = planOf(company.subjectId, [measures.ban], { validTo: '2026-01-01' });
    await window.feeder.send(measurePlanMade, company.subjectId, plan);
    await eventually(
      'the plan has come',
      async () => (await window.city.query('SELECT 1 FROM window_check.plan WHERE plan_id = $1', [plan.planId])).length === 1,
    );
    expect(await window.cardsOf(company)).toEqual([]);
  });

  test('a party for whom the plan has ended, while it runs on for others', async () => {
    const company = await window.company();
    const plan = await window.list(company, [measures.ban]);
    await window.feeder.send(measurePlanNarrowed, company.subjectId, {
      ...ended(plan),
      planVersion: 2,
      narrowedOn: '2026-11-10',
      ground: 'SUBJECT_ENDED',
      endedPartyIds: plan.parties.map((party) => party.partyId),
    });
    await eventually('it is gone', async () => (await window.cardsOf(company)).length === 0);
    // The plan once more, as after a week in the log: who has left it does not come back.
    await window.feeder.send(measurePlanMade, company.subjectId, plan);
    const other = await window.company();
    await window.list(other, [measures.ban]);
    expect(await window.cardsOf(company)).toEqual([]);
  });
});

describe('every check is evidence', () => {
  test('a clean one has a number, is kept and told, without a readable person', async () => {
    const answer = await window.check({
      subjects: [{ role: 'legal_rep', idNo: '11010519491231002X', name: '李四' }],
      matter: { code: 'SPJY', caseNo: 'A-1' },
    });
    expect(answer.body).toMatchObject({
      status: 'complete',
      degraded: false,
      cards: [],
      subjects: [{ identity: 'UNKNOWN', nameMasked: '李*' }],
    });
    expect(answer.body.number).toMatch(/^LYG-HC-2026-\d{6}$/);
    const told = await eventually('it is told', () =>
      window.feeder.eventsOf(checkPerformed).find(({ data }) => data.checkId === answer.body.id),
    );
    expect(told).toMatchObject({ key: answer.body.id, data: { number: answer.body.number, prompts: [], matterDepartment: 'SCJGJ' } });
    const [row] = await window.city.query<{ text: string }>(
      'SELECT window_check::text AS text FROM window_check.window_check WHERE id = $1',
      [answer.body.id],
    );
    expect(row?.text).not.toMatch(/李四|11010519491231002X/);
    const read = await window.city.call(window.running, clerk, 'GET', `/api/v1/checks/${answer.body.id}`);
    expect(read.body).toEqual(answer.body);
  });

  test('the same key gives the same slip, also at the same moment; another body is refused', async () => {
    const key = randomUUID();
    const body = { subjects: [{ usccCode: '91320799MA00000155' }] };
    const answers = await Promise.all(Array.from({ length: 8 }, () => window.check(body, clerk, { 'idempotency-key': key })));
    expect(new Set(answers.map((answer) => answer.body.number)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(7);
    const other = await window.check({ subjects: [{ usccCode: '91320799MA00000230' }] }, clerk, { 'idempotency-key': key });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  test('another department cannot see it, and asks about its own matters only', async () => {
    const answer = await window.check({ subjects: [{ usccCode: '91320799MA00000155' }] });
    for (const path of [answer.body.id, `${answer.body.id}/feedback`]) {
      const method = path === answer.body.id ? 'GET' : 'POST';
      const seen = await window.city.call(window.running, foodHandler, method, `/api/v1/checks/${path}`, {
        ...(method === 'POST' ? { body: { feedback: [{ card: randomUUID(), outcome: 'accepted' }] } } : {}),
      });
      expect(seen.status).toBe(404);
    }
    const foreign = await window.check({ matter: { code: 'ZFCG-TB' }, subjects: [{ usccCode: '91320799MA00000155' }] }, foodHandler);
    expect(foreign.status).toBe(403);
    expect((await window.check({ subjects: [{ usccCode: '91320799MA00000155' }] }, principalOf(['AUDITOR']))).status).toBe(403);
    expect((await window.check({ subjects: [{ usccCode: '91320799MA00000155' }], operator: { id: 'x', department: 'RSJ' } })).status).toBe(
      403,
    );
  });

  test('an unknown matter is refused by name', async () => {
    expect(await window.check({ matter: { code: 'NONE' }, subjects: [{ usccCode: '91320799MA00000155' }] })).toMatchObject({
      status: 422,
      body: { code: 'MATTER_UNKNOWN', errors: [{ pointer: '/matter/code' }] },
    });
  });
});

describe('the clerk decides', () => {
  const asked = async (caseNo?: string) => {
    const company = await window.company();
    await window.list(company, [measures.ban, measures.recommended]);
    const ask = () => window.check({ matter: { code: 'SPJY', caseNo }, subjects: [{ usccCode: company.usccCode, name: company.name }] });
    const { body } = await ask();
    return { company, ask, checkId: body.id, card: body.cards[0] };
  };

  test('accepting one measure; it is told with the matter, and the same prompt on the same case is not asked again', async () => {
    const { ask, checkId, card } = await asked(`A-${randomUUID()}`);
    const answer = await window.decide(checkId, [{ card: card?.uuid, outcome: 'accepted', acceptedMeasures: ['FOOD-01'] }]);
    expect(answer.body.cards?.[0]?.answered).toMatchObject({ outcome: 'accepted' });
    const told = await eventually('it is told', () => window.feeder.eventsOf(checkDecided).find(({ data }) => data.checkId === checkId));
    expect(told.data.decisions).toMatchObject([
      { outcome: 'accepted', appliedMeasureCodes: ['FOOD-01'], level: 'BLOCK', entryId: card?.entryId },
    ]);
    expect((await ask()).body.cards[0]?.answered).toMatchObject({ outcome: 'accepted' });
  });

  test('overriding with a coded reason is told by itself', async () => {
    const { checkId, card } = await asked();
    await window.decide(checkId, [{ card: card?.uuid, outcome: 'overridden', overrideReason: { code: 'not_same_subject' } }]);
    const told = await eventually('it is told', () => window.feeder.eventsOf(checkOverridden).find(({ data }) => data.checkId === checkId));
    expect(told.data).toMatchObject({ reason: 'not_same_subject', hasComment: false, prompt: { entryId: card?.entryId } });
  });

  test.each([
    ['without a reason', { outcome: 'overridden' }, '/feedback/0/overrideReason'],
    [
      'for another reason without a word',
      { outcome: 'overridden', overrideReason: { code: 'other' } },
      '/feedback/0/overrideReason/comment',
    ],
    ['a measure that the card does not have', { outcome: 'accepted', acceptedMeasures: ['GP-01'] }, '/feedback/0/acceptedMeasures'],
    ['in the future', { outcome: 'accepted', outcomeTimestamp: '2099-01-01T00:00:00Z' }, '/feedback/0/outcomeTimestamp'],
    ['a card of another check', { card: randomUUID(), outcome: 'accepted' }, '/feedback/0/card'],
  ])('%s is refused, and nothing is kept', async (_what, over, pointer) => {
    const { checkId, card } = await asked();
    const answer = await window.decide(checkId, [{ card: card?.uuid, ...over }]);
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ pointer }] } });
    expect(await window.city.query('SELECT 1 FROM window_check.check_decision WHERE check_id = $1', [checkId])).toEqual([]);
  });
});
