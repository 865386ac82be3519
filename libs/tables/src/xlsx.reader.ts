import { Worker } from 'node:worker_threads';
import { maxOpenWorkbooks, workbookLimits } from './table.limits.ts';
import { type SheetInfo, type Table, TableFault, type TableFaultCode, type TableRow } from './table.reading.ts';

export interface WorkerInput {
  readonly file: ArrayBuffer;
  readonly sheet: string | undefined;
}
export type WorkerSays =
  | { readonly kind: 'OPENED'; readonly sheets: readonly SheetInfo[]; readonly sheet: string }
  | { readonly kind: 'ROWS'; readonly rows: readonly TableRow[] }
  | { readonly kind: 'END' }
  | { readonly kind: 'FAULT'; readonly code: TableFaultCode; readonly detail: string }
  | { readonly kind: 'BROKEN'; readonly message: string };
/** One more message of rows may come. */
export type WorkerAsks = 'MORE';

/** Sources run as they are in tests, compiled ones elsewhere. */
const workerUrl = new URL(`./xlsx.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

const waiting: (() => void)[] = [];
let open = 0;

/** Waits until fewer than `maxOpenWorkbooks` are open; the answer gives the place back. */
async function takePlace(): Promise<() => void> {
  if (open >= maxOpenWorkbooks) await new Promise<void>((resolve) => waiting.push(resolve));
  else open++;
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    const next = waiting.shift();
    if (next === undefined) open--;
    else next();
  };
}

/**
 * Opens a workbook (.xlsx) in a worker thread. The caller must read its rows to the end or close it: it holds one of few places.
 * @throws TableFault
 */
export async function openXlsx(bytes: AsyncIterable<Buffer>, sheet: string | undefined): Promise<Table> {
  const giveBack = await takePlace();
  let worker: Worker | undefined;
  try {
    const file = await readAll(bytes);
    worker = new Worker(workerUrl, {
      workerData: { file, sheet } satisfies WorkerInput,
      transferList: [file],
      resourceLimits: { maxOldGenerationSizeMb: workbookLimits.heapMegabytes, maxYoungGenerationSizeMb: 16 },
      // Neither settings nor secrets of the process are the reader's business.
      env: {},
      execArgv: [],
    });
    const inbox = new Inbox(worker);
    const opened = await inbox.next();
    if (opened?.kind !== 'OPENED') throw new Error('the reader of workbooks did not begin with its sheets');
    const close = async () => {
      await inbox.worker.terminate();
      giveBack();
    };
    return { format: 'XLSX', encoding: () => null, sheets: opened.sheets, sheet: opened.sheet, rows: rowsOf(inbox, close), close };
  } catch (error) {
    await worker?.terminate();
    giveBack();
    throw error;
  }
}

async function* rowsOf(inbox: Inbox, close: () => Promise<void>): AsyncGenerator<TableRow> {
  try {
    for (let message = await inbox.next(); message?.kind === 'ROWS'; message = await inbox.next()) {
      inbox.worker.postMessage('MORE' satisfies WorkerAsks);
      yield* message.rows;
    }
  } finally {
    await close();
  }
}

/** What a worker said, in order, for one listener. */
class Inbox {
  private readonly messages: WorkerSays[] = [];
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(readonly worker: Worker) {
    worker.on('message', (message: WorkerSays) => {
      this.messages.push(message);
      this.wake?.();
    });
    worker.on('error', (error) => this.fail(errorOf(error)));
    worker.on('exit', () => this.fail(new Error('the reader of workbooks ended early')));
  }

  /**
   * The next message of rows, or the one that opens; END ends the table.
   * @throws TableFault for what the file is refused for
   */
  async next(): Promise<WorkerSays | undefined> {
    while (this.messages.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const message = this.messages.shift();
    if (message?.kind === 'FAULT') throw new TableFault(message.code, message.detail);
    if (message?.kind === 'BROKEN') throw new Error(message.message);
    return message;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }
}

function errorOf(error: unknown): Error {
  if ((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new TableFault('TABLE_TOO_LARGE', '读取工作簿所需内存超过上限，请拆分，或另存为“CSV UTF-8”后上传', { cause: error });
  return new Error('the reader of workbooks failed', { cause: error });
}

/** The whole file, for the directory of a zip stands at its end. */
async function readAll(bytes: AsyncIterable<Buffer>): Promise<ArrayBuffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > workbookLimits.fileBytes)
      throw new TableFault(
        'TABLE_TOO_LARGE',
        `工作簿不超过 ${workbookLimits.fileBytes / 1024 / 1024} MB，请拆分，或另存为“CSV UTF-8”后上传`,
      );
    pieces.push(piece);
  }
  const file = new ArrayBuffer(length);
  const view = new Uint8Array(file);
  let offset = 0;
  for (const piece of pieces) {
    view.set(piece, offset);
    offset += piece.length;
  }
  return file;
}
