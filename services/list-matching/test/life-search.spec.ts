import { describe, expect, test } from '@jest/globals';
import { eventDefinitions, type ListEntryView, listEntryActivated, type Page, type RegisterResult } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import type { CandidateView } from '../src/match-candidate.view.ts';
import { approver as countyApprover, handler as countyHandler, evidence, useBatchCity } from './batch-city.ts';
import { creditOffice, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextUscc, today } from './designations.ts';
import { type Fact, proceduralFaults, type Stored } from './life-oracle.ts';
import { fileOf, rowOf } from './list-file.ts';
import { Replay } from './replays.ts';
import { Notes, randomOf } from './search-notes.ts';
import { decisionContent, documentOf, draftOf, noticeContent, wageApprover, wageHandler } from './steps.ts';

const seeds = [11, 12, 13];
const stepsPerSeed = 160;
const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
const secondOfficer = principalOf(['CREDIT_OFFICE'], [], 'CITY:second');
/** What every event of an entry tells of it. */
function isTold(data: unknown): data is { entryId: string; entryVersion: number; status: string } {
  return typeof data === 'object' && data !== null && 'entryId' in data && 'entryVersion' in data && 'status' in data;
}

describe('no sequence of calls puts a black entry into force without notice, defence, decision and service, or on a guess', () => {
  const town = useBatchCity();
  const call = <Body = Record<string, unknown>>(...args: Parameters<typeof town.lists.call>) => town.lists.call<Body>(...args);
  const query = <Row extends object>(sql: string, params: unknown[] = []) => town.lists.city.query<Row>(sql, params);

  test.each(seeds)(
    'a search over random calls of the whole life, seed %i',
    async (seed) => {
      const random = randomOf(seed);
      const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
      const chance = (share: number) => random() < share;
      const codes = Array.from({ length: 4 }, () => nextUscc());
      const names = Array.from({ length: 4 }, (_, place) => `连云港寻${seed}路${'东南西北'[place]}商贸有限公司`);
      const notes = new Notes();
      /** Records that came with a number and name that were certain on that day, by source record. */
      const certain = new Set<string>();
      const uncertain = new Set<string>();
      const entries: string[] = [];
      const verifications: string[] = [];
      const agreements: string[] = [];
      const statuses = new Map<number, number>();
      let serial = 0;

      const send = async <Body = Record<string, unknown>>(...args: Parameters<typeof town.lists.call>) => {
        const answer = await call<Body>(...args);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status >= 500) throw new Error(`${args[1]} ${args[2]}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer;
      };
      const someone = () => {
        const code = one(codes);
        const given = one([code, code, code, code.slice(0, 17) + (code.endsWith('0') ? '1' : '0'), undefined]);
        return { code, name: one(names), given };
      };
      const judge = (who: ReturnType<typeof someone>, record: string, day: string) => {
        const isNew = !notes.has(who.code);
        const isCertain = who.given === who.code && (isNew || notes.namesOn(who.code, day).includes(who.name));
        (isCertain ? certain : uncertain).add(record);
        if (who.given === who.code && isNew) notes.note(who.code, who.name, null);
      };
      const subjectOf = ({ name, given }: ReturnType<typeof someone>) => ({
        kind: 'LEGAL',
        name,
        usccCode: given,
        regionCode: '320706',
        toBeMatched: true,
      });
      const list = () => one(['BL-WAGE', 'BL-WAGE', 'FL-WAGE']);
      /** Lawful, or with one thing wrong. */
      const documents = () =>
        one<Record<string, unknown>>([
          {},
          {},
          { notice: undefined },
          { service: undefined },
          { notice: { servedOn: daysAgo(20), defenceEndedOn: daysAgo(18), method: 'DIRECT' } },
          { service: { decisionServedOn: daysAgo(8), method: 'DIRECT' } },
        ]);

      const designate = async () => {
        const who = someone();
        const record = `S${seed}/${++serial}`;
        const body = designationOf(list(), { subject: subjectOf(who), sourceRecordId: record, ...documents() });
        const answer = await send<ListEntryView>(wageOffice, 'POST', '/api/v1/list-entries', body);
        if (answer.status !== 201) return;
        judge(who, record, daysAgo(10));
        entries.push(answer.body.id);
      };
      const importRows = async () => {
        const who = someone();
        const record = `I${seed}/${++serial}`;
        const blank = one([
          '',
          '',
          'notice.servedOn',
          'notice.defenceEndedOn',
          'service.decisionServedOn',
          'service.repairNoticeServedOn',
          'decision.date',
        ]);
        const cells = {
          sourceRecordId: record,
          'subject.name': who.name,
          'subject.usccCode': who.given ?? '',
          ...(blank === '' ? {} : { [blank]: '' }),
        };
        const kind = one(['list-entries', 'list-entries', 'list-snapshot']);
        const sent = await send<JobView>(wageOffice, 'POST', `/api/v1/imports?kind=${kind}`, fileOf([rowOf(cells)]), {
          'content-type': 'text/csv',
        });
        if (sent.status !== 202) return;
        const job = await eventually('the job rests', async () => {
          const now = (await call<JobView>(wageOffice, 'GET', `/api/v1/jobs/${sent.body.id}`)).body;
          return !['queued', 'running'].includes(now.status) && now;
        });
        if (job.progress.succeeded !== 1) return;
        const [row] = await query<{ id: string }>('SELECT id FROM list_matching.list_entry WHERE source_record_id = $1', [record]);
        if (row === undefined) return;
        judge(who, record, daysAgo(10));
        entries.push(row.id);
      };
      const draft = async () => {
        const who = someone();
        const record = `D${seed}/${++serial}`;
        const body = draftOf(list(), { subject: subjectOf(who), sourceRecordId: record });
        const answer = await send<ListEntryView>(wageHandler, 'POST', '/api/v1/list-entries/drafts', body);
        if (answer.status !== 201) return;
        entries.push(answer.body.id);
        if (chance(0.2)) return;
        const submitted = await send<ListEntryView>(wageHandler, 'POST', `/api/v1/list-entries/${answer.body.id}/submit`);
        if (submitted.status === 200) judge(who, record, today);
      };
      const step = async () => {
        const id = one(entries.slice(-12));
        if (id === undefined) return;
        const order = { documentNo: documentOf('文书').number, date: today };
        const undo = { document: documentOf('决定'), reason: '有误' };
        const acts: Readonly<Record<string, () => unknown>> = {
          'serve-notice': () => ({ document: documentOf('告知书', daysAgo(9)), servedOn: daysAgo(one([1, 9])), content: noticeContent }),
          'waive-defence': () => ({ document: documentOf('放弃声明') }),
          defence: () => ({ document: documentOf('申辩书'), receivedOn: today }),
          'review-defence': () => ({
            outcome: one(['REJECTED', 'UPHELD']),
            reasons: '理由',
            document: documentOf('复核'),
            resultServedOn: today,
          }),
          decide: () => ({ ...documentOf('列入决定书'), content: decisionContent }),
          approve: () => ({ date: today }),
          serve: () => one([{ decisionServedOn: today, repairNoticeServedOn: today }, { decisionServedOn: today }, {}]),
          withdraw: () => ({ reason: '撤回' }),
          exit: () => ({ ...order, ground: one(['DUTIES_PERFORMED', 'DESIGNATION_WRONG', 'BASIS_REVOKED']) }),
          correct: () => undo,
          suspend: () => ({ ...order, ground: 'STOP_EXECUTION' }),
          resume: () => order,
        };
        const forward = ['serve-notice', 'waive-defence', 'decide', 'approve', 'serve'];
        const act = chance(0.75) ? one(forward) : one(Object.keys(acts));
        await send(one([wageHandler, wageApprover]), 'POST', `/api/v1/list-entries/${id}/${act}`, acts[act]?.());
      };
      const batch = async () => {
        const who = someone();
        const batchNo = `QG-${seed}-${++serial}`;
        const row = { name: who.name, usccCode: who.given, list: 'BL-WAGE', reason: '合成数据', designatingUnit: '某市人社局' };
        const body = {
          batchNo,
          documentNo: '下发1号',
          issuedOn: daysAgo(3),
          rows: [{ ...row, decisionNumber: `批〔2026〕${serial}号`, decisionDate: daysAgo(30), regionCode: '320706' }],
        };
        const answer = await send<{ id: string }>(creditOffice, 'POST', '/api/v1/list-batches', body);
        if (answer.status !== 201) return;
        judge(who, batchNo, daysAgo(30));
      };
      const verify = async () => {
        const open = await query<{ id: string }>(
          `SELECT verification.id FROM list_matching.verification JOIN list_matching.list_batch ON list_batch.id = batch_id
          WHERE starts_with(batch_no, $1) AND verification.status NOT IN ('CONCLUDED', 'CANCELLED')`,
          [`QG-${seed}-`],
        );
        const id = one(open)?.id;
        if (id === undefined) return;
        verifications.push(id);
        const act = (action: string, principal: typeof countyHandler, body?: unknown) =>
          send(principal, 'POST', `/api/v1/verifications/${id}/${action}`, body);
        await act('claim', one([countyHandler, countyApprover, wageOffice]));
        await act('submit', one([countyHandler, countyApprover]), {
          result: one(['V0', 'V1', 'V5', 'V6', 'V7']),
          verifiedOn: today,
          note: '说明',
          evidence,
        });
        await act('approve', one([countyHandler, countyApprover]));
      };
      const foreign = async () => {
        const who = someone();
        const record = `F${seed}/${++serial}`;
        const body = designationOf(one(['BL-WAGE', 'RL-ENV']), {
          subject: subjectOf(who),
          sourceRecordId: record,
          origin: 'PROVINCIAL',
          batchNo: 'YRD',
          originRegion: '330100',
        });
        const answer = await send<ListEntryView>(one([creditOffice, wageOffice]), 'POST', '/api/v1/list-entries', body);
        if (answer.status === 201) judge(who, record, daysAgo(10));
      };
      const agree = async () => {
        if (agreements.length === 0 || chance(0.3)) {
          const proposed = await send<{ id: string }>(
            one([creditOffice, secondOfficer, wageOffice]),
            'POST',
            '/api/v1/recognition-agreements',
            {
              regionCode: '330100',
              listCode: 'RL-ENV',
              validFrom: daysAgo(1),
              document: { name: '互认协议', number: `互认${seed}-${++serial}号` },
            },
          );
          if (proposed.status === 201) agreements.push(proposed.body.id);
        } else
          await send(
            one([creditOffice, secondOfficer]),
            'POST',
            `/api/v1/recognition-agreements/${one(agreements)}/${one(['confirm', 'reject'])}`,
          );
      };
      const register = async () => {
        const [code, name, effectiveOn] = [one(codes), one(names), one([daysAgo(400), daysAgo(20), daysAgo(5)])];
        const status = chance(0.1) ? { status: 'REVOKED' } : {};
        const body = { kind: 'LEGAL', usccCode: code, name, effectiveOn, source: '登记', ...status };
        const answer = await send<{ results: RegisterResult[] }>(centre, 'POST', '/api/v1/subjects/register-changes', body);
        const outcome = answer.body.results?.[0]?.outcome;
        if (outcome === 'CREATED' || outcome === 'RENAMED' || outcome === 'CHANGED') notes.note(code, name, effectiveOn);
      };
      const decide = async () => {
        const open = await call<Page<CandidateView>>(creditOffice, 'GET', '/api/v1/match-candidates?status=OPEN,NEED_INFO&limit=50');
        const candidate = one(open.body.data);
        if (candidate === undefined) return;
        const principal = one([creditOffice, creditOffice, wageOffice, taxOffice, centre]);
        const answer = await send(principal, 'POST', `/api/v1/match-candidates/${candidate.id}/${one(['confirm', 'dismiss'])}`, {
          reason: '核对',
        });
        if (principal !== creditOffice) expect([403, 404]).toContain(answer.status);
        // A person has said what the register's doubtful row means: its name counts from here on.
        if (answer.status === 200 && candidate.sourceKind === 'REGISTER' && candidate.usccCode !== null)
          notes.note(candidate.usccCode, candidate.decisionName, null);
      };
      const honour = async () => {
        const who = someone();
        const record = `R${seed}/${++serial}`;
        const answer = await send<ListEntryView>(
          taxOffice,
          'POST',
          '/api/v1/list-entries',
          designationOf('RL-TAXA', { subject: subjectOf(who), sourceRecordId: record }),
        );
        if (answer.status === 201) judge(who, record, daysAgo(10));
      };

      const everything = [
        designate,
        designate,
        designate,
        designate,
        importRows,
        draft,
        draft,
        step,
        step,
        step,
        step,
        step,
        batch,
        verify,
        verify,
        foreign,
        agree,
        register,
        decide,
        decide,
        honour,
      ];
      for (let count = 0; count < stepsPerSeed; count++) await one(everything)();

      const rows = await query<Stored>(
        `SELECT entry.* FROM list_matching.list_entry AS entry JOIN list_matching.subject ON subject.id = entry.subject_id
         WHERE subject.uscc_code = ANY($1) OR entry.source_record_id LIKE '%${seed}/%'`,
        [codes],
      );
      const facts = Map.groupBy(
        await query<Fact>('SELECT * FROM list_matching.list_entry_fact WHERE entry_id = ANY($1) ORDER BY entry_id, version', [
          rows.map((row) => row.id),
        ]),
        (fact) => fact.entry_id,
      );
      const wasInForce = (row: Stored) => facts.get(row.id)?.some((fact) => fact.to_status === 'ACTIVE') === true;
      const inForce = rows.filter(wasInForce);
      expect(inForce.length).toBeGreaterThan(0);
      expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 201, 409, 422]));

      // §2.4: every state follows from the one before, and is the fold of the facts.
      for (const row of rows) {
        const own = facts.get(row.id) ?? [];
        own.forEach((fact, place) => {
          expect([row.number, fact.version, fact.from_status]).toEqual([row.number, place + 1, own[place - 1]?.to_status ?? null]);
        });
        expect([row.number, row.status]).toEqual([row.number, own.at(-1)?.to_status]);
      }
      // R-2-6 to R-2-8, 两书同达, four eyes.
      const ofCity = inForce.filter((row) => row.origin === 'CITY' && ['BLACK', 'FOCUS'].includes(row.list_type));
      expect(ofCity.flatMap((row) => proceduralFaults(row, facts.get(row.id) ?? []))).toEqual([]);
      // §11, R-11-1: what was not certain is in force only because a named person of the office said who is meant, on every question.
      for (const row of inForce) {
        const record = row.batch_no?.startsWith('QG-') === true ? row.batch_no : row.source_record_id;
        if (certain.has(record)) continue;
        expect([record, uncertain.has(record)]).toEqual([record, true]);
        const open = await query<{ status: string; decided_by: string | null; verdict: string | null }>(
          `SELECT candidate.status, confirmation.decided_by, confirmation.verdict FROM list_matching.match_candidate AS candidate
           LEFT JOIN list_matching.match_confirmation AS confirmation ON confirmation.candidate_id = candidate.id AND confirmation.verdict = 'SAME'
           WHERE candidate.status <> 'DISMISSED' AND (candidate.source_id = $1
             OR candidate.record_id IN (SELECT id::text FROM list_matching.list_batch_row WHERE entry_id = $1::uuid))`,
          [row.id],
        );
        expect([
          row.number,
          open.length > 0,
          open.every((answer) => answer.verdict === 'SAME' && answer.decided_by === creditOffice.id),
        ]).toEqual([row.number, true, true]);
      }
      // R-2-10: nobody stands on a red and a black list at once.
      const standing = rows.filter((row) => ['ACTIVE', 'SUSPENDED'].includes(row.status));
      const black = new Set(standing.filter((row) => row.list_type === 'BLACK').map((row) => row.subject_id));
      expect(standing.filter((row) => row.list_type === 'RED' && black.has(row.subject_id)).map((row) => row.number)).toEqual([]);
      // R-2-17: what a batch listed, two people of its county have verified.
      for (const row of inForce.filter((other) => other.batch_no?.startsWith('QG-') === true)) {
        const steps = await query<{ action: string; actor: string }>(
          `SELECT fact.action, fact.actor FROM list_matching.verification_fact AS fact JOIN list_matching.list_batch_row AS line ON line.verification_id = fact.verification_id
           WHERE line.entry_id = $1 ORDER BY fact.version`,
          [row.id],
        );
        const [submitted, approved] = ['SUBMIT', 'APPROVE'].map((action) => steps.findLast((fact) => fact.action === action)?.actor);
        expect([row.number, submitted !== undefined && approved !== undefined && submitted !== approved]).toEqual([row.number, true]);
      }
      // R-2-16: a foreign entry of no national list has effects only under an agreement that two officers made.
      const agreed = await query<{ proposed_by: string; decided_by: string }>(
        `SELECT * FROM list_matching.recognition_agreement WHERE status = 'CONFIRMED'`,
      );
      for (const row of agreed) expect(row.proposed_by).not.toBe(row.decided_by);
      if (agreed.length === 0)
        expect(rows.filter((row) => row.origin_region !== null && row.list_type === 'RED' && row.recognised)).toEqual([]);
      // What is told is what happened: nobody is executed against whose entry was never in force.
      await eventually('all is told', async () => (await query('SELECT 1 FROM list_matching.outbox')).length === 0);
      const activated = new Set(town.lists.feeder.eventsOf(listEntryActivated).map((event) => event.data.entryId));
      expect(rows.filter((row) => activated.has(row.id) && !wasInForce(row)).map((row) => row.number)).toEqual([]);
      // Design §7: the same rules over the stored facts give the same state, whatever has happened, and the journal comes to the same version.
      const cases = rows.map((row) => ({ entryId: row.id, subjectId: row.subject_id }));
      const answers = await new Replay(town.lists).ask(cases, { kind: 'NOTHING' });
      expect(answers.flatMap(({ mismatches }) => mismatches)).toEqual([]);
      expect(answers.map(({ result, entries }) => [result, ...entries.map((one) => one.action)])).toEqual(
        cases.map(() => ['ASSESSED', 'KEEP']),
      );
      const newest = new Map<string, { entryVersion: number; status: string }>();
      for (const { data } of eventDefinitions
        .filter(({ topic }) => topic === 'lianxin.list_entry')
        .flatMap((one) => town.lists.feeder.eventsOf(one)))
        if (isTold(data) && data.entryVersion >= (newest.get(data.entryId)?.entryVersion ?? 0)) newest.set(data.entryId, data);
      const told = inForce.map((row) => [row.number, newest.get(row.id)?.entryVersion, newest.get(row.id)?.status]);
      expect(told).toEqual(inForce.map((row) => [row.number, facts.get(row.id)?.length, row.status]));
    },
    240_000,
  );
});
