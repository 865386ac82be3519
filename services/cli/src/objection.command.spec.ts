import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Door } from '../test/door.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const objection = {
  ...{
    id,
    number: 'LYG-YY-2026-000001',
    status: 'SUBMITTED',
    statusZh: '已收到',
    sourceDepartment: 'RSJ',
    outcome: null,
    dueOn: '2026-11-24',
  },
  target: { number: 'LYG-MD-2026-000001', listCode: 'BL-WAGE' },
  steps: [{ version: 1, action: 'SUBMIT', to: 'SUBMITTED', at: '2026-11-23T01:00:00Z', actor: 'window' }],
};
const folder = mkdtempSync(join(tmpdir(), 'lianxin-objection-'));
const evidence = join(folder, '支付凭证.pdf');
const filled = ['--kind', 'CONTENT_WRONG,OUT_OF_DATE', '--applicant', '示例公司', '--statement', '工资已付清'];
let door: Door;
beforeAll(async () => {
  writeFileSync(evidence, '%PDF-1.4');
  door = await Door.open();
});
beforeEach(() => door.says(() => ({ status: 200, body: objection })));
afterAll(() => {
  door?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('an objection is filled in by options; of its evidence the hash is sent', async () => {
  const proofs = ['--identity', '核验单1', '--capacity', 'AGENT', '--authority', '授权书1', '--evidence', evidence];
  const ended = await door.typed('objection', 'submit', '--entry', id, ...filled, ...proofs);
  expect([ended.code, ended.out.includes('LYG-YY-2026-000001')]).toEqual([0, true]);
  expect(door.heard).toEqual([
    {
      method: 'POST',
      path: '/api/v1/objections',
      body: {
        ...{ target: { kind: 'LIST_ENTRY', id }, kinds: ['CONTENT_WRONG', 'OUT_OF_DATE'], capacity: 'AGENT', channel: 'WINDOW' },
        ...{ applicant: { name: '示例公司' }, statement: '工资已付清', identityProof: { documentNo: '核验单1', how: 'LICENCE' } },
        authority: { documentNo: '授权书1' },
        evidence: [{ title: '支付凭证.pdf', sha256: createHash('sha256').update('%PDF-1.4').digest('hex') }],
      },
    },
  ]);
});

test('a public record, a number, or the measure of one task is disputed', async () => {
  await door.typed('objection', 'submit', '--record', id, ...filled);
  await door.typed('objection', 'submit', '--number', 'LYG-MD-2026-000001', '--task', id, ...filled);
  expect(door.heard.map(({ body }) => (body as { target: unknown }).target)).toEqual([
    { kind: 'PUBLIC_RECORD', id },
    { kind: 'LIST_ENTRY', number: 'LYG-MD-2026-000001', taskId: id },
  ]);
});

test('what has more in it comes from a file as it is', async () => {
  const file = join(folder, 'objection.json');
  writeFileSync(file, '{"target":{"kind":"LIST_ENTRY"}}');
  await door.typed('objection', 'submit', file);
  expect(door.heard[0]?.body).toEqual({ target: { kind: 'LIST_ENTRY' } });
});

test.each([
  ['UPHELD', 'VOID'],
  ['PARTLY_UPHELD', 'AMEND'],
  ['DISMISSED', 'KEEP'],
  ['UNCONFIRMED', 'NOTE'],
])('a finding %s does %s unless something else is said; a second person approves it', async (outcome, effect) => {
  const words = ['objection', 'propose', id, '--outcome', outcome, '--document-no', '1号', '--reasons', '经核查'];
  await door.typed(...words);
  await door.typed(...words, '--effect', 'REVOKE', '--error-source', 'SOURCE', '--fields', 'grade,OTHER', '--valid-to', '2027-01-01');
  await door.typed('objection', 'act', id, '--step', 'approve', '--yes');
  expect(door.heard.map(({ path, body }) => [path, body])).toEqual([
    [`/api/v1/objections/${id}/propose`, { outcome, effect, documentNo: '1号', reasons: '经核查' }],
    [
      `/api/v1/objections/${id}/propose`,
      {
        ...{ outcome, effect: 'REVOKE', errorSource: 'SOURCE', documentNo: '1号', reasons: '经核查', validTo: '2027-01-01' },
        correctedFields: ['grade', 'OTHER'],
      },
    ],
    [`/api/v1/objections/${id}/approve`, {}],
  ]);
});

test('the answer closes it; a day that is not given is today in Beijing', async () => {
  await door.typed('objection', 'answer', id, '--document-no', '答1号', '--on', '2026-11-20', '--method', 'DIRECT');
  await door.typed('objection', 'answer', id, '--document-no', '答1号');
  expect(door.heard.map(({ body }) => body)).toEqual([
    { documentNo: '答1号', method: 'DIRECT', answeredOn: '2026-11-20' },
    { documentNo: '答1号', method: 'ELECTRONIC', answeredOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
  ]);
});

test.each([
  ['nothing at all', ['submit']],
  ['two things', ['submit', '--entry', id, '--number', 'N', ...filled]],
  ['no grounds', ['submit', '--entry', id, '--applicant', 'x', '--statement', 'x']],
  ['grounds that are none', ['submit', '--entry', id, '--kind', 'ANGRY', '--applicant', 'x', '--statement', 'x']],
  ['a file and options', ['submit', 'x.json', '--entry', id, ...filled]],
  ['evidence that is not there', ['submit', '--entry', id, ...filled, '--evidence', join(folder, 'none.pdf')]],
  ['a file that is not there', ['submit', join(folder, 'none.json')]],
  ['a finding that is none', ['propose', id, '--outcome', 'MAYBE', '--document-no', '1', '--reasons', 'x']],
  ['a step that is none', ['act', id, '--step', 'dance', '--yes']],
])('%s is a fault of usage, and nothing is asked', async (_what, words) => {
  expect([(await door.typed('objection', ...words)).code, door.heard]).toEqual([2, []]);
});

test('what an application still lacks is told with the step that brings it; a complete one says nothing', async () => {
  expect((await door.typed('objection', 'show', id)).err).not.toContain('尚缺');
  door.says(() => ({ status: 200, body: { ...objection, lacks: [{ pointer: '/identityProof', detail: '缺少申请人身份证明' }] } }));
  const { err } = await door.typed('objection', 'show', id);
  expect(err).toContain('尚缺：缺少申请人身份证明');
  expect(err).toContain('--step complete-materials');
});

test('the help of a submission names the grounds that there are', async () => {
  expect((await door.typed('objection', 'submit', '--help')).out).toContain('MISTAKEN_IDENTITY');
});

test('a table says in words what JSON says in codes', async () => {
  const { out } = await door.typed('objection', 'show', id);
  expect(out).toMatch(/提出 +已提交/);
  expect(out).not.toMatch(/SUBMIT/);
  expect((await door.typed('-o', 'json', 'objection', 'show', id)).out).toContain('"SUBMITTED"');
  expect((await door.typed('--lang', 'en', 'objection', 'show', id)).out).toContain('SUBMITTED');
});
