import { describe, expect, test } from '@jest/globals';
import {
  addWorkingDays,
  calendar2026,
  listEntryActivated,
  type ProblemBody,
  verificationCancelled,
  verificationConcluded,
  verificationOverdue,
  verificationReported,
  verificationRequested,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { type BatchLineView } from '../src/national-batch.view.ts';
import { handler, type Refusal, useBatchCity } from './batch-city.ts';
import { creditOffice, wageOffice } from './city.ts';
import { daysAgo, nextIdNumber, nextUscc, today } from './designations.ts';

describe('national batches (R-2-17)', () => {
  const town = useBatchCity();
  const { rowOf, send, rowsOf, batchOf, act, answered, entryOf } = town;

  test('a batch is matched and each subject is given to its county once; the same batch again changes nothing', async () => {
    const usccCode = nextUscc();
    const rows = [
      rowOf({ usccCode, name: '同一主体有限公司' }),
      rowOf({ usccCode, name: '同一主体有限公司', list: '重大税收违法失信主体' }),
      rowOf({ regionCode: '320707' }),
    ];
    const first = await send(rows);
    expect([first.status, first.body.rows]).toEqual([201, { total: 3, review: 0, refused: 0, verifying: 3, settled: 0, dismissed: 0 }]);
    expect(first.body.progress.map((county) => [county.departmentCode, county.total, county.open])).toEqual([
      ['GY', 1, 1],
      ['HZ', 1, 1],
    ]);
    expect(first.body.dueOn).toBe(addWorkingDays(calendar2026, today, 30).date);
    const counts = async () =>
      (
        await town.lists.city.query(`SELECT (SELECT count(*) FROM list_matching.list_batch_row) AS lines, (SELECT count(*) FROM list_matching.verification_fact) AS facts,
        (SELECT count(*) FROM list_matching.list_batch_fact) AS told`)
      )[0];
    const before = await counts();
    const again = await send([...rows].reverse());
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    expect(await counts()).toEqual(before);
    const told = await eventually('both verifications are told', () => {
      const events = town.ear.eventsOf(verificationRequested).filter((event) => event.data.batchId === first.body.id);
      return events.length === 2 && events;
    });
    expect(told.map((event) => [event.data.departmentCode, event.data.listCodes]).sort()).toEqual([
      ['GY', ['BL-WAGE']],
      ['HZ', ['BL-WAGE', 'BL-TAX']],
    ]);
  });

  test('nothing is listed before its county has verified it; V0 lists it under the batch, and the tasks may run', async () => {
    const batch = (await send([rowOf()])).body;
    const [line] = await rowsOf(batch);
    expect([line?.state, line?.entryId]).toEqual(['VERIFYING', null]);
    const done = await answered(line?.verificationId ?? '', { result: 'V0' });
    expect(done.body).toMatchObject({ status: 'CONCLUDED', result: 'V0' });
    const [after] = await rowsOf(batch);
    expect(after).toMatchObject({ state: 'SETTLED', effect: 'LIST' });
    expect(await entryOf(after?.entryId)).toMatchObject({ status: 'ACTIVE', origin: 'NATIONAL', validFrom: daysAgo(30) });
    await eventually(
      'both are told',
      () =>
        town.lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === after?.entryId) &&
        town.ear.eventsOf(verificationConcluded).some((event) => event.data.batchId === batch.id && event.data.result === 'V0'),
    );
    expect((await batchOf(batch.id)).reportDueOn).toBe(addWorkingDays(calendar2026, today, 5).date);
  });

  test('a row that is not certain waits for a named person: no code, a wrong one, a known code under another name', async () => {
    const known = rowOf();
    await send([known], { batchNo: `${town.batchNo}-A` });
    const rows = [
      // Like no name that is known already: else a candidate would be found.
      rowOf({ usccCode: undefined, name: '晨曦木业加工厂' }),
      rowOf({ usccCode: '91320799MA00000156', name: '远山渔具经营部' }),
      rowOf({ usccCode: known['usccCode'], name: '完全不同的公司', decisionNumber: '另1号' }),
    ];
    const batch = (await send(rows)).body;
    expect(batch.rows).toMatchObject({ review: 3, verifying: 0 });
    const lines = await rowsOf(batch);
    expect(lines.map((line) => line.grade)).toEqual(['NONE', 'NONE', 'CONFLICT']);
    const decide = (line: BatchLineView | undefined, body: unknown, principal = creditOffice) =>
      town.lists.call<BatchLineView & Refusal>(principal, 'POST', `/api/v1/list-batches/${batch.id}/rows/${line?.id}/match`, body);
    expect((await decide(lines[0], { decision: 'SAME', reason: '登记资料一致' }, handler)).status).toBe(403);
    expect((await decide(lines[0], { decision: 'SAME', reason: '登记资料一致' })).body.code).toBe('IDENTIFIER_REQUIRED');
    expect((await decide(lines[0], { decision: 'UNMATCHED', reason: '本市无此主体' })).body.state).toBe('DISMISSED');
    expect((await decide(lines[0], { decision: 'UNMATCHED', reason: '再次' })).body.code).toBe('CONFLICT');
    const confirmed = await decide(lines[1], { decision: 'SAME', usccCode: known['usccCode'], reason: '代码末位笔误' });
    expect(confirmed.body).toMatchObject({ state: 'VERIFYING', matchedBy: creditOffice.id });
    expect((await decide(lines[2], { decision: 'SAME', reason: '更名' })).body.state).toBe('VERIFYING');
    const task = (await rowsOf(batch))[2]?.verificationId;
    expect((await rowsOf(batch))[1]?.verificationId).toBe(task);
    await answered(task ?? '', { result: 'V0' });
    const after = await rowsOf(batch);
    const entry = await entryOf(after[2]?.entryId);
    expect([entry.status, entry.subject.name]).toEqual(['ACTIVE', known['name']]);
  });

  test.each([
    [{ list: 'BL-NOTHING' }, 'LIST_UNKNOWN'],
    [{ list: 'BL-OVER' }, 'LIST_DISABLED'],
    [{ list: 'BL-GP' }, 'TERM_REQUIRED'],
    [{ decisionDate: '2020-01-01' }, 'DATE_ORDER'],
  ])('a row that cannot be listed is told so and stays in the batch: %o %s', async (changes, code) => {
    const batch = (await send([rowOf(changes), rowOf()])).body;
    expect(batch.rows).toMatchObject({ refused: 1, verifying: 1 });
    expect((await rowsOf(batch))[0]?.note).toContain(code);
  });

  test.each([
    ['by a department', [rowOf()], {}, wageOffice, 403, 'FORBIDDEN'],
    ['of tomorrow', [rowOf()], { issuedOn: daysAgo(-1) }, creditOffice, 422, 'DATE_IN_FUTURE'],
    ['without rows', [], {}, creditOffice, 400, 'VALIDATION_FAILED'],
    ['with the number of a person', [rowOf({ reason: `身份证 ${nextIdNumber()}` })], {}, creditOffice, 400, 'VALIDATION_FAILED'],
    [
      'that says two things of one record',
      [rowOf({ sourceRecordId: 'S1' }), rowOf({ sourceRecordId: 'S1' })],
      {},
      creditOffice,
      400,
      'VALIDATION_FAILED',
    ],
  ])('a batch %s is refused and leaves nothing', async (_what, rows, changes, principal, status, code) => {
    const answer = await send<ProblemBody>(rows, changes, principal);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await town.lists.city.query(`SELECT 1 FROM list_matching.list_batch WHERE batch_no = '${town.batchNo}'`)).toEqual([]);
  });

  test('a corrected re-issue is compared, and what it takes back is undone before anything is added', async () => {
    const rows = [rowOf(), rowOf(), rowOf()];
    const batch = (await send(rows)).body;
    const [first, second, third] = await rowsOf(batch);
    await answered(first?.verificationId ?? '', { result: 'V0' });
    const listed = (await rowsOf(batch))[0]?.entryId;
    const corrected = [{ ...rows[1], reason: '更正后的事由' }, rows[2], rowOf()];
    const refused = await send<ProblemBody>(corrected);
    expect([refused.status, refused.body.code]).toEqual([409, 'BATCH_DIFFERS']);
    const correction = { documentNo: '更正〔2026〕1号', date: today };
    const foretold = await send(corrected, { correction }, creditOffice, '?dryRun=true');
    expect(foretold.body.difference).toMatchObject({ unchanged: 1, added: 1, changed: 1, removed: 1 });
    expect((await batchOf(batch.id)).issue).toBe(1);
    const applied = await send(corrected, { correction });
    expect([applied.status, applied.body.issue, applied.body.rows.total]).toEqual([201, 2, 3]);
    expect((await entryOf(listed)).status).toBe('CORRECTED');
    const after = await rowsOf(batch);
    expect(
      after
        .filter((line) => line.state === 'WITHDRAWN')
        .map((line) => line.id)
        .sort(),
    ).toEqual([first?.id, second?.id].sort());
    expect(after.find((line) => line.id === third?.id)?.state).toBe('VERIFYING');
    const gone = await act(second?.verificationId ?? '', 'claim');
    expect(gone.body.code).toBe('VERIFICATION_STATE');
    expect((await send(corrected, { correction })).status).toBe(200);
    await eventually(
      'it is told',
      () => town.ear.eventsOf(verificationCancelled).filter(({ data }) => data.batchId === batch.id).length === 2,
    );
  });

  test('the report is made once when all is settled, and is the same whenever it is fetched', async () => {
    const batch = (await send([rowOf(), rowOf({ list: 'BL-NOTHING' })])).body;
    const path = `/api/v1/list-batches/${batch.id}/report`;
    const report = (principal = creditOffice) =>
      town.lists.call<{ number: string; rows: Record<string, string>[] } & ProblemBody>(principal, 'POST', path, {
        documentNo: '连信报〔2026〕1号',
      });
    const early = await report();
    expect([early.status, early.body.code]).toEqual([409, 'BATCH_NOT_READY']);
    expect((await town.lists.call(creditOffice, 'GET', path)).status).toBe(404);
    await answered((await rowsOf(batch))[0]?.verificationId ?? '', { result: 'V5' });
    expect((await report(handler)).status).toBe(403);
    const made = await report();
    expect([made.status, made.body.rows.map((row) => row['核实结果'])]).toEqual([201, ['失联', '未受理']]);
    expect((await report()).body.code).toBe('BATCH_REPORTED');
    expect((await town.lists.call(creditOffice, 'GET', path)).body).toEqual(made.body);
    const fileOf = async (format: string) =>
      (await town.lists.city.download(town.lists.running, creditOffice, `${path}.${format}`)).bytes.toString('base64');
    expect(await fileOf('csv')).toBe(await fileOf('csv'));
    expect(await fileOf('xlsx')).toBe(await fileOf('xlsx'));
    expect(Buffer.from(await fileOf('csv'), 'base64').toString()).toContain('失联');
    const told = await eventually('it is told', () =>
      town.ear.eventsOf(verificationReported).find(({ data }) => data.batchId === batch.id),
    );
    expect(told.data).toMatchObject({ documentNo: '连信报〔2026〕1号', rows: 2 });
    expect((await send([rowOf()], { correction: { documentNo: 'x', date: today } })).status).toBe(409);
  });

  test('terms that pass are marked and told once: match, verification, batch', async () => {
    const batch = (await send([rowOf(), rowOf({ usccCode: undefined })])).body;
    const pass = () =>
      town.lists.city.query(
        `UPDATE list_matching.timer SET due_at = now() - interval '1 day' WHERE reference LIKE '${batch.id}%' OR reference IN (SELECT id::text FROM list_matching.verification WHERE batch_id = '${batch.id}')`,
      );
    await town.lists.city.query(`UPDATE list_matching.verification SET due_on = '${daysAgo(1)}' WHERE batch_id = '${batch.id}'`);
    await pass();
    const late = await eventually('all three are late', async () => {
      const view = await batchOf(batch.id);
      return view.overdue.length === 3 && view;
    });
    expect([...late.overdue].sort()).toEqual(['BATCH', 'MATCH', 'VERIFICATION']);
    expect(late.progress[0]?.overdue).toBe(1);
    const events = await eventually('all three are told', () => {
      const heard = town.ear.eventsOf(verificationOverdue).filter(({ data }) => data.batchId === batch.id);
      return heard.length === 3 && heard;
    });
    expect(events.map(({ data }) => data.what).sort()).toEqual(['BATCH', 'MATCH', 'VERIFICATION']);
    const timer = `INSERT INTO list_matching.timer (kind, reference, due_at) SELECT 'verification-due', id, now() FROM list_matching.verification WHERE batch_id = '${batch.id}'`;
    await town.lists.city.query(timer);
    await eventually(
      'the timer has fired once more',
      async () =>
        (
          await town.lists.city.query(
            `SELECT 1 FROM list_matching.timer WHERE reference IN (SELECT id::text FROM list_matching.verification WHERE batch_id = '${batch.id}')`,
          )
        ).length === 0,
    );
    const facts =
      await town.lists.city.query(`SELECT 1 FROM list_matching.verification_fact JOIN list_matching.verification ON id = verification_id
      WHERE batch_id = '${batch.id}' AND action = 'OVERDUE'`);
    expect(facts).toHaveLength(1);
    const overdue = await town.lists.call<{ data: { batchId: string }[] }>(handler, 'GET', '/api/v1/verifications?overdue=true&limit=200');
    expect(overdue.body.data.some((task) => task.batchId === batch.id)).toBe(true);
  });
});
