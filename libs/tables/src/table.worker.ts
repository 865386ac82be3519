import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { csvBytes } from './csv.writer.ts';
import { Mailbox } from './mailbox.ts';
import type { TableNotes, WrittenRow, WrittenRows, WrittenTable } from './table.written.ts';
import { xlsxBytes } from './xlsx.writer.ts';

/** Formats a table beside the thread that answers requests. Both sides pull: bytes are asked for from outside, rows from inside. */
export type ToWorker = { readonly rows: readonly WrittenRow[] } | { readonly notes: TableNotes } | 'more';
export type FromWorker = { readonly bytes: Uint8Array } | { readonly failure: string } | 'rows' | 'end';

if (parentPort !== null) await work(parentPort, workerData as WrittenTable);

async function work(port: MessagePort, table: WrittenTable): Promise<void> {
  const rowsAnswered = new Mailbox<Exclude<ToWorker, 'more'>>();
  const moreAsked = new Mailbox<'more'>();
  port.on('message', (message: ToWorker) => (message === 'more' ? moreAsked.put(message) : rowsAnswered.put(message)));
  const ask = async () => {
    port.postMessage('rows' satisfies FromWorker);
    return rowsAnswered.take();
  };
  try {
    const pieces = table.format === 'xlsx' ? xlsxBytes(table, rowsFrom(ask)) : csvBytes(table, rowsFrom(ask));
    for (;;) {
      await moreAsked.take();
      const next = await pieces.next();
      if (next.done === true) break;
      // Handed over, not copied; a small piece shares its memory with others and is copied first.
      const bytes = next.value.byteLength === next.value.buffer.byteLength ? next.value : Uint8Array.from(next.value);
      port.postMessage({ bytes } satisfies FromWorker, [bytes.buffer as ArrayBuffer]);
    }
    port.postMessage('end' satisfies FromWorker);
  } catch (error) {
    port.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies FromWorker);
  } finally {
    port.close();
  }
}

async function* rowsFrom(ask: () => Promise<Exclude<ToWorker, 'more'>>): WrittenRows {
  for (;;) {
    const answer = await ask();
    if ('notes' in answer) return answer.notes;
    yield answer.rows;
  }
}
