import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListEntryView, Page, RegisterResult } from '@lianxin/contracts';
import { principalOf } from '@lianxin/testing';
import type { MatchResponse } from '../src/match.schema.ts';
import type { CandidateView } from '../src/match-candidate.view.ts';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc } from './designations.ts';
import { Notes, randomOf } from './search-notes.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
const seeds = [1, 2, 3];
const stepsPerSeed = 100;

describe('no sequence of calls makes certain what is not (§11, R-11-1)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  test.each(seeds)(
    'a search over random calls, seed %i',
    async (seed) => {
      const random = randomOf(seed);
      const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
      const codes = Array.from({ length: 3 }, () => nextUscc());
      const names = Array.from({ length: 4 }, (_, index) => `连云港甲${seed}乙${'东南西北'[index]}建设有限公司`);
      const numbers = Array.from({ length: 2 }, () => nextIdNumber('1981-02-03'));
      const people = [`何${seed}一`.replace(/\d/, '晓'), `何${seed}二`.replace(/\d/, '晓')];
      const notes = new Notes();
      const made: { entry: ListEntryView; number: string; name: string; day: string; wasCertain: boolean }[] = [];
      const merged = new Set<string>();

      const designate = async () => {
        const isPerson = random() < 0.35;
        const number = one(isPerson ? numbers : codes);
        const name = one(isPerson ? people : names);
        const how = one(['FULL', 'FULL', 'BROKEN', 'NONE'] as const);
        const given =
          how === 'NONE'
            ? {}
            : isPerson
              ? { idType: 'ID_CARD', idNumber: how === 'FULL' ? number : `${number.slice(0, 6)}********${number.slice(14)}` }
              : { usccCode: how === 'FULL' ? number : number.slice(0, 17) + (number.endsWith('0') ? '1' : '0') };
        const day = daysAgo(10);
        const body = designationOf(one(['BL-WAGE', 'FL-WAGE']), {
          subject: {
            kind: isPerson ? 'PERSON' : 'LEGAL',
            name,
            ...given,
            regionCode: '320706',
            toBeMatched: random() < 0.8,
            ...(isPerson && how === 'NONE' ? { clues: { birthDate: '1981-02-03', gender: 'MALE' } } : {}),
          },
        });
        const answer = await lists.call<ListEntryView>(wageOffice, 'POST', '/api/v1/list-entries', body);
        expect([201, 409, 422]).toContain(answer.status);
        if (answer.status !== 201) return;
        const isNew = !notes.has(number);
        const wasCertain = how === 'FULL' && (isNew || notes.namesOn(number, day).includes(name));
        if (how === 'FULL' && isNew) notes.note(number, name, null);
        if (!wasCertain) expect([how, answer.body.status, answer.body.activatedOn]).toEqual([how, 'CHECKING', null]);
        made.push({ entry: answer.body, number, name, day, wasCertain });
      };
      const register = async () => {
        const isPerson = random() < 0.3;
        const number = one(isPerson ? numbers : codes);
        const name = one(isPerson ? people : names);
        const effectiveOn = one([daysAgo(400), daysAgo(30), daysAgo(5)]);
        const identity = isPerson ? { kind: 'PERSON', idType: 'ID_CARD', idNumber: number } : { kind: 'LEGAL', usccCode: number };
        const answer = await lists.call<{ results: RegisterResult[] }>(centre, 'POST', '/api/v1/subjects/register-changes', {
          ...identity,
          name,
          effectiveOn,
          source: '登记',
        });
        const outcome = answer.body.results[0]?.outcome;
        if (outcome === 'CREATED' || outcome === 'RENAMED' || outcome === 'CHANGED') notes.note(number, name, effectiveOn);
      };
      const decide = async () => {
        const open = await lists.call<Page<CandidateView>>(creditOffice, 'GET', '/api/v1/match-candidates?status=OPEN,NEED_INFO&limit=200');
        const mine = open.body.data.filter(
          (candidate) => candidate.sourceKind === 'LIST_ENTRY' && made.some(({ entry }) => entry.id === candidate.entryId),
        );
        if (mine.length === 0) return;
        const { id } = one(mine);
        const principal = one([creditOffice, creditOffice, wageOffice, taxOffice, centre]);
        const verdict = one(['confirm', 'dismiss', 'ask', 'answer', 'undo']);
        const body = { reason: '核对', question: '请补充', answer: '见附件' };
        const answer = await lists.call(principal, 'POST', `/api/v1/match-candidates/${id}/${verdict}`, body);
        expect([200, 400, 403, 404, 409, 422]).toContain(answer.status);
        if (principal !== creditOffice && ['confirm', 'dismiss', 'undo'].includes(verdict)) expect(answer.status).toBe(403);
      };
      const ask = async () => {
        const isPerson = random() < 0.4;
        const number = one(isPerson ? numbers : codes);
        const name = one(isPerson ? people : names);
        const properties = isPerson ? { name: [name], idType: ['ID_CARD'], idNumber: [number] } : { name: [name], usccCode: [number] };
        const schema = isPerson ? 'Person' : 'Organization';
        const queries = {
          full: { schema, properties: { ...properties, decisionDate: [daysAgo(10)] } },
          nameOnly: { schema, properties: { name: [name] } },
          masked: {
            schema,
            properties: isPerson
              ? { name: [name], idNumber: [`${number.slice(0, 6)}********${number.slice(14)}`] }
              : { name: [name], organisationCode: [number.slice(8, 17)] },
          },
        };
        const answer = await lists.call<MatchResponse>(wageOffice, 'POST', '/api/v1/match/all', { queries, config: { purpose: '测试' } });
        for (const [id, { results }] of Object.entries(answer.body.responses)) {
          for (const result of results.filter((other) => other.match)) {
            expect(id).toBe('full');
            expect(result.grade).toBe('EXACT');
          }
          if (isPerson && id === 'nameOnly') expect(results).toEqual([]);
        }
      };
      const change = async () => {
        const target = one(made);
        if (target === undefined) return;
        const what = one(['withdraw', 'exit', 'suspend', 'resume']);
        const order = { documentNo: '文书1号', date: daysAgo(0) };
        const body = {
          withdraw: { reason: '撤回' },
          exit: { ...order, ground: 'DESIGNATION_WRONG' },
          suspend: { ...order, ground: 'STOP_EXECUTION' },
          resume: order,
        }[what];
        await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${target.entry.id}/${what}`, body);
      };
      const merge = async () => {
        const [from, to] = [one(made), one(made)];
        if (from === undefined || to === undefined || merged.size > 1) return;
        const link = { toSubjectId: to.entry.subject.id, kind: 'SAME', effectiveOn: daysAgo(1), documentNo: '归并1号', reason: '同一主体' };
        const answer = await lists.call(creditOffice, 'POST', `/api/v1/subjects/${from.entry.subject.id}/links`, link);
        if (answer.status === 204 && from.entry.subject.id !== null) merged.add(from.entry.subject.id);
        expect(answer.status).toBeLessThan(500);
      };

      for (let step = 0; step < stepsPerSeed; step++)
        await one([designate, designate, designate, register, register, decide, decide, ask, change, merge])();

      for (const { entry, wasCertain } of made) {
        const now = (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}`)).body;
        const cameIntoForce = now.timeline.some((fact) => fact.to === 'ACTIVE');
        if (!cameIntoForce || wasCertain) continue;
        // Something came into force that was not certain: only a named person of the office may have done that, on every question there was.
        const passed = now.timeline.find((fact) => fact.transition === 'T3');
        expect([now.number, passed?.actor, passed?.detail['identity']]).toEqual([now.number, creditOffice.id, 'CONFIRMED']);
        const decided = await lists.city.query<{ status: string; verdict: string | null; decided_by: string | null }>(
          `SELECT candidate.status, confirmation.verdict, confirmation.decided_by FROM list_matching.match_candidate AS candidate
         LEFT JOIN list_matching.match_confirmation AS confirmation ON confirmation.candidate_id = candidate.id AND confirmation.verdict = 'SAME'
         WHERE candidate.source_id = $1 AND candidate.status NOT IN ('DISMISSED')`,
          [entry.id],
        );
        expect(decided.length).toBeGreaterThan(0);
        expect(decided.every((row) => row.status === 'CONFIRMED' && row.verdict === 'SAME' && row.decided_by === creditOffice.id)).toBe(
          true,
        );
      }
      const unidentified = await lists.city.query(
        `SELECT entry.number FROM list_matching.list_entry AS entry JOIN list_matching.subject ON subject.id = entry.subject_id
       WHERE NOT subject.identified AND entry.activated_on IS NOT NULL`,
      );
      expect(unidentified).toEqual([]);
      expect(made.length).toBeGreaterThan(5);
    },
    120_000,
  );
});
