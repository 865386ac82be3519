import { describe, expect, test } from '@jest/globals';
import { listEntryExited, type Page, type ProblemBody } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import type { CandidateView } from '../src/match-candidate.view.ts';
import type { BatchLineView, BatchSummary } from '../src/national-batch.view.ts';
import { type Refusal, useBatchCity } from './batch-city.ts';
import { creditOffice, wageOffice } from './city.ts';
import { daysAgo, nextIdNumber, nextUscc } from './designations.ts';
import { workbookOf } from './list-file.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const titles: Readonly<Record<string, string>> = {
  batchNo: '批次号',
  documentNo: '下发文书号',
  issuedOn: '下发日期',
  correctionNo: '更正文号',
  correctionDate: '更正日期',
  name: '企业名称',
  usccCode: '统一社会信用代码',
  list: '名单名称',
  reason: '列入事由',
  designatingUnit: '列入决定机关名称',
  decisionNumber: '列入决定文书号',
  decisionDate: '列入决定日期',
  regionCode: '行政区划代码',
  legalRepresentative: '法定代表人',
};

describe('national batches as files, and their doubtful rows (R-2-17, R-11-1)', () => {
  const town = useBatchCity();
  const { rowOf, send, rowsOf, batchOf, answered, entryOf } = town;

  const table = (rows: readonly Record<string, unknown>[], changes: Record<string, string> = {}) => {
    const head = {
      batchNo: town.batchNo,
      documentNo: '下发〔2026〕1号',
      issuedOn: daysAgo(3),
      correctionNo: '',
      correctionDate: '',
      ...changes,
    };
    return [
      Object.values(titles),
      ...rows.map((row) => Object.keys(titles).map((field) => String(row[field] ?? head[field as keyof typeof head] ?? ''))),
    ];
  };
  const csv = (rows: readonly (readonly string[])[]) =>
    `\uFEFF${rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\r\n')}\r\n`;
  const upload = async (body: string | Buffer, query = '', principal = creditOffice) => {
    const accepted = await town.lists.call<JobView & Refusal>(principal, 'POST', `/api/v1/imports?kind=national-batch${query}`, body, {
      'content-type': typeof body === 'string' ? 'text/csv' : xlsx,
    });
    if (accepted.status !== 202) throw new Error(`${accepted.status} ${JSON.stringify(accepted.body)}`);
    return resting(accepted.body.id);
  };
  const resting = (id: string) =>
    eventually('the job rests', async () => {
      const job = (await town.lists.call<JobView>(creditOffice, 'GET', `/api/v1/jobs/${id}`)).body;
      return !['queued', 'running'].includes(job.status) && job;
    });
  const errorsOf = async (job: JobView) =>
    (
      await town.lists.call<Page<{ line: number; code: string; reason: string }>>(
        creditOffice,
        'GET',
        `/api/v1/jobs/${job.id}/errors?severity=ERROR`,
      )
    ).body.data;
  const batchByNo = async (batchNo = town.batchNo) => {
    const page = await town.lists.call<Page<BatchSummary>>(creditOffice, 'GET', `/api/v1/list-batches?batchNo=${batchNo}`);
    return page.body.data[0];
  };
  const linesByNo = async (batchNo?: string) => {
    const batch = await batchByNo(batchNo);
    return batch === undefined ? [] : rowsOf(batch);
  };
  const candidatesOf = async (batchId: string) =>
    (
      await town.lists.call<Page<CandidateView>>(
        creditOffice,
        'GET',
        `/api/v1/match-candidates?limit=200&sourceKind=LIST_BATCH_ROW&sourceId=${batchId}&status=OPEN`,
      )
    ).body.data;
  const decide = (id: string, verdict: string, principal = creditOffice) =>
    town.lists.call<CandidateView & Pick<ProblemBody, 'code'>>(principal, 'POST', `/api/v1/match-candidates/${id}/${verdict}`, {
      reason: '已核对登记档案',
    });
  /** Registers organisations and waits until the index knows them. */
  const known = async (...changes: Record<string, unknown>[]) => {
    const rows = changes.map((change) => ({ kind: 'LEGAL', source: '登记', effectiveOn: '2015-03-01', regionCode: '320706', ...change }));
    await town.lists.call(centre, 'POST', '/api/v1/subjects/register-changes', { changes: rows });
    const [last] = await town.lists.city.query<{ id: number }>('SELECT max(id)::integer AS id FROM list_matching.register_change');
    await eventually('the index has them', async () => {
      const algorithms = await town.lists.call<{ registerVersion: number }>(wageOffice, 'GET', '/api/v1/algorithms');
      return algorithms.body.registerVersion >= (last?.id ?? 0);
    });
  };

  test('a workbook is previewed without effect, imported, and known when it comes again as CSV or by API', async () => {
    const rows = [rowOf(), rowOf({ regionCode: '320707' }), rowOf({ usccCode: '91320799MA00000156' })];
    const book = await workbookOf('批次', table(rows));
    const preview = await upload(book, '&preview=true');
    expect([preview.status, preview.progress.succeeded, preview.progress.failed]).toEqual(['previewed', 3, 0]);
    expect(preview.samples.map((sample) => sample.effect)).toEqual(['CREATED', 'CREATED', 'CREATED']);
    expect(await batchByNo()).toBeUndefined();
    const job = await upload(book);
    expect(job.status).toBe('succeeded');
    expect((await batchByNo())?.rows).toEqual({ total: 3, review: 1, refused: 0, verifying: 2, settled: 0, dismissed: 0 });
    expect((await batchByNo())?.readingJob).toBeNull();
    const again = await upload(csv(table(rows)));
    expect([again.status, again.samples]).toEqual(['succeeded', []]);
    expect((await batchByNo())?.rows.total).toBe(3);
    const byApi = await send(rows.map((row) => ({ ...row })));
    expect([byApi.status, byApi.body.issue]).toEqual([200, 1]);
  });

  test('rows of one subject in different portions of a long file share one verification', async () => {
    const usccCode = nextUscc();
    const one = (number: string) => rowOf({ usccCode, name: '前后两处有限公司', decisionNumber: number });
    const rows = [one('甲1号'), ...Array.from({ length: 230 }, () => rowOf()), one('甲2号')];
    const job = await upload(csv(table(rows)));
    expect([job.status, job.progress.succeeded]).toEqual(['succeeded', 232]);
    const batch = await batchByNo();
    expect(batch?.rows.verifying).toBe(232);
    const [shared] = await town.lists.city.query<{ tasks: number; lines: number }>(
      `SELECT count(DISTINCT verification_id)::integer AS tasks, count(*)::integer AS lines FROM list_matching.list_batch_row
       WHERE batch_id = $1 AND content ->> 'usccCode' = $2`,
      [batch?.id ?? '', usccCode],
    );
    expect(shared).toEqual({ tasks: 1, lines: 2 });
  });

  test('bad rows are told and the rest comes in; mended rows sent by themselves complete the batch, others are a correction', async () => {
    const good = [rowOf(), rowOf()];
    const bad = [rowOf({ decisionDate: '2026-02-30' }), rowOf({ reason: `身份证 ${nextIdNumber()}` })];
    const job = await upload(csv(table([...good, ...bad])));
    expect([job.status, (await errorsOf(job)).map((error) => error.line)]).toEqual(['partially_succeeded', [4, 5]]);
    expect(await batchByNo()).toMatchObject({ unreadRows: 2, rows: { total: 2 } });
    const mended = [
      { ...bad[0], decisionDate: daysAgo(20) },
      { ...bad[1], reason: '合成数据' },
    ];
    expect((await upload(csv(table(mended)))).status).toBe('succeeded');
    expect(await batchByNo()).toMatchObject({ unreadRows: 0, readingJob: null, rows: { total: 4 } });
    const late = await upload(csv(table([rowOf()])));
    expect([late.status, (await errorsOf(late)).map((error) => error.code)]).toEqual(['failed', ['BATCH_DIFFERS']]);
    expect((await batchByNo())?.rows.total).toBe(4);
  });

  test('a corrected file takes back what it no longer names before it adds; a bad row of it releases nobody', async () => {
    const [wrong, stays] = [rowOf(), rowOf()];
    expect((await upload(csv(table([wrong, stays])))).status).toBe('succeeded');
    const before = await linesByNo();
    await answered(before[0]?.verificationId ?? '', { result: 'V0' });
    const listed = (await linesByNo())[0]?.entryId ?? '';
    expect((await entryOf(listed)).status).toBe('ACTIVE');
    const correction = { correctionNo: '更正〔2026〕1号', correctionDate: daysAgo(0) };
    const unreadable = await upload(csv(table([{ ...wrong, decisionDate: '昨天' }, stays], correction)));
    expect([unreadable.status, unreadable.progress.failed]).toEqual(['partially_succeeded', 1]);
    expect((await entryOf(listed)).status).toBe('ACTIVE');
    const added = rowOf();
    const corrected = await upload(csv(table([stays, added], correction)));
    expect([corrected.status, corrected.figures]).toEqual(['succeeded', { added: 1, changed: 0, removed: 1 }]);
    expect((await entryOf(listed)).status).toBe('CORRECTED');
    expect((await batchByNo())?.issue).toBe(3);
    await eventually('its end is told before the county hears of the new one', () =>
      town.lists.feeder.eventsOf(listEntryExited).some((event) => event.data.entryId === listed),
    );
    const late = { ...rowOf(), reason: '更正后的事由' };
    const changed = await upload(
      csv(table([{ ...stays, reason: '更正后的事由' }, added, late], { ...correction, correctionDate: daysAgo(-1) })),
    );
    expect([changed.status, new Set((await errorsOf(changed)).map((error) => error.code))]).toEqual([
      'failed',
      new Set(['DATE_IN_FUTURE']),
    ]);
  });

  test('a corrected file that suddenly halves the batch stops and asks', async () => {
    const rows = Array.from({ length: 24 }, () => rowOf());
    expect((await upload(csv(table(rows)))).status).toBe('succeeded');
    const correction = { correctionNo: '更正2号', correctionDate: daysAgo(0) };
    const asked = await upload(csv(table(rows.slice(0, 8), correction)));
    expect([asked.status, asked.question?.figures]).toEqual(['paused', { last: 24, now: 8, percent: 33.3 }]);
    expect((await batchByNo())?.rows.total).toBe(24);
    await town.lists.call(creditOffice, 'POST', `/api/v1/imports/${asked.id}/confirm`, { reason: '上级电话确认' });
    const done = await resting(asked.id);
    expect([done.status, (await batchByNo())?.rows.total]).toEqual(['succeeded', 8]);
  });

  test('the same record twice with two contents is refused both times, whichever came first', async () => {
    const row = rowOf();
    const job = await upload(csv(table([row, { ...row, reason: '另一事由' }, rowOf()])));
    expect([job.progress.succeeded, (await errorsOf(job)).map((error) => [error.line, error.code])]).toEqual([
      1,
      [
        [2, 'VALIDATION_FAILED'],
        [3, 'VALIDATION_FAILED'],
      ],
    ]);
  });

  test('the layout of 信用中国 is known by its labels; what it lacks is given at upload, a person in it is refused', async () => {
    const file = csv([
      ['纳税人名称', '统一社会信用代码', '法定代表人或负责人姓名', '注册地址', '案件性质', '主要违法事实'],
      ['税务下发一有限公司', nextUscc(), '张三丰', '海州区示例路1号', '偷税', '合成数据'],
    ]);
    const defaults = {
      batchNo: town.batchNo,
      documentNo: '下发2号',
      issuedOn: daysAgo(2),
      list: 'BL-TAX',
      designatingUnit: '某省税务局',
      decisionDate: daysAgo(40),
    };
    const query = (given: object) => `&defaults=${encodeURIComponent(JSON.stringify(given))}`;
    await expect(upload(file, query({ ...defaults, decisionDate: undefined }))).rejects.toThrow('认定日期');
    const job = await upload(file, query(defaults));
    expect([job.status, job.file.layout, job.file.ignored]).toEqual(['succeeded', '重大税收违法（信用中国版式）', []]);
    const [line] = await linesByNo();
    expect(line).toMatchObject({ list: 'BL-TAX', reason: '案件性质：偷税；主要违法事实：合成数据', state: 'VERIFYING', rule: 'E1' });
    const [stored] = await town.lists.city.query<{ text: string }>(
      `SELECT string_agg(row::text, ' ') AS text FROM list_matching.list_batch_row AS row WHERE id = $1`,
      [line?.id ?? ''],
    );
    expect(stored?.text).not.toContain('张三丰');
    const court = csv([
      ['失信被执行人姓名/名称', '身份证号码/组织机构代码', '执行法院', '案号'],
      ['何晓', nextIdNumber(), '海州区法院', '（2026）苏0706执1号'],
    ]);
    const refused = await upload(
      court,
      query({ ...defaults, list: 'BL-COURT', reason: '有能力履行而拒不履行', batchNo: `${town.batchNo}-2` }),
    );
    expect([refused.status, (await errorsOf(refused))[0]?.reason]).toEqual(['failed', expect.stringContaining('批次只核实单位')]);
    expect(await batchByNo(`${town.batchNo}-2`)).toBeUndefined();
  });

  test('a department cannot send a batch', async () => {
    await expect(upload(csv(table([rowOf()])), '', wageOffice)).rejects.toThrow('403');
  });

  describe('whom a doubtful row means', () => {
    test('a slip in the code and a missing code find their subject as a candidate; the county hears of it only when a person has confirmed', async () => {
      const [slipped, missing] = [nextUscc(), nextUscc()];
      await known(
        { name: '连云港海图测绘有限公司', usccCode: slipped },
        { name: '连云港云台茶业有限公司', usccCode: missing, legalRepresentative: { name: '吴晓云' } },
      );
      const broken = slipped.slice(0, 17) + (slipped.endsWith('0') ? '1' : '0');
      const job = await upload(
        csv(
          table([
            rowOf({ name: '连云港海图测绘有限公司', usccCode: broken }),
            rowOf({ name: '连云港云台茶业有限公司', usccCode: '', legalRepresentative: '吴晓云' }),
            rowOf({ name: '无处可寻有限公司', usccCode: '' }),
          ]),
        ),
      );
      expect(job.progress.succeeded).toBe(3);
      const batch = await batchByNo();
      const lines = await linesByNo();
      expect(lines.map((line) => [line.state, line.grade, line.rule])).toEqual([
        ['REVIEW', 'PROBABLE', 'P3'],
        ['REVIEW', 'PROBABLE', 'P2'],
        ['REVIEW', 'NONE', null],
      ]);
      const candidates = await candidatesOf(batch?.id ?? '');
      expect(candidates.map((candidate) => [candidate.usccCode, candidate.listCode]).sort()).toEqual(
        [
          [missing, 'BL-WAGE'],
          [slipped, 'BL-WAGE'],
        ].sort(),
      );
      const first = candidates.find((candidate) => candidate.usccCode === slipped);
      expect((await decide(first?.id ?? '', 'confirm', wageOffice)).status).toBe(403);
      expect((await decide(first?.id ?? '', 'confirm')).status).toBe(200);
      expect((await decide(first?.id ?? '', 'confirm')).body.code).toBe('CONFLICT');
      const [after, other] = await linesByNo();
      expect([after?.state, after?.matchedBy, other?.state]).toEqual(['VERIFYING', creditOffice.id, 'REVIEW']);
      await answered(after?.verificationId ?? '', { result: 'V0' });
      const entry = await entryOf((await linesByNo())[0]?.entryId);
      expect([entry.status, entry.subject.usccCode]).toEqual(['ACTIVE', slipped]);
    });

    test('a code under another name is one candidate; found different, it is remembered for the next batch and the row stays without effect', async () => {
      const usccCode = nextUscc();
      await known({ name: '甲正本有限公司', usccCode });
      const row = rowOf({ usccCode, name: '完全两样商贸有限公司' });
      await upload(csv(table([row])));
      const batch = await batchByNo();
      const [conflict] = await candidatesOf(batch?.id ?? '');
      expect([conflict?.grade, conflict?.rule, conflict?.queueScore]).toEqual(['CONFLICT', 'C1', 60]);
      expect((await decide(conflict?.id ?? '', 'dismiss')).status).toBe(200);
      const [line] = await linesByNo();
      expect([line?.state, line?.subjectId, line?.verificationId]).toEqual(['REVIEW', null, null]);
      const next = `${town.batchNo}-2`;
      await upload(csv(table([row], { batchNo: next })));
      expect(await candidatesOf((await batchByNo(next))?.id ?? '')).toEqual([]);
      expect((await linesByNo(next))[0]?.state).toBe('REVIEW');
      const listed = await town.lists.city.query('SELECT 1 FROM list_matching.list_entry WHERE starts_with(batch_no, $1)', [town.batchNo]);
      expect(listed).toEqual([]);
    });

    test('a confirmation that proved wrong is undone: what it listed is void from the start, the row waits again (R-11-4)', async () => {
      const usccCode = nextUscc();
      await known({ name: '被误认的有限公司', usccCode });
      await upload(csv(table([rowOf({ name: '被误认的有限公司', usccCode: '' })])));
      const batch = await batchByNo();
      const [candidate] = await candidatesOf(batch?.id ?? '');
      expect(candidate?.rule).toBe('S1');
      await decide(candidate?.id ?? '', 'confirm');
      await answered((await linesByNo())[0]?.verificationId ?? '', { result: 'V0' });
      const listed = (await linesByNo())[0]?.entryId ?? '';
      expect((await entryOf(listed)).status).toBe('ACTIVE');
      expect((await decide(candidate?.id ?? '', 'undo')).status).toBe(200);
      expect((await entryOf(listed)).status).toBe('CORRECTED');
      expect((await linesByNo())[0]).toMatchObject({
        state: 'REVIEW',
        subjectId: null,
        entryId: null,
        verificationId: null,
        matchedBy: null,
      });
    });

    test('the office names the code itself: the candidates are answered with it, and nobody else may', async () => {
      const [one, two] = [nextUscc(), nextUscc()];
      await known({ name: '同名示例甲有限公司', usccCode: one }, { name: '同名示例甲有限公司', usccCode: two });
      await upload(csv(table([rowOf({ name: '同名示例甲有限公司', usccCode: '' })])));
      const batch = await batchByNo();
      expect((await candidatesOf(batch?.id ?? '')).length).toBe(2);
      const [line] = await linesByNo();
      const path = `/api/v1/list-batches/${batch?.id}/rows/${line?.id}/match`;
      const body = { decision: 'SAME', usccCode: two, reason: '登记地一致' };
      expect((await town.lists.call(centre, 'POST', path, body)).status).toBe(403);
      const done = await town.lists.call<BatchLineView>(creditOffice, 'POST', path, body);
      expect([done.status, done.body.state]).toEqual([200, 'VERIFYING']);
      expect(await candidatesOf(batch?.id ?? '')).toEqual([]);
      const decided = await town.lists.city.query<{ status: string; usccCode: string }>(
        `SELECT candidate.status, subject.uscc_code AS "usccCode" FROM list_matching.match_candidate AS candidate
         JOIN list_matching.subject ON subject.id = candidate.subject_id WHERE candidate.source_id = $1 ORDER BY candidate.status`,
        [batch?.id ?? ''],
      );
      expect(decided).toEqual([
        { status: 'CONFIRMED', usccCode: two },
        { status: 'DISMISSED', usccCode: one },
      ]);
      expect((await batchOf(batch?.id ?? '')).timeline.map((fact) => fact.kind)).toContain('MATCH_DECIDED');
    });
  });
});
