import { describe, expect, test } from '@jest/globals';
import { applyDefaults } from './import-defaults.rules.ts';
import { isoDate, plainHeader, readHeader } from './import-fields.rules.ts';
import { findHeader, type HeaderRow, isNotesRow } from './import-header.ts';
import { RepeatedRows } from './import-repeats.ts';
import { templateRemark, versionSheetName } from './import-template.ts';
import { listEntryIndex } from './list-entry-fields.rules.ts';
import { recogniseListEntries } from './list-entry-layout.rules.ts';
import { judgeSize } from './snapshot.decision.ts';

const rows = (...lines: string[][]): HeaderRow[] => lines.map((cells, index) => ({ line: index + 1, cells }));
const find = (...lines: string[][]) => findHeader(rows(...lines), (headers) => recogniseOwn(headers));
function recogniseOwn(headers: readonly string[]) {
  const decision = recogniseListEntries(headers, {});
  return decision.ok ? { ok: true as const, layout: { ...decision.layout, read: () => ({ ok: false as const, faults: [] }) } } : decision;
}

describe('where the header of a file stands', () => {
  test('below titles and notes; result columns and blank ones are no part of it', () => {
    const found = find(
      ['某市某局名单'],
      ['2026年第1批', '', '共2条'],
      ['名单代码*', '', '统一社会信用代码（18位）', '结果', '错误原因', ''],
    );
    expect(found).toMatchObject({ ok: true, line: 3, headers: ['名单代码*', '', '统一社会信用代码（18位）', '结果', '错误原因'] });
  });

  test('on two rows, merged downwards and sideways', () => {
    const found = find(['名单代码', '责任人1', '', '告知'], ['', '姓名', '证件号码', '送达日期']);
    expect(found).toMatchObject({ ok: true, line: 2, headers: ['名单代码', '责任人1姓名', '责任人1证件号码', '告知送达日期'] });
    expect(find(['名单代码', '事由'], ['', '认定日期'])).toMatchObject({ ok: true, line: 1 });
  });

  test('nowhere: the row that knew most says what is wrong with it', () => {
    const refused = find(['标题'], ['名单代码', '事由', '电话'], ['BL-WAGE', 'x', '1']);
    expect(refused).toEqual({
      ok: false,
      faults: [{ pointer: '', code: 'IMPORT_HEADER_UNKNOWN', detail: expect.stringContaining('电话') }],
    });
    expect(find(...Array.from({ length: 20 }, () => ['标题']), ['名单代码'])).toMatchObject({ ok: false });
  });

  test('notes of a template are no row', () => {
    expect([isNotesRow(['', '【填写说明】必填']), isNotesRow(['说明', '【填写说明】']), isNotesRow([])]).toEqual([true, false, false]);
  });
});

describe('fields of a file', () => {
  test.each([
    ['2026-01-05', '2026-01-05'],
    ['2026/1/5', '2026-01-05'],
    ['2026.01.05', '2026-01-05'],
    ['２０２６年1月5日', '2026-01-05'],
    ['20260105', '2026-01-05'],
    ['2026-01-05 00:00:00', '2026-01-05'],
    ['5/1/2026', '5/1/2026'],
    ['2026-01-05 08:30:00', '2026-01-05 08:30:00'],
    ['2026-1', '2026-1'],
    ['gestern', 'gestern'],
  ])('the day %s is read as %s', (text, day) => {
    expect(isoDate(text)).toBe(day);
  });

  test('what stands behind a title in brackets, its asterisk and its width do not matter', () => {
    for (const header of ['认定日期', '认定日期*', '认定日期（YYYY-MM-DD）', ' 认 定 日 期 (必填) '])
      expect(plainHeader(header)).toBe('认定日期');
  });

  test('numbers of list items count from 1 in Chinese and from 0 in field names', () => {
    const pathsOf = (...headers: string[]) => {
      const decided = readHeader(listEntryIndex, headers);
      return decided.ok ? decided.columns.map((column) => column.path.join('.')) : decided.faults;
    };
    expect(pathsOf('责任人1姓名', '责任人2姓名', '认定依据', 'basis.1.document')).toEqual([
      'parties.0.name',
      'parties.1.name',
      'basis.0.document',
      'basis.1.document',
    ]);
    expect(readHeader(listEntryIndex, ['责任人0姓名'])).toMatchObject({ ok: false });
    expect(readHeader(listEntryIndex, ['责任人姓名', '责任人1姓名'])).toMatchObject({ ok: false });
  });

  test('defaults fill blank cells only, a named column gives its own cell, and unknown ones are refused', () => {
    const headers = ['listCode', 'facts', 'x'];
    const header = readHeader(listEntryIndex, ['listCode', 'facts']);
    if (!header.ok) throw new Error('no header');
    const filled = applyDefaults(listEntryIndex, header.columns, headers, { facts: '默认', sourceRecordId: '@X' });
    if (!filled.ok) throw new Error('no defaults');
    expect(filled.columns.map((column) => column.path.join('.'))).toEqual(['listCode', 'facts', 'sourceRecordId']);
    expect(filled.fill(['BL', ' '], ['BL', ' ', '7'])).toEqual(['BL', '默认', '7']);
    expect(filled.fill(['BL', '自有'], ['BL', '自有', '8'])).toEqual(['BL', '自有', '8']);
    const refused: Readonly<Record<string, string>>[] = [{ telephone: '1' }, { facts: '@没有这列' }];
    for (const defaults of refused) expect(applyDefaults(listEntryIndex, header.columns, headers, defaults).ok).toBe(false);
  });
});

