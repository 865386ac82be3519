import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ListEntryView, listEntryActivated, listEntryExited, type Page, type Principal, type ProblemBody } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { eventually, principalOf, type TestAnswer } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { CandidateView } from '../src/match-candidate.view.ts';
import { ListCity, wageOffice } from './city.ts';
import { designationOf, nextUscc, today } from './designations.ts';
import { documentOf, draftOf, Steps } from './steps.ts';

const ann = principalOf(['DEPT_HANDLER'], ['RSJ'], 'RSJ:ann');
const ben = principalOf(['DEPT_APPROVER'], ['RSJ'], 'RSJ:ben');
const office = principalOf(['CREDIT_OFFICE'], [], 'office:one');
const rounds = 2;

type Answer = TestAnswer<ListEntryView & Partial<Omit<ProblemBody, 'status'>>>;
interface Act {
  readonly name: string;
  /** The fact that it leaves. */
  readonly fact: string;
  readonly to: string;
  /** From which states it is lawful, told once more by hand. */
  readonly from: readonly string[];
  readonly office?: true;
  send(entry: ListEntryView): { path: string; body?: unknown; method?: string };
}

const order = () => ({ documentNo: documentOf('文书').number, date: today });
const onEntry = (step: string, body: () => unknown) => (entry: ListEntryView) => ({
  path: `/api/v1/list-entries/${entry.id}/${step}`,
  body: body(),
});
const undo = () => ({ document: documentOf('更正决定'), reason: '认定有误' });
const live = ['ACTIVE', 'SUSPENDED'];
const ended = ['EXPIRED'];
const acts = {
  serve: {
    name: 'puts into force',
    fact: 'T12',
    to: 'ACTIVE',
    from: ['DESIGNATED'],
    send: onEntry('serve', () => ({ decisionServedOn: today, repairNoticeServedOn: today })),
  },
  withdraw: {
    name: 'withdraws',
    fact: 'T2a',
    to: 'NOT_DESIGNATED',
    from: ['DRAFT', 'CHECKING', 'PRE_NOTICE', 'DESIGNATED'],
    send: onEntry('withdraw', () => ({ reason: '撤回' })),
  },
  exit: {
    name: 'removes',
    fact: 'T16a',
    to: 'EXPIRED',
    from: live,
    send: onEntry('exit', () => ({ ...order(), ground: 'DUTIES_PERFORMED' })),
  },
  correct: { name: 'corrects', fact: 'T18', to: 'CORRECTED', from: [...live, ...ended], send: onEntry('correct', undo) },
  revoke: { name: 'revokes', fact: 'T19', to: 'REVOKED', from: [...live, ...ended], send: onEntry('revoke', undo) },
  suspend: {
    name: 'suspends',
    fact: 'T14',
    to: 'SUSPENDED',
    from: ['ACTIVE'],
    send: onEntry('suspend', () => ({ ...order(), ground: 'STOP_EXECUTION' })),
  },
  resume: { name: 'resumes', fact: 'T15', to: 'ACTIVE', from: ['SUSPENDED'], send: onEntry('resume', order) },
  submit: {
    name: 'submits',
    fact: 'T2',
    to: 'PRE_NOTICE',
    from: ['DRAFT'],
    send: onEntry('submit', () => undefined),
  },
} as const satisfies Record<string, Act>;

