import { describe, expect, test } from '@jest/globals';
import { headerAt, type ImportColumn, readHeader as readHeaderOf, readRow } from './import-fields.rules.ts';
import { listEntryIndex } from './list-entry-fields.rules.ts';

const readHeader = (headers: readonly string[]) => readHeaderOf(listEntryIndex, headers);

function columnsOf(...headers: string[]): readonly ImportColumn[] {
  const decided = readHeader(headers);
  if (!decided.ok) throw new Error(decided.faults.map((fault) => fault.detail).join());
  return decided.columns;
}
const pathsOf = (...headers: string[]) => columnsOf(...headers).map((column) => column.path.join('.'));

describe('header of a list file', () => {
  test('a column is known in every way of writing it, in any order', () => {
    const path = 'subject.usccCode';
    for (const header of [
      path,
      'subject_usccCode',
      'subjectUsccCode',
      'SUBJECT.USCCCODE',
      ' subject-uscc_code ',
      'ｓubject.usccCode',
      '/subject/usccCode',
    ])
      expect([header, ...pathsOf(header)]).toEqual([header, path]);
    expect(pathsOf('validTo', 'listCode', 'decision_number')).toEqual(['validTo', 'listCode', 'decision.number']);
  });

  test('a last name that only one field has is enough', () => {
    expect(pathsOf('usccCode', 'regionCode', 'defenceEndedOn', 'decisionServedOn', 'number', 'servedOn')).toEqual([
      'subject.usccCode',
      'subject.regionCode',
      'notice.defenceEndedOn',
      'service.decisionServedOn',
      'decision.number',
      'notice.servedOn',
    ]);
    for (const header of ['name', 'method']) expect(readHeader([header])).toMatchObject({ ok: false });
  });

  test('lists are one JSON column, or a column for each field of each item', () => {
    expect(pathsOf('parties', 'basis.document', 'basis.1.document', 'conditions[0].code', 'conditions_0_documentNo')).toEqual([
      'parties',
      'basis.0.document',
      'basis.1.document',
      'conditions.0.code',
      'conditions.0.documentNo',
    ]);
  });

  test.each([['phone'], ['parties.0.religion'], ['subject'], ['basis.200.document'], ['__proto__'], ['parties.constructor'], ['']])(
    'the unknown column %j is refused by name',
    (header) => {
      expect(readHeader(['listCode', header])).toEqual({
        ok: false,
        recognised: 1,
        faults: [{ pointer: '', code: 'IMPORT_HEADER_UNKNOWN', detail: expect.stringContaining(header === '' ? '（空）' : header) }],
      });
    },
  );

  test('a column that comes twice under two names is refused', () => {
    expect(readHeader(['usccCode', 'subject.usccCode'])).toMatchObject({
      ok: false,
      faults: [{ detail: expect.stringContaining('重复') }],
    });
  });
});

describe('a row of a list file', () => {
  const read = (headers: string[], cells: string[]) => readRow(columnsOf(...headers), cells, JSON.parse);

  test('cells become a designation; empty cells and empty items are left out; codes stay text', () => {
    expect(
      read(
        ['listCode', 'subject.name', 'usccCode', 'basis', 'parties.0.name', 'parties.0.namedInDecision', 'parties.1.name', 'validTo'],
        ['BL-WAGE', '=cmd()', '12345678901234567890', '[{"document":"条例"}]', '李示例', '是', '', ' '],
      ),
    ).toEqual({
      ok: true,
      value: {
        listCode: 'BL-WAGE',
        subject: { name: '=cmd()', usccCode: '12345678901234567890' },
        basis: [{ document: '条例' }],
        parties: [{ name: '李示例', namedInDecision: true }],
      },
    });
  });

  test.each<[string, string[], string[], string]>([
    ['too few cells', ['listCode', 'facts'], ['BL-WAGE'], ''],
    ['too many cells', ['listCode'], ['BL-WAGE', 'x'], ''],
    ['a cell that is no JSON', ['parties'], ['[{"name":"李示例"'], '/parties'],
    ['a flag that is none', ['parties.0.namedInDecision'], ['maybe'], '/parties/0/namedInDecision'],
    ['a list given in two ways', ['basis', 'basis.0.document'], ['[]', '条例'], '/basis'],
  ])('%s is refused with its place, and without its value', (_title, headers, cells, pointer) => {
    const decided = read(headers, cells);
    expect(decided).toMatchObject({ ok: false, faults: [{ pointer, code: 'IMPORT_ROW_INVALID' }] });
    expect(JSON.stringify(decided)).not.toContain('李示例');
  });

  test('a fault names the column of the file that it stands in', () => {
    const columns = columnsOf('USCCCODE', 'parties', 'basis.0.document');
    expect(headerAt(columns, '/subject/usccCode')).toBe('USCCCODE');
    expect(headerAt(columns, '/parties/3/idNumber')).toBe('parties');
    expect(headerAt(columns, '/basis')).toBe('basis.0.document');
    expect(headerAt(columns, '/decision/date')).toBe('decision.date');
    expect(headerAt(columns, '')).toBeNull();
  });
});
