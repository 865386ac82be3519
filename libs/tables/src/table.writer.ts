import { Worker } from 'node:worker_threads';
import { csvBytes } from './csv.writer.ts';
import { Mailbox } from './mailbox.ts';
import type { FromWorker, ToWorker } from './table.worker.ts';
import type { WrittenRows, WrittenTable } from './table.written.ts';
import { xlsxBytes } from './xlsx.writer.ts';

/** Sources are run as they are written, what was compiled as JavaScript. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './table.worker.ts' : './table.worker.js', import.meta.url);
/** What the worker may hold; a table needs a fraction of it, whatever its length. */
const maxWorkerMegabytes = 128;

/** A table in this thread, for few rows: between portions others get their turn. */
export function tableBytes(table: WrittenTable, rows: WrittenRows): AsyncGenerator<Buffer> {
  return table.format === 'xlsx' ? xlsxBytes(table, rows) : csvBytes(table, rows);
}

/**
 * A table written in a thread of its own, for many rows. Nothing runs ahead: a portion of rows is asked for only when the bytes of the last have been
 * taken, so memory stays flat however slow the reader is. Leaving the loop early ends the thread and the rows.
 * @throws Error with the writer's message; whatever `rows` throws.
 */
export async function* tableBytesInThread(table: WrittenTable, rows: WrittenRows): AsyncGenerator<Buffer> {
  const worker = new Worker(workerUrl, {
    workerData: table,
    // Neither flags nor environment of this process are the worker's business.
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: maxWorkerMegabytes, maxYoungGenerationSizeMb: 16 },
  });
  const messages = new Mailbox<FromWorker>();
  worker.on('message', (message: FromWorker) => messages.put(message));
  worker.on('error', (error) => messages.fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (status) => messages.fail(new Error(`the writer of a table ended with status ${status}`)));
  const post = (message: ToWorker) => worker.postMessage(message);
  try {
    for (;;) {
      post('more');
      const answer = await answerOf(messages, rows, post);
      if (answer === 'end') return;
      yield answer;
    }
  } finally {
    await worker.terminate();
    await rows.return([]);
  }
}

/** The next bytes; on the way the worker is given the rows that it asks for. */
async function answerOf(messages: Mailbox<FromWorker>, rows: WrittenRows, post: (message: ToWorker) => void): Promise<Buffer | 'end'> {
  for (;;) {
    const message = await messages.take();
    if (message === 'end') return 'end';
    if (message === 'rows') {
      const next = await rows.next();
      post(next.done === true ? { notes: next.value } : { rows: next.value });
    } else if ('failure' in message) throw new Error(message.failure);
    else return Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength);
  }
}
