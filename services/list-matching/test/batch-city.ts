import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { catalogueKey, cataloguePublished, type ListEntryView, type ProblemBody } from '@lianxin/contracts';
import { EventFeeder, eventually, principalOf } from '@lianxin/testing';
import type { BatchLineView, BatchView } from '../src/national-batch.view.ts';
import type { VerificationView } from '../src/verification.view.ts';
import { creditOffice, ListCity } from './city.ts';
import { catalogueRows, daysAgo, nextUscc, today } from './designations.ts';

export const handler = principalOf(['DEPT_HANDLER'], ['HZ'], 'HZ:handler');
export const approver = principalOf(['DEPT_APPROVER'], ['HZ'], 'HZ:approver');
/** What a refusal adds; its status is that of the answer. */
export type Refusal = Omit<ProblemBody, 'status'>;
export const evidence = [{ kind: '现场核查', fileId: randomUUID() }];

/** A city with two counties, and what the specs of batches and verifications do in it. Call it inside `describe`. */
export function useBatchCity() {
  let lists: ListCity;
  /** Hears what is said of verifications. */
  let ear: EventFeeder;
  let batchNo: string;
  beforeAll(async () => {
    lists = await ListCity.create();
    ear = await EventFeeder.for(lists.city);
    await ear.listen(['lianxin.verification']);
    const base = catalogueRows(2);
    const office = (code: string, regionCode: string) =>
      ({ ...base[0]?.row.department, code, nameZh: `${code}信用办`, level: 'COUNTY', regionCode }) as never;
    const rows = [...base.map(({ row }) => row.department), office('HZ', '320706'), office('GY', '320707')];
    await lists.feeder.sendRecords(
      rows.map(
        (department, index) =>
          lists.feeder.make(cataloguePublished, catalogueKey, {
            version: 2,
            rowNumber: index + 1,
            rowCount: rows.length,
            row: { kind: 'DEPARTMENT', department },
          }).record,
      ),
    );
    await eventually(
      'the counties are known',
      async () => (await lists.city.query(`SELECT 1 FROM list_matching.department WHERE code = 'GY'`)).length > 0,
    );
  });
  afterAll(async () => {
    await ear?.close();
    await lists?.close();
  });
  beforeEach(() => {
    batchNo = `QG-${randomUUID().slice(0, 8)}`;
  });

  let serial = 0;
  const rowOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
    serial++;
    return {
      name: `批次示例${serial}有限公司`,
      usccCode: nextUscc(),
      list: 'BL-WAGE',
      reason: '合成数据',
      designatingUnit: '某市人社局',
      decisionNumber: `拖欠列〔2026〕${serial}号`,
      decisionDate: daysAgo(30),
      regionCode: '320706',
      ...changes,
    };
  };
  const send = <Body = BatchView>(rows: unknown[], changes: Record<string, unknown> = {}, principal = creditOffice, query = '') =>
    lists.call<Body>(principal, 'POST', `/api/v1/list-batches${query}`, {
      batchNo,
      documentNo: '下发〔2026〕1号',
      issuedOn: daysAgo(3),
      rows,
      ...changes,
    });
  const rowsOf = async (batch: { id: string }) =>
    (await lists.call<{ data: BatchLineView[] }>(creditOffice, 'GET', `/api/v1/list-batches/${batch.id}/rows?limit=200`)).body.data;
  const batchOf = async (id: string) => (await lists.call<BatchView>(creditOffice, 'GET', `/api/v1/list-batches/${id}`)).body;
  const act = <Body = VerificationView & Refusal>(id: string, action: string, principal = handler, body?: unknown) =>
    lists.call<Body>(principal, 'POST', `/api/v1/verifications/${id}/${action}`, body);
  const answered = async (id: string, answer: Record<string, unknown>, people = [handler, approver] as const) => {
    expect((await act(id, 'claim', people[0])).status).toBe(200);
    const submitted = await act(id, 'submit', people[0], { verifiedOn: today, note: '核实说明', evidence, ...answer });
    expect([submitted.status, submitted.body.code]).toEqual([200, undefined]);
    return act(id, 'approve', people[1]);
  };
  /** A batch of one row, verified with a result. */
  const verified = async (answer: Record<string, unknown>, changes: Record<string, unknown> = {}) => {
    const batch = (await send([rowOf(changes)])).body;
    const [line] = await rowsOf(batch);
    const done = await answered(line?.verificationId ?? '', answer);
    const [after] = await rowsOf(batch);
    return { batch, done, line: after as BatchLineView };
  };
  const entryOf = async (id: string | null | undefined) =>
    (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;
  return {
    get lists() {
      return lists;
    },
    get ear() {
      return ear;
    },
    get batchNo() {
      return batchNo;
    },
    rowOf,
    send,
    rowsOf,
    batchOf,
    act,
    answered,
    verified,
    entryOf,
  };
}
