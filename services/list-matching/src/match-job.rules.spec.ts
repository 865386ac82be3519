import { describe, expect, test } from '@jest/globals';
import { csvText, queryOfRow, readJobHeader, resultRecord } from './match-job.rules.ts';

describe('a file of names', () => {
  test('columns are known in Chinese and by field name, in any order; what is not known is told', () => {
    expect(readJobHeader(['\uFEFF序号', '统一社会信用代码', '备注', ' 单位名称 '])).toEqual({
      ok: true,
      columns: ['id', 'usccCode', undefined, 'name'],
      ignored: ['备注'],
    });
  });

  test.each([
    [['备注'], '没有名称或代码'],
    [['名称', 'name'], '有两列都是'],
    [['电话', 'phone', '地址'], '没有名称或代码'],
  ])('a header %j is refused', (cells, reason) => {
    const decision = readJobHeader(cells);
    expect(decision.ok ? '' : decision.detail).toContain(reason);
  });

  test.each([
    ['organisations', ['甲', '', '自然人'], 'Organization'],
    ['persons', ['甲', '', ''], 'Person'],
    ['all', ['甲', '', '自然人'], 'Person'],
    ['all', ['甲', '32079918990101001X', ''], 'Person'],
    ['all', ['甲', '', ''], 'Organization'],
  ] as const)('in %s a row %j asks for a %s', (scope, cells, schema) => {
    const { query } = queryOfRow(['name', 'idNumber', 'schema'], cells, scope);
    expect(query.schema).toBe(schema);
    if (schema === 'Organization') expect(query.properties).not.toHaveProperty('idNumber');
  });

  test.each(['=1+1', '+8613', '-2', '@SUM(A1)', ' =1', '＝1'])('%j cannot be taken for a formula', (text) => {
    expect(csvText(text).replace(/^"/, '').startsWith("'")).toBe(true);
  });

  test('a record is one line, whatever stands in it', () => {
    const record = resultRecord({
      line: 2,
      rowId: 'a,"b"\n',
      decision: 'review',
      grade: 'POSSIBLE',
      rule: 'S1',
      subjectId: '',
      usccCode: '',
      name: '名称',
      score: 0.5,
      detail: '',
    });
    expect(record).toBe('2,"a,""b""\n",待人工复核,POSSIBLE,S1,,,名称,0.50,\r\n');
  });
});