describe('two operators at one entry, each at a replica of their own: one wins, the other is told what changed', () => {
  let lists: ListCity;
  let other: RunningService;
  let steps: Steps;
  beforeAll(async () => {
    lists = await ListCity.create();
    other = await lists.city.boot(service);
    steps = new Steps(lists);
  });
  afterAll(() => lists?.close());

  const at = (
    replica: RunningService,
    principal: Principal,
    entry: ListEntryView,
    act: Act,
    ifMatch: string | undefined,
  ): Promise<Answer> => {
    const { path, body } = act.send(entry);
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
    return lists.city.call(replica, act.office ? office : principal, 'POST', path, { body, headers });
  };
  const both = async (entry: ListEntryView, first: Act, second: Act, ifMatch: string | undefined): Promise<[Answer, Answer]> => {
    const answers = await Promise.all([at(lists.running, ann, entry, first, ifMatch), at(other, ben, entry, second, ifMatch)]);
    for (const answer of answers) expect([200, 409, 412]).toContain(answer.status);
    return answers;
  };
  const factsOf = (id: string) =>
    lists.city.query<{ version: number; transition: string; from_status: string | null; to_status: string; actor: string }>(
      'SELECT version, transition, from_status, to_status, actor FROM list_matching.list_entry_fact WHERE entry_id = $1 ORDER BY version',
      [id],
    );
  /** The facts are one life: versions without a gap, each step from where the last one led, nothing after an end but what may undo it. */
  const assertOneLife = async (id: string) => {
    const facts = await factsOf(id);
    facts.forEach((fact, place) => {
      expect(fact.version).toBe(place + 1);
      if (place > 0) expect([id, place, fact.from_status]).toEqual([id, place, facts[place - 1]?.to_status]);
    });
    expect(facts.filter((fact) => fact.transition === 'T12').length).toBeLessThanOrEqual(1);
    for (const end of ['CORRECTED', 'REVOKED', 'NOT_DESIGNATED']) {
      const place = facts.findIndex((fact) => fact.to_status === end);
      if (place !== -1) expect(facts.slice(place + 1)).toEqual([]);
    }
    const [row] = await lists.city.query<{ status: string; version: number }>(
      'SELECT status, version FROM list_matching.list_entry WHERE id = $1',
      [id],
    );
    expect([row?.status, row?.version]).toEqual([facts.at(-1)?.to_status, facts.length]);
    return facts;
  };

  const makers: Readonly<Record<string, () => Promise<ListEntryView>>> = {
    DRAFT: () => steps.drafted(draftOf('BL-WAGE')),
    DESIGNATED: () => steps.signed(draftOf('BL-WAGE')),
    ACTIVE: () => steps.must(lists.call(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE'))),
    SUSPENDED: async () => {
      const entry = await steps.must(lists.call(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE')));
      return steps.must(steps.act(entry, 'suspend', { ...order(), ground: 'STOP_EXECUTION' }));
    },
  };
  const inState: readonly (readonly [string, readonly Act[]])[] = [
    ['DRAFT', [acts.submit, acts.withdraw]],
    ['DESIGNATED', [acts.serve, acts.withdraw, acts.exit, acts.correct]],
    ['ACTIVE', [acts.exit, acts.correct, acts.revoke, acts.suspend, acts.resume]],
    ['SUSPENDED', [acts.resume, acts.exit, acts.correct, acts.suspend]],
  ];
  const pairs = inState.flatMap(([state, mine]) =>
    mine.flatMap((first, place) => mine.slice(place).map((second) => [state, first.name, second.name, first, second] as const)),
  );

  test.each(pairs)('%s: one %s, the other %s, both on the version that they saw', async (state, _first, _second, first, second) => {
    for (let round = 0; round < rounds; round++) {
      const entry = await makers[state]?.();
      if (entry === undefined) throw new Error(state);
      const before = (await factsOf(entry.id)).length;
      const answers = await both(entry, first, second, `"${entry.version}"`);
      const won = answers.filter((answer) => answer.status === 200);
      const mayWin = [first, second].filter((act) => act.from.includes(state));
      expect([state, won.length]).toEqual([state, Math.min(1, mayWin.length)]);
      const facts = await assertOneLife(entry.id);
      if (won.length === 0) expect(facts.length).toBe(before);
      if (mayWin.length < 2) continue;
      const lost = answers.find((answer) => answer.status !== 200);
      const winner = facts[before];
      expect([lost?.status, lost?.body.code]).toEqual([412, 'STALE']);
      expect(lost?.body.detail).toContain(winner?.actor ?? '');
      expect(lost?.body.errors?.[0]?.detail).toContain(winner?.transition ?? '');
    }
  });

  test.each(pairs)('%s: one %s, the other %s, neither says which version', async (state, _first, _second, first, second) => {
    for (let round = 0; round < rounds; round++) {
      const entry = await makers[state]?.();
      if (entry === undefined) throw new Error(state);
      const before = (await factsOf(entry.id)).length;
      const answers = await both(entry, first, second, undefined);
      const facts = await assertOneLife(entry.id);
      const since = facts.slice(before);
      // Told by hand: which acts can have come about one after the other.
      const possible = [
        [first, second],
        [second, first],
      ].map(
        (turn) =>
          turn.reduce<{ state: string; done: Act[] }>(
            (now, act) => (act.from.includes(now.state) ? { state: act.to, done: [...now.done, act] } : now),
            { state, done: [] },
          ).done,
      );
      const done = [first, second].filter((_act, place) => answers[place]?.status === 200);
      expect(possible.some((turn) => turn.length === done.length && turn.every((act) => done.includes(act)))).toBe(true);
      expect(since.filter((fact) => [first.fact, second.fact].includes(fact.transition)).length).toBe(done.length);
      for (const [place, act] of [first, second].entries()) {
        const answer = answers[place];
        if (answer?.status === 200) continue;
        expect([answer?.status, answer?.body.code]).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
        // Whoever could have won is told who did, and by what.
        const last = answer?.body.errors?.at(-1)?.detail ?? '';
        if (act.from.includes(state))
          expect(since.some((fact) => last.includes(`${fact.transition} `) && last.includes(fact.actor))).toBe(true);
      }
    }
  });

  test('the same record sent to both replicas is one entry; the same decision under two record numbers too', async () => {
    for (let round = 0; round < 6; round++) {
      const body = designationOf('BL-WAGE');
      const post = (replica: RunningService, sent: object) =>
        lists.city.call<ListEntryView & Omit<ProblemBody, 'status'>>(replica, wageOffice, 'POST', '/api/v1/list-entries', { body: sent });
      const same = await Promise.all([post(lists.running, body), post(other, body)]);
      expect(new Set(same.map((answer) => answer.body.id)).size).toBe(1);
      const twice = designationOf('BL-WAGE');
      const answers = await Promise.all([
        post(lists.running, twice),
        post(other, { ...twice, sourceRecordId: `${twice.sourceRecordId}/2` }),
      ]);
      expect(answers.filter((answer) => answer.status === 201).length).toBe(1);
      const refused = answers.find((answer) => answer.status !== 201);
      expect([refused?.status, refused?.body.code]).toEqual([409, 'DUPLICATE_DECISION']);
      const lives = await lists.city.query(
        `SELECT 1 FROM list_matching.list_entry AS entry JOIN list_matching.subject ON subject.id = entry.subject_id
         WHERE subject.uscc_code = $1 AND entry.status IN ('ACTIVE', 'SUSPENDED')`,
        [String(twice.subject['usccCode'])],
      );
      expect(lives.length).toBe(1);
    }
  });

  test('while one replaces an entry, the other removes or replaces it: it has one successor, and no end after it was replaced', async () => {
    for (let round = 0; round < 6; round++) {
      const subject = { kind: 'LEGAL', name: '被替代有限公司', usccCode: nextUscc(), regionCode: '320706' };
      const old = await steps.must(lists.call(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE', { subject })));
      const next = () => designationOf('BL-WAGE', { subject, supersedes: old.id });
      const post = (replica: RunningService) =>
        lists.city.call<ListEntryView & Omit<ProblemBody, 'status'>>(replica, wageOffice, 'POST', '/api/v1/list-entries', { body: next() });
      const [first, second] =
        round % 2 === 0
          ? await Promise.all([post(lists.running), post(other)])
          : await Promise.all([post(lists.running), at(other, ben, old, acts.exit, undefined)]);
      for (const answer of [first, second]) expect([200, 201, 409, 412, 422]).toContain(answer.status);
      const facts = await assertOneLife(old.id);
      expect(facts.filter((fact) => ['SUPERSEDED', 'EXPIRED'].includes(fact.to_status)).length).toBe(1);
      const inForce = await lists.city.query<{ id: string }>(
        `SELECT entry.id FROM list_matching.list_entry AS entry JOIN list_matching.subject ON subject.id = entry.subject_id
         WHERE subject.uscc_code = $1 AND entry.list_code = 'BL-WAGE' AND entry.status IN ('ACTIVE', 'SUSPENDED')`,
        [subject.usccCode],
      );
      const created = [first, second].filter((answer) => answer.status === 201).length;
      expect([inForce.length, inForce.some((row) => row.id === old.id)]).toEqual([created, false]);
      expect(created).toBeLessThanOrEqual(1);
    }
  });

  test('while the office decides who is meant, the unit withdraws: in force or withdrawn, never both', async () => {
    for (let round = 0; round < 6; round++) {
      const usccCode = nextUscc();
      await lists.call(
        wageOffice,
        'POST',
        '/api/v1/list-entries',
        designationOf('FL-WAGE', { subject: { kind: 'LEGAL', name: '登记在册有限公司', usccCode, regionCode: '320706' } }),
      );
      const doubtful = await steps.must(
        lists.call(
          wageOffice,
          'POST',
          '/api/v1/list-entries',
          designationOf('BL-WAGE', { subject: { kind: 'LEGAL', name: '名称两样有限公司', usccCode, regionCode: '320706' } }),
        ),
      );
      expect(doubtful.status).toBe('CHECKING');
      const page = await lists.call<Page<CandidateView>>(office, 'GET', `/api/v1/match-candidates?sourceId=${doubtful.id}`);
      const candidate = page.body.data[0]?.id ?? '';
      const [confirmed, withdrawn] = await Promise.all([
        lists.city.call(other, office, 'POST', `/api/v1/match-candidates/${candidate}/confirm`, { body: { reason: '已核对' } }),
        at(lists.running, ann, doubtful, acts.withdraw, undefined),
      ]);
      expect([confirmed.status, withdrawn.status].sort()).toEqual([200, 409]);
      const facts = await assertOneLife(doubtful.id);
      expect(facts.at(-1)?.to_status).toBe(withdrawn.status === 200 ? 'NOT_DESIGNATED' : 'ACTIVE');
    }
  });

  test('two people decide about one candidate, one way each: the first decides', async () => {
    for (let round = 0; round < 6; round++) {
      const usccCode = nextUscc();
      await lists.call(
        wageOffice,
        'POST',
        '/api/v1/list-entries',
        designationOf('FL-WAGE', { subject: { kind: 'LEGAL', name: '登记在册有限公司', usccCode, regionCode: '320706' } }),
      );
      const doubtful = await steps.must(
        lists.call(
          wageOffice,
          'POST',
          '/api/v1/list-entries',
          designationOf('BL-WAGE', { subject: { kind: 'LEGAL', name: '名称两样有限公司', usccCode, regionCode: '320706' } }),
        ),
      );
      const page = await lists.call<Page<CandidateView>>(office, 'GET', `/api/v1/match-candidates?sourceId=${doubtful.id}`);
      const candidate = page.body.data[0]?.id ?? '';
      const decide = (replica: RunningService, verdict: string) =>
        lists.city.call(replica, office, 'POST', `/api/v1/match-candidates/${candidate}/${verdict}`, { body: { reason: '已核对' } });
      const [same, different] = await Promise.all([decide(lists.running, 'confirm'), decide(other, 'dismiss')]);
      expect([same.status, different.status].sort()).toEqual([200, 409]);
      const facts = await assertOneLife(doubtful.id);
      expect(facts.at(-1)?.to_status).toBe(same.status === 200 ? 'ACTIVE' : 'NOT_DESIGNATED');
    }
  });

  test('of every entry each life was told once, and its end once, in the order of its versions', async () => {
    await eventually('all is told', async () => (await lists.city.query('SELECT 1 FROM list_matching.outbox')).length === 0);
    const activated = lists.feeder.eventsOf(listEntryActivated);
    const exited = lists.feeder.eventsOf(listEntryExited);
    expect(activated.length).toBeGreaterThan(50);
    const lives = activated.map((event) => `${event.data.entryId} ${event.data.activationNo}`);
    expect(new Set(lives).size).toBe(lives.length);
    const facts = await lists.city.query<{ entry_id: string; version: number; to_status: string }>(
      'SELECT entry_id, version, to_status FROM list_matching.list_entry_fact',
    );
    const stood = new Map(facts.map((fact) => [`${fact.entry_id} ${fact.version}`, fact.to_status]));
    for (const event of exited) {
      const status = stood.get(`${event.data.entryId} ${event.data.entryVersion}`) ?? '';
      expect([event.data.entryId, ['EXPIRED', 'CORRECTED', 'REVOKED', 'SUPERSEDED', 'EXCLUDED'].includes(status)]).toEqual([
        event.data.entryId,
        true,
      ]);
    }
    const ends = exited.map((event) => `${event.data.entryId} ${event.data.entryVersion}`);
    expect(new Set(ends).size).toBe(ends.length);
  });
});
