import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListEntryView, TaskView } from '@lianxin/contracts';
import { beijingDate } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { designators, flagOf, nextUscc, partyOf, personLists } from './support/flags.ts';
import { alerts, unanswerable } from './support/observability.ts';
import { expectedRows, inOracleWords, oracleOf, Road } from './support/road.ts';
import { type Mode, System } from './support/system.ts';
import { digestOfTables } from './support/tables.ts';
import { expectSameAsOtherWays, untilQuiet } from './support/ways.ts';

const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');

/** The road of one flag as its users travel it, over HTTP alone; the same on every way to run. */
export function describeRoad(mode: Mode): void {
  describe(`the road of one flag on ${mode}`, () => {
    let system: System;
    let road: Road;
    beforeAll(async () => {
      // Without the demo city, which is filled by several callers at once: what stands in the tables then is what this road has made, in this order.
      system = await System.create(mode, { demo: false });
      await system.start();
      road = new Road(system);
    }, 900_000);
    afterAll(() => system?.remove(), 120_000);

    for (const listCode of Object.keys(designators)) {
      test(`an entry of ${listCode} gives exactly the tasks, notices and skips that the catalogue gives`, async () => {
        const persons = personLists.has(listCode)
          ? []
          : [
              partyOf('LEGAL_REPRESENTATIVE'),
              partyOf('PRINCIPAL'),
              partyOf('DIRECTLY_RESPONSIBLE', { namedInDecision: false }),
              partyOf('SAFETY_OFFICER'),
              partyOf('FINANCIAL_OFFICER', { decisionServedOn: undefined, noticeServedOn: undefined }),
            ];
        for (const parties of persons.length === 0 ? [[]] : [[], persons]) {
          const body = flagOf(listCode, { parties });
          const view = await road.flag(body);
          expect(view.status).toBe('ACTIVE');
          const expected = oracleOf(body, view);
          const { tasks, notices } = await road.settled(view.id, expected);
          expect(inOracleWords(tasks, false)).toEqual(expectedRows(expected, false));
          expect(inOracleWords(notices, true)).toEqual(expectedRows(expected, true));
        }
      });
    }

    test('every task says why it is there: rule, document and article, and who designated', async () => {
      const view = await road.flag(flagOf('BL-WAGE'));
      const tasks = await eventually('tasks are there', async () => {
        const rows = await road.tasks(view.id);
        return rows.length > 0 && rows.every((row) => row.explanation.clauses.length > 0) && rows;
      });
      for (const task of tasks) {
        expect(task.explanation).toMatchObject({ rule: expect.stringMatching(/^R-/), designatingDepartment: 'RSJ' });
        expect(task.explanation.clauses.some((clause) => clause.verified)).toBe(true);
        expect(task.bases).toEqual([expect.objectContaining({ entryId: view.id, listCode: 'BL-WAGE', status: 'LIVE' })]);
      }
    });

    test('a department signs, executes and answers; a second person approves; the office sees the figures move', async () => {
      const view = await road.flag(flagOf('BL-WAGE'));
      const handler = await road.as('WMB');
      const approver = await road.as('WMB:APPROVER');
      const task = await eventually(
        'the task stands in the queue',
        async () => (await handler.all<TaskView>(`/api/v1/tasks?entryId=${view.id}`))[0],
      );
      expect(task).toMatchObject({ departmentCode: 'WMB', measureCode: 'WAGE-07', status: 'DISPATCHED', trigger: 'ONE_OFF' });
      const before = await figures(road, 'WMB');

      expect((await handler.post(`/api/v1/tasks/${task.id}/acknowledge`)).status).toBe(200);
      expect((await handler.post(`/api/v1/tasks/${task.id}/arm`)).body).toMatchObject({ code: 'ACTION_NOT_FOR_TRIGGER' });
      expect((await handler.post(`/api/v1/tasks/${task.id}/start`)).status).toBe(200);
      const answer = {
        kind: 'APPLIED',
        measureApplied: '取消评优资格',
        appliedOn: beijingDate(new Date()),
        documentNo: '文明办〔2026〕1号',
      };
      expect((await handler.post(`/api/v1/tasks/${task.id}/feedback`, answer)).body).toMatchObject({ code: 'EVIDENCE_REQUIRED' });
      const file = await handler.request<{ id: string }>('POST', '/api/v1/files', pdf, { 'content-type': 'application/pdf' });
      expect(file.status).toBe(201);
      const feedback = await handler.post<{ id: string }>(`/api/v1/tasks/${task.id}/feedback`, { ...answer, evidenceIds: [file.body.id] });
      expect(feedback.status).toBe(201);
      expect((await handler.post(`/api/v1/feedback/${feedback.body.id}/approve`)).status).toBe(403);
      expect((await approver.post(`/api/v1/feedback/${feedback.body.id}/approve`)).status).toBe(200);
      expect((await handler.get<TaskView>(`/api/v1/tasks/${task.id}`)).body.status).toBe('FED_BACK');

      await eventually('the figures have moved', async () => {
        const after = await figures(road, 'WMB');
        return after.K05 === before.K05 + 1 && after.K07 === before.K07 + 1 && after.K11 === before.K11 + 1;
      });
    });

    test('an entry that leaves its list lifts every task, and the receipts of the departments close them', async () => {
      const view = await road.flag(flagOf('BL-WAGE'));
      const rows = await eventually('tasks are there', async () => {
        const tasks = await road.tasks(view.id);
        return tasks.length > 0 && tasks;
      });
      const unit = await road.as('RSJ');
      const exit = await unit.post(`/api/v1/list-entries/${view.id}/exit`, {
        ground: 'DUTIES_PERFORMED',
        documentNo: '移出〔2026〕1号',
        date: beijingDate(new Date()),
      });
      expect(exit.status).toBe(200);
      await eventually('every task is being lifted', async () => (await road.tasks(view.id)).every((task) => task.status === 'LIFTING'));
      // In an order that is the same every time: ids are not.
      const byDepartment = rows.toSorted((a, b) => placeOf(a).localeCompare(placeOf(b)));
      for (const task of byDepartment) {
        const department = await road.as(task.departmentCode);
        const receipt = await department.post(`/api/v1/tasks/${task.id}/feedback`, { kind: 'LIFTED', measureApplied: '已解除' });
        expect(receipt.status).toBe(201);
      }
      expect((await road.tasks(view.id)).every((task) => task.status === 'LIFTED')).toBe(true);
      const entry = await unit.get<ListEntryView>(`/api/v1/list-entries/${view.id}`);
      expect(entry.body.status).toBe('EXPIRED');
    });

    test('two lists with one restriction on one subject make one task with two bases; it lifts only when both have ended', async () => {
      const usccCode = nextUscc();
      const name = `示例双列${usccCode}有限公司`;
      const subject = { kind: 'LEGAL', name, usccCode, regionCode: '320706' };
      const court = await road.flag(flagOf('BL-COURT', { subject }));
      const wage = await road.flag(flagOf('BL-WAGE', { subject }));
      const shared = await eventually('one task rests on both', async () => {
        const both = (await road.tasks(wage.id)).filter((task) => task.canonicalCode === 'GOV-PROCUREMENT-BAN');
        return both.length > 0 && both.every((task) => task.bases.length === 2) && both;
      });
      expect(new Set(shared.map((task) => task.departmentCode)).size).toBe(shared.length);

      const exitOf = (listCode: string, id: string) =>
        road
          .as(designators[listCode] ?? '')
          .then((unit) =>
            unit.post(`/api/v1/list-entries/${id}/exit`, { ground: 'DUTIES_PERFORMED', documentNo: '1号', date: beijingDate(new Date()) }),
          );
      expect((await exitOf('BL-WAGE', wage.id)).status).toBe(200);
      await eventually('one basis has ended and the task stays', async () =>
        (await road.tasks(court.id))
          .filter((task) => task.canonicalCode === 'GOV-PROCUREMENT-BAN')
          .every(
            (task) => task.bases.some((basis) => basis.entryId === wage.id && basis.status === 'ENDED') && task.status === 'DISPATCHED',
          ),
      );
      expect((await exitOf('BL-COURT', court.id)).status).toBe(200);
      await eventually('both have ended and it lifts', async () => (await road.tasks(court.id)).every((task) => task.status === 'LIFTING'));
    });

    test('a department sees nothing of another department: not in lists, not by id, not in figures, not in events', async () => {
      const view = await road.flag(flagOf('BL-WAGE'));
      const [stranger, owner] = [await road.as('TYJ'), await road.as('GGZY')];
      const task = await eventually(
        'the owner has its task',
        async () => (await owner.all<TaskView>(`/api/v1/tasks?entryId=${view.id}`))[0],
      );
      expect(await stranger.all(`/api/v1/tasks?entryId=${view.id}`)).toEqual([]);
      expect(await stranger.all(`/api/v1/tasks?department=GGZY`)).toEqual([]);
      for (const path of [`/api/v1/tasks/${task.id}`, `/api/v1/list-entries/${view.id}`])
        expect((await stranger.get(path)).status).toBe(404);
      expect((await stranger.post(`/api/v1/tasks/${task.id}/acknowledge`)).status).toBe(404);
      expect((await stranger.post(`/api/v1/tasks/${task.id}/feedback`, { nonsense: true })).status).toBe(404);
      const rows = (await stranger.get<{ data: { departmentCode: string }[] }>('/api/v1/stats/departments')).body.data;
      expect(rows.every((row) => row.departmentCode === 'TYJ')).toBe(true);
      const events = await stranger.get<{ data: unknown[] }>('/api/v1/events?limit=500');
      expect(JSON.stringify(events.body)).not.toContain(task.id);
    });

    test('what is wrong is refused with code and pointer, nothing is stored, and the server stays well', async () => {
      const unit = await road.as('RSJ');
      const good = flagOf('BL-WAGE');
      const refusals: [string, unknown, number, string, string?][] = [
        [
          'wrong check digit',
          { ...good, subject: { ...good.subject, usccCode: '91320799MA00000156' } },
          422,
          'USCC_INVALID',
          '/subject/usccCode',
        ],
        ['impossible date', { ...good, decision: { ...good.decision, date: '2026-02-30' } }, 400, 'VALIDATION_FAILED', '/decision/date'],
        ['unknown list', { ...good, listCode: 'BL-NONE' }, 422, 'LIST_UNKNOWN', '/listCode'],
        ['no notice', { ...good, notice: undefined }, 422, 'NOTICE_REQUIRED', '/notice'],
        ['oversized body', { ...good, facts: 'x'.repeat(2_000_000) }, 413, 'BODY_TOO_LARGE'],
        ['deep JSON', `${'['.repeat(5000)}${']'.repeat(5000)}`, 400, 'JSON_TOO_DEEP'],
        ['no JSON', '{"listCode":', 400, 'MALFORMED_JSON'],
      ];
      for (const [what, body, status, code, pointer] of refusals) {
        const answer = await unit.request<{ code: string; errors?: { pointer: string }[] }>('POST', '/api/v1/list-entries', body, {
          'content-type': 'application/json',
        });
        expect([what, answer.status, answer.body.code]).toEqual([what, status, code]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        if (pointer !== undefined) expect(answer.body.errors?.map((error) => error.pointer)).toContain(pointer);
      }
      expect(
        (await unit.request('POST', '/api/v1/list-entries', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status,
      ).toBe(415);
      expect((await unit.request('POST', '/api/v1/list-entries', good, { authorization: '' })).status).toBe(401);
      expect((await unit.request('POST', '/api/v1/list-entries', good, { authorization: 'Bearer lx_test_nobody' })).status).toBe(401);
      expect((await (await road.as('TYJ')).post('/api/v1/list-entries', good)).body).toMatchObject({ code: 'NOT_DESIGNATING_UNIT' });
      const entries = await (await road.as('CREDIT_OFFICE')).get<{ data: unknown[] }>(`/api/v1/subjects?usccCode=${good.subject.usccCode}`);
      expect(entries.body.data).toEqual([]);
      expect((await unit.get('/readyz')).status).toBe(200);
    });

    test("the operator's smoke test finds the system well, and says what is wrong when asked with a key that nobody has", async () => {
      const { apiKeys } = await system.json<{ apiKeys: Record<string, string> }>('demo-credentials.json');
      const smoke = (key: string | undefined, url = system.baseUrl) =>
        new Promise<{ code: number; out: string }>((resolve) =>
          execFile(join(import.meta.dirname, '../deploy/smoke'), [url], { env: { ...process.env, LIANXIN_KEY: key } }, (error, out) =>
            resolve({ code: Number(error?.code ?? 0), out }),
          ),
        );
      const well = await smoke(apiKeys['AUDITOR']);
      expect(well).toMatchObject({ code: 0, out: expect.stringMatching(/^ok +version \d+\.\d+\.\d+, commit .*, mode production$/m) });
      expect(well.out).not.toContain('FAILED');
      expect(await smoke('lx_live_nobody')).toMatchObject({ code: 1, out: expect.stringContaining('FAILED no version') });
      expect(await smoke(undefined, 'http://127.0.0.1:1')).toMatchObject({ code: 1, out: expect.stringContaining('does not answer') });
    });

    test('dashboards and alerts ask only for figures that the running services show, and lead to pages that there are', async () => {
      const text = await (await fetch(`${system.baseUrl}/metrics`)).text();
      expect(unanswerable(text)).toEqual([]);
      for (const page of new Set(alerts().map(({ annotations }) => annotations.page)))
        expect([page, (await fetch(system.baseUrl + page)).status]).toEqual([page, 200]);
    });

    test('what stands in the tables is the same on every way to run, row for row', async () => {
      await expectImport(road, 200);
      await untilQuiet(system);
      await expectSameAsOtherWays(mode, await digestOfTables((statements) => system.rows(statements)));
    }, 300_000);

    // The long file on the way that needs nothing; on the others the same code reads a file that shows that it arrives.
    const fileRows = mode === 'standalone' ? 10_000 : 1_000;
    test(`${fileRows} rows by CSV with one in a hundred bad: good rows in, each bad row told with line, field, reason and remedy`, async () => {
      await expectImport(road, fileRows);
    }, 300_000);
  });
}

/** Imports a file in which the 51st of every hundred rows has a wrong check digit; the good rows go in, the others are told. */
async function expectImport(road: Road, count: number): Promise<void> {
  const header =
    'listCode,sourceRecordId,subject.kind,subject.name,subject.usccCode,subject.regionCode,facts,grade,basis.document,decision.name,decision.number,decision.date,notice.servedOn,notice.defenceEndedOn,service.decisionServedOn,service.repairNoticeServedOn';
  const rows = Array.from({ length: count }, (_, index) => {
    const flag = flagOf('FL-WAGE');
    const bad = index % 100 === 50;
    const notice = flag['notice'] as Record<string, string>;
    const service = flag['service'] as Record<string, string>;
    return [
      flag.listCode,
      `import-${count}-${index}-${flag.sourceRecordId}`,
      'LEGAL',
      flag.subject.name,
      bad ? '91320799MA00000156' : (flag.subject.usccCode ?? ''),
      '320706',
      '合成',
      'SERIOUS',
      '依据',
      '决定书',
      `${flag.decision.number}-${index}`,
      flag.decision.date,
      notice['servedOn'],
      notice['defenceEndedOn'],
      service['decisionServedOn'],
      service['repairNoticeServedOn'],
    ].join(',');
  });
  const unit = await road.as('RSJ');
  const accepted = await unit.request<{ id: string }>(
    'POST',
    '/api/v1/imports?kind=list-entries&mode=partial',
    `\uFEFF${header}\n${rows.join('\n')}\n`,
    { 'content-type': 'text/csv' },
  );
  expect(accepted.status).toBe(202);
  const job = await eventually(
    'the import has ended',
    async () => {
      const state = await unit.get<{ status: string; progress: { succeeded: number; failed: number } }>(
        accepted.headers.get('location') ?? `/api/v1/jobs/${accepted.body.id}`,
      );
      return /succeeded|failed/.test(state.body.status) && state.body;
    },
    240_000,
  );
  expect(job).toMatchObject({ status: 'partially_succeeded', progress: { succeeded: count - count / 100, failed: count / 100 } });
  const errors = await unit.all<{ line: number; field: string; code: string; reason: string; remedy: string }>(
    `/api/v1/jobs/${accepted.body.id}/errors`,
  );
  expect(errors).toHaveLength(count / 100);
  expect(errors[0]).toMatchObject({
    line: 52,
    field: expect.stringContaining('usccCode'),
    code: 'USCC_INVALID',
    reason: expect.stringContaining('18'),
    remedy: expect.any(String),
  });
}

const placeOf = (task: TaskView) => `${task.departmentCode} ${task.measureCode} ${task.partyRole}`;

async function figures(road: Road, department: string): Promise<{ K05: number; K07: number; K11: number }> {
  const office = await road.as('CREDIT_OFFICE');
  const { body } = await office.get<{
    data: { departmentCode: string; figures: { code: string; numerator: number | null; value: number | null }[] }[];
  }>(`/api/v1/stats/departments?department=${department}`);
  const row = body.data.find((candidate) => candidate.departmentCode === department);
  const of = (code: string) =>
    (row?.figures ?? [])
      .filter((figure) => figure.code.startsWith(code))
      .reduce((sum, figure) => sum + (figure.numerator ?? figure.value ?? 0), 0);
  return { K05: of('K05'), K07: of('K07'), K11: of('K11') };
}
