import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import type { OutputFormat } from './options.ts';
import { type Column, Output } from './output.ts';
import { Terminal } from './terminal.ts';

interface Row {
  readonly name: string;
  readonly days: number | null;
}
const columns: Column<Row>[] = [
  { key: 'name', title: '名称', value: (row) => row.name, maxCharacters: 12 },
  {
    key: 'days',
    title: '剩余',
    value: (row) => row.days,
    shown: (row) => (row.days === null ? '-' : `${row.days} 天`),
    paint: () => 'bad',
  },
];
const rows: Row[] = [
  { name: '=cmd\u001b[2J\u009b公司', days: -3 },
  { name: 'yes', days: null },
];
/** Characters that YAML itself would let stand bare. */
const sly = ['a\u202eb', 'a\u009bb', 'a\u007fb', '\u2028', 'a\\u009bb'];

/** What comes out of stdout. */
async function written(format: OutputFormat, work: (output: Output) => Promise<unknown>, bom = false, colour = false): Promise<string> {
  const out = Object.assign(new PassThrough(), { isTTY: colour });
  const output = new Output(new Terminal(out, new PassThrough(), new PassThrough(), colour), { output: format, bom });
  await work(output);
  out.end();
  return (await out.toArray()).join('');
}

describe('the same rows in every format', () => {
  test('a table for people: titles, words, nothing that moves the cursor', async () => {
    const text = await written('table', (output) => output.rows(columns, [rows]));
    expect(text.split('\n')).toEqual(['名称         剩余', '=cmd[2J公司  -3 天', 'yes          -', '']);
  });

  test('colour only where a person looks, and never around what is piped', async () => {
    const look = (colour: boolean) => written('table', (output) => output.rows(columns, [rows]), false, colour);
    expect(await look(true)).toContain('\u001b[33m-3 天\u001b[39m');
    expect(await look(false)).not.toContain('\u001b');
  });

  test('JSON and YAML hold exactly the data, control characters as escapes', async () => {
    for (const [format, read] of [
      ['json', (text: string): unknown => JSON.parse(text)],
      ['yaml', (text: string): unknown => parseYaml(text)],
    ] as const) {
      const text = await written(format, (output) => output.rows(columns, [rows]));
      expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(read(text)).toEqual(rows);
      const slyText = await written(format, (output) => output.record([], sly));
      expect(slyText).not.toMatch(/(?!\n)[\p{Cc}\u202e\u2028]/u);
      expect(read(slyText)).toEqual(sly);
    }
  });

  test('a document around the rows, where there is more to tell', async () => {
    const text = await written('json', (output) => output.rows(columns, [rows], (all) => ({ count: all.length })));
    expect(JSON.parse(text)).toEqual({ count: 2 });
  });

  test('CSV with stable keys, guarded against formulae; the mark at the front only when asked for', async () => {
    expect(await written('csv', (output) => output.rows(columns, [rows]))).toBe(`name,days\r\n'=cmd[2J公司,-3\r\nyes,\r\n`);
    expect(await written('csv', (output) => output.rows(columns, [rows]), true)).toMatch(/^\uFEFFname,/);
  });

  test('CSV goes out page by page, and an empty list still has its header', async () => {
    expect(await written('csv', (output) => output.rows(columns, [rows.slice(0, 1), rows.slice(1)]))).toBe(
      await written('csv', (output) => output.rows(columns, [rows])),
    );
    expect(await written('csv', (output) => output.rows(columns, []))).toBe('name,days\r\n');
    expect(await written('json', (output) => output.rows(columns, []))).toBe('[]\n');
    expect(await written('table', (output) => output.rows(columns, []))).toBe('');
  });

  test('one thing is a table of its fields, or the whole document', async () => {
    const fields = [['名称', 'name', '甲\u0007']] as const;
    expect(await written('table', (output) => output.record(fields, { name: '甲', more: 1 }))).toBe('名称  甲\n');
    expect(await written('csv', (output) => output.record(fields, {}))).toBe('name\r\n甲\r\n');
    expect(JSON.parse(await written('json', (output) => output.record(fields, { more: 1 })))).toEqual({ more: 1 });
  });
});