describe('published layouts', () => {
  const given = {
    listCode: 'BL-SAFE',
    sourceRecordId: '@统一社会信用代码/工商注册号',
    'subject.regionCode': '320706',
    'basis.0.document': 'x',
    'decision.name': 'x',
    'decision.number': 'x',
    'decision.date': '2026-01-01',
  };
  const headers = ['单位名称', '统一社会信用代码/工商注册号', '主要负责人', '注册地址', '失信行为简况', '信息报送机关', '纳入理由'];
  const layoutOf = (defaults: Record<string, string>, columns = headers) => recogniseListEntries(columns, defaults);

  test('what they lack must be given; nothing is made up', () => {
    const { listCode: _left, ...some } = given;
    expect(layoutOf(some)).toMatchObject({ ok: false, faults: [{ code: 'IMPORT_FIELD_MISSING', pointer: '/defaults/listCode' }] });
    const known = layoutOf(given);
    if (!known.ok) throw new Error('not recognised');
    expect(known.layout.ignored).toEqual(['主要负责人', '注册地址', '信息报送机关']);
    const value = known.layout.valueOf(['甲公司', '91320799MA00000155', '某人', '某地', '隐患', '某局', '事故'], JSON.parse);
    expect(value).toMatchObject({
      ok: true,
      value: {
        subject: { kind: 'LEGAL', usccCode: '91320799MA00000155' },
        facts: '失信行为简况：隐患；纳入理由：事故',
        sourceRecordId: '91320799MA00000155',
      },
    });
    expect(JSON.stringify(value)).not.toContain('某人');
  });

  test('an old registration number of fifteen digits is taken for no person', () => {
    const known = layoutOf(given);
    if (!known.ok) throw new Error('not recognised');
    expect(known.layout.valueOf(['甲', '320706800101123', '', '', 'x', '', ''], JSON.parse)).toMatchObject({
      ok: true,
      value: { subject: { kind: 'LEGAL', usccCode: '320706800101123' } },
    });
  });

  test('a column that belongs to no layout is refused; a row that has left its list is sent to the removals', () => {
    expect(layoutOf(given, [...headers, '电话'])).toMatchObject({ ok: false, faults: [{ detail: expect.stringContaining('电话') }] });
    const columns = [
      '企业名称',
      '统一社会信用代码',
      '严重失信主体名单认定依据',
      '认定部门',
      '列入严重失信主体名单日期',
      '移出严重失信主体名单日期',
    ];
    const known = layoutOf({ ...given, sourceRecordId: '1', facts: 'x' }, columns);
    if (!known.ok) throw new Error(known.faults.map((fault) => fault.detail).join());
    const read = (left: string) => known.layout.valueOf(['甲', '91320799MA00000155', '《办法》', '局', '2026年1月1日', left], JSON.parse);
    expect(read('')).toMatchObject({ ok: true, value: { decision: { date: '2026-01-01' }, subject: { kind: 'LEGAL' }, facts: 'x' } });
    expect(read('2026-02-01')).toMatchObject({ ok: false, faults: [{ detail: expect.stringContaining('list-exits') }] });
  });
});

describe('a full list against its last one', () => {
  const settings = { minPercent: 50, maxPercent: 200, comparedFrom: 20, answerWorkdays: 2 };
  test.each([
    [100, 100, false],
    [100, 50, false],
    [100, 49, true],
    [100, 200, false],
    [100, 201, true],
    [100, 0, true],
    [19, 0, false],
    [0, 5_000, false],
  ])('of %d records, now %d: it asks: %s', (last, now, asks) => {
    expect(judgeSize(settings, 'BL-WAGE', last, now) !== undefined).toBe(asks);
  });
});

describe('what is remembered of a file', () => {
  test('repeats name the line of the first, over growth of the table', () => {
    const repeats = new RepeatedRows();
    const at = (line: number, key: string) => repeats.find(line, [{ pointer: '/sourceRecordId', key }]);
    for (let line = 2; line < 30_000; line++) expect(at(line, `r${line}`)).toEqual([]);
    expect(at(40_000, 'r17')).toEqual([{ pointer: '/sourceRecordId', code: 'IMPORT_ROW_REPEATED', detail: '与第 17 行重复' }]);
    expect(repeats.find(40_001, [{ pointer: '/decision/number', key: 'r17' }])).toEqual([]);
  });

  test('a file tells on which template it was made', () => {
    const sheets = (name: string) => [
      { name: '名单', isHidden: false },
      { name, isHidden: true },
    ];
    const current = { code: 'list-entries', version: 3 };
    expect(templateRemark(current, sheets(versionSheetName(current)))).toBeUndefined();
    expect(templateRemark(current, sheets('_lianxin_list-entries_v2'))).toContain('第 2 版');
    expect(templateRemark(current, sheets('_lianxin_list-exits_v3'))).toContain('list-exits');
    expect(templateRemark(current, sheets('Sheet2'))).toBeUndefined();
  });
});
