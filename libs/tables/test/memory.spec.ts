/** @own-process: it measures the memory of the whole process. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openTable, TableFault, workbookLimits, workbookMemoryBytes } from '../src/index.ts';
import { sheetOf, workbookParts, zipOf } from './hostile-zip.ts';

const sheetPart = 'xl/worksheets/sheet1.xml';
const lookMs = 10;

/** The most memory of this process while `work` runs, over what it had before, in bytes. */
async function overIdle(work: () => Promise<void>): Promise<number> {
  const idle = process.memoryUsage.rss();
  let highest = idle;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, lookMs);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return Math.max(highest, process.memoryUsage.rss()) - idle;
}

async function countRows(file: Buffer): Promise<number> {
  async function* pieces() {
    yield file;
  }
  const table = await openTable(pieces());
  let rows = 0;
  for await (const row of table.rows) rows += row.cells === null ? 0 : 1;
  return rows;
}

/** Rows of one short cell: what a sheet of the format's full length is at least. */
function longSheet(rows: number): Buffer {
  const row = '<row><c t="inlineStr"><is><t>91320799MA00000155</t></is></c></row>';
  return zipOf(workbookParts({ [sheetPart]: sheetOf(row.repeat(rows)) }));
}

describe('reading stays within the memory that is stated for it', () => {
  // The first workbook brings the code of the reader with it.
  beforeAll(async () => {
    expect(await countRows(longSheet(10))).toBe(10);
  });

  test('a sheet of a million rows', async () => {
    const file = longSheet(1_000_000);
    let rows = 0;
    const memory = await overIdle(async () => {
      rows = await countRows(file);
    });
    expect(rows).toBe(1_000_000);
    expect(memory).toBeLessThan(workbookMemoryBytes);
  }, 120_000);

  test('a zip bomb: a file a hundredth as long as what it unpacks to, whether it says so or lies', async () => {
    const parts = workbookParts({ [sheetPart]: sheetOf(' '.repeat(64 * 1024 * 1024)) });
    // It says what it is, or it lies and goes on where it said that it ends.
    for (const claims of [workbookLimits.sheetBytes * 2, 1_000]) {
      const file = zipOf(parts.map((part) => (part.name === sheetPart ? { ...part, claims } : part)));
      expect(file.length).toBeLessThan(1024 * 1024);
      let fault: unknown;
      const memory = await overIdle(async () => {
        fault = await countRows(file).catch((error: unknown) => error);
      });
      expect(fault).toBeInstanceOf(TableFault);
      expect(memory).toBeLessThan(workbookMemoryBytes);
    }
  }, 60_000);
});
