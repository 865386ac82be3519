import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Door } from '../test/door.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const card = {
  ...{ uuid: id, subjectRole: 'applicant', subjectIndex: 0, indicator: 'critical', summary: '依法限制本事项', answered: null },
  suggestions: [
    { label: '不予核准', measureId: 'WAGE-02' },
    { label: '暂停', measureId: 'WAGE-03', isHeld: true },
  ],
};
const check = {
  id,
  number: 'LYG-HC-2026-000001',
  status: 'complete',
  degraded: false,
  policy: null,
  askedAt: '2026-11-23T01:00:00Z',
  cards: [card],
};
const folder = mkdtempSync(join(tmpdir(), 'lianxin-check-'));
let door: Door;
beforeAll(async () => {
  door = await Door.open();
});
beforeEach(() => door.says(() => ({ status: 200, body: check })));
afterAll(() => {
  door?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a company is checked by its code and name; what is on hold is told as such', async () => {
  const ended = await door.typed(
    'check',
    'run',
    '--matter',
    'GCZB-TB',
    '--case-no',
    'B-1',
    '--code',
    '91320799MADEM00035',
    '--name',
    '示例',
  );
  expect(door.heard).toEqual([
    {
      method: 'POST',
      path: '/api/v1/checks',
      body: { matter: { code: 'GCZB-TB', caseNo: 'B-1' }, subjects: [{ usccCode: '91320799MADEM00035', name: '示例' }] },
    },
  ]);
  expect(ended.code).toBe(0);
  expect(ended.out).toMatch(/critical.*依法限制本事项.*WAGE-02,WAGE-03（暂停执行，不得采纳）/);
  expect(ended.err).toContain('LYG-HC-2026-000001');
});

test('several subjects, and persons, stand in a file: no number of a person is typed on a command line', async () => {
  const file = join(folder, 'subjects.json');
  const subjects = [{ role: 'legal_rep', idNo: '32079919900101001X', name: '张三' }];
  writeFileSync(file, JSON.stringify(subjects));
  await door.typed('check', 'run', '--matter', 'GCZB-TB', '--subjects', file);
  expect(door.heard[0]?.body).toMatchObject({ subjects });
  expect((await door.typed('check', 'run', '--help')).out).not.toContain('--id-no');
});

test.each([
  ['a clean answer has its number too', { cards: [] }, /LYG-HC-2026-000001：没有/],
  ['a registered one says what to do meanwhile', { cards: [], status: 'registered', policy: 'HOLD' }, /已登记.*暂缓办理/],
])('%s', async (_what, change, said) => {
  door.says(() => ({ status: 200, body: { ...check, ...change } }));
  expect((await door.typed('check', 'run', '--matter', 'X', '--code', '1')).err).toMatch(said);
});

test('a card is accepted whole or in part, or overridden with its reason', async () => {
  await door.typed('check', 'decide', id, '--card', id, '--accept');
  await door.typed('check', 'decide', id, '--card', id, '--accept', '--measures', 'WAGE-02,WAGE-04');
  await door.typed('check', 'decide', id, '--card', id, '--override', 'other', '--comment', '已核实');
  expect(door.heard.map(({ path, body }) => [path, (body as { feedback: unknown[] }).feedback[0]])).toEqual([
    [`/api/v1/checks/${id}/feedback`, { card: id, outcome: 'accepted' }],
    [`/api/v1/checks/${id}/feedback`, { card: id, outcome: 'accepted', acceptedMeasures: ['WAGE-02', 'WAGE-04'] }],
    [`/api/v1/checks/${id}/feedback`, { card: id, outcome: 'overridden', overrideReason: { code: 'other', comment: '已核实' } }],
  ]);
});

test('matters, records and the slip are read', async () => {
  const matter = { code: 'GCZB-TB', nameZh: '工程招标投标', nameEn: 'bidding', departmentCode: 'GGZY' };
  door.says(({ path }) => {
    if (path.endsWith('slip.pdf')) return { status: 200, body: '%PDF-1.4' };
    return {
      status: 200,
      body: path.endsWith('matters') ? { data: [matter] } : { data: [check], page: { nextCursor: null, hasMore: false } },
    };
  });
  expect((await door.typed('check', 'matters')).out).toContain('工程招标投标');
  expect((await door.typed('check', 'ls', '--case-no', 'B-1')).out).toContain('LYG-HC-2026-000001');
  const path = join(folder, 'slip.pdf');
  expect((await door.typed('check', 'slip', id, '-f', path)).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe('%PDF-1.4');
});

test.each([
  ['no subject', ['run', '--matter', 'X']],
  ['a code and a file', ['run', '--matter', 'X', '--code', '1', '--subjects', 'x.json']],
  ['a file that is not there', ['run', '--matter', 'X', '--subjects', join(folder, 'none.json')]],
  ['neither accepted nor overridden', ['decide', id, '--card', id]],
  ['both', ['decide', id, '--card', id, '--accept', '--override', 'other']],
  ['measures of an override', ['decide', id, '--card', id, '--override', 'other', '--measures', 'A']],
  ['a reason that is none', ['decide', id, '--card', id, '--override', 'tired']],
])('%s is a fault of usage, and nothing is asked', async (_what, words) => {
  expect([(await door.typed('check', ...words)).code, door.heard]).toEqual([2, []]);
});
