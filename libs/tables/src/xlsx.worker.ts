import { parentPort, workerData } from 'node:worker_threads';
import { TableFault, type TableRow } from './table.reading.ts';
import { XlsxPackage } from './xlsx.package.ts';
import type { WorkerAsks, WorkerInput, WorkerSays } from './xlsx.reader.ts';
import { readSheet } from './xlsx.sheet.ts';
import { chooseSheet, readWorkbook } from './xlsx.workbook.ts';

/** Reads a workbook in a thread of its own: what it takes is bounded by the thread's limits, and a bomb ends the thread and nothing else. */
const rowsPerMessage = 500;
/** Messages that may be under way before the other side has taken one. */
const window = 4;

const port = parentPort;
if (port === null) throw new Error('the reader of workbooks runs as a worker');
let credit = window;
let goOn: (() => void) | undefined;
port.on('message', (_more: WorkerAsks) => {
  credit++;
  goOn?.();
});
const say = (message: WorkerSays) => port.postMessage(message);

async function sendRows(rows: readonly TableRow[]): Promise<void> {
  if (credit <= 0)
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  goOn = undefined;
  credit--;
  say({ kind: 'ROWS', rows });
}

async function read({ file, sheet }: WorkerInput): Promise<void> {
  const pack = await XlsxPackage.open(Buffer.from(file));
  const workbook = await readWorkbook(pack);
  const chosen = chooseSheet(workbook.sheets, sheet);
  say({ kind: 'OPENED', sheets: workbook.sheets.map(({ name, isHidden }) => ({ name, isHidden })), sheet: chosen.name });
  let waiting: TableRow[] = [];
  for await (const rows of readSheet(pack, chosen.part, workbook)) {
    waiting = waiting.length === 0 ? rows : waiting.concat(rows);
    while (waiting.length >= rowsPerMessage) await sendRows(waiting.splice(0, rowsPerMessage));
  }
  if (waiting.length > 0) await sendRows(waiting);
  say({ kind: 'END' });
}

try {
  await read(workerData as WorkerInput);
} catch (error) {
  if (error instanceof TableFault) say({ kind: 'FAULT', code: error.code, detail: error.message });
  else
    say({
      kind: 'BROKEN',
      message: error instanceof Error ? `${error.name} in the reader of workbooks` : 'fault in the reader of workbooks',
    });
} finally {
  port.close();
}
