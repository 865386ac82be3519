import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Principal, ProblemError } from '@lianxin/contracts';
import { renderPaper } from '@lianxin/documents';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ZipFile } from 'yazl';
import { projectData } from './journal-viewer.rules.ts';
import { paperRowOf, replayPaper } from './replay.paper.ts';
import { ReplayReader } from './replay.reader.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';
import { type CaseRow, ReplayCaseStore } from './replay-case.store.ts';
import type { DifferenceRow } from './replay-difference.rules.ts';
import { type Evidence, ReplayJournalStore } from './replay-journal.store.ts';
import { type Look, ReplayRowStore } from './replay-row.store.ts';
import type { EvidenceRow } from './timeline.store.ts';

/** Cases and rows read at once; journals are read for fewer, for some are long. */
const casePortion = 1_000;
const journalPortion = 25;

const readMe = `证据包 / Evidence

校验 / Verify:  sha256sum -c manifest.sha256
events.ndjson    推演所依据的事件：各案件主体及其当事人的全部事件，以及列有这些当事人的其他名单记录的事件，按主体及推导次序。sha256 为事件内容原文（text 字段）的 SHA-256：jq -r .text | tr -d '\\n' | sha256sum
                 含自然人信息的事件只给出脱敏内容（data），sha256 仍为原文的散列。
difference.json  差异逐行。每件 sha256：其 change 行（除 KEEP 的名单记录、方案及 CASE 以外的发现）按字节排序后以换行连接的 SHA-256；
                 整体 sha256：每件一行「标识 空格 散列 换行」，按标识排序后的 SHA-256。
versions.json    推演所依据的名单记录、方案、任务、清单、工作日历和配置的版本。
decisions.json   提出、确认、批准和每一步。
summary.pdf      以上内容的可读摘要。
`;

/** The evidence of a replay for reconsideration or court: a zip whose every file a stranger can verify with `sha256sum`, written as it is sent. */
@Injectable()
export class ReplayBundle {
  constructor(
    private readonly database: Database,
    private readonly store: ReplayStore,
    private readonly cases: ReplayCaseStore,
    private readonly rows: ReplayRowStore,
    private readonly journals: ReplayJournalStore,
    private readonly reader: ReplayReader,
    private readonly clock: Clock,
  ) {}

  /**
   * All files are of one moment. Sealed persons are masked for everybody (R-8-8).
   * @throws ProblemError NOT_FOUND before the first byte
   */
  async open(principal: Principal, id: string): Promise<Readable> {
    await this.database.transaction(principal, (tx) => this.get(tx, id));
    const zip = new ZipFile();
    const output = zip.outputStream as Readable;
    this.database
      .snapshot(principal, (tx) => this.write(tx, zip, id))
      .then(
        () => undefined,
        (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    return output;
  }

  private async write(tx: Transaction, zip: ZipFile, id: string): Promise<void> {
    const replay = await this.get(tx, id);
    const output = zip.outputStream as Readable;
    const hashes: string[] = [];
    const add = async (name: string, content: AsyncIterable<string | Buffer>) => {
      const hash = createHash('sha256');
      const stream = Readable.from(hashed(content, hash), { objectMode: false });
      const leave = () => stream.destroy(new Error('the reader of the evidence went away'));
      output.once('close', leave);
      zip.addReadStream(stream, name, { mtime: replay.requested_at });
      try {
        await finished(stream);
      } finally {
        output.off('close', leave);
      }
      hashes.push(`${hash.digest('hex')}  ${name}\n`);
    };
    await add('README.txt', once(readMe));
    await add('decisions.json', once(`${JSON.stringify(await this.reader.view(tx, replay), null, 2)}\n`));
    await add('versions.json', this.versions(tx, replay));
    await add('difference.json', this.difference(tx, replay));
    await add('events.ndjson', this.events(tx, replay));
    const view = await this.reader.view(tx, replay);
    await add('summary.pdf', renderPaper(replayPaper(view, this.changes(tx, replay), this.clock.now())));
    zip.addBuffer(Buffer.from(hashes.join('')), 'manifest.sha256', { mtime: replay.requested_at });
    zip.end();
  }

  private async get(tx: Transaction, id: string): Promise<ReplayRow> {
    const replay = await this.store.find(tx, id);
    if (replay === undefined) throw new ProblemError('NOT_FOUND', '没有该回放，或与本部门无关');
    return replay;
  }

  private async *allCases(tx: Transaction, replay: ReplayRow): AsyncGenerator<readonly CaseRow[]> {
    for (let after: string | undefined; ; ) {
      const page = await this.cases.findPage(tx, replay.id, after, casePortion);
      if (page.length > 0) yield page;
      after = page.at(-1)?.entry_id;
      if (page.length < casePortion) return;
    }
  }

  private async *allRows(tx: Transaction, replay: ReplayRow, look: Look, onlyChanges = false) {
    for (let after: { entryId: string; place: number } | undefined; ; ) {
      const page = await this.rows.findPage(tx, replay.id, { look, onlyChanges }, after, casePortion);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < casePortion) return;
      after = { entryId: last.entry_id, place: last.place };
    }
  }

  private async *versions(tx: Transaction, replay: ReplayRow): AsyncGenerator<string> {
    yield '{"cases":[';
    let comma = '';
    for await (const page of this.allCases(tx, replay))
      for (const one of page) {
        yield `${comma}\n${JSON.stringify({ entryId: one.entry_id, number: one.number, round: one.round, versions: one.versions })}`;
        comma = ',';
      }
    yield '\n]}\n';
  }

  private async *difference(tx: Transaction, replay: ReplayRow): AsyncGenerator<string> {
    yield `{"replayId":"${replay.id}","sha256":${JSON.stringify(replay.sha256)},"figures":${JSON.stringify(replay.figures)},"cases":[`;
    let comma = '';
    for await (const page of this.allCases(tx, replay))
      for (const one of page) {
        const { outcome, detail, state } = one;
        yield `${comma}\n${JSON.stringify({ entryId: one.entry_id, number: one.number, sha256: one.plan_sha256, outcome, state, detail })}`;
        comma = ',';
      }
    yield '\n],"rows":[';
    comma = '';
    for (const look of ['PLAN', 'CHECK', 'PROOF'] as const)
      for await (const row of this.allRows(tx, replay, look)) {
        yield `${comma}\n{"look":"${look}","entryId":"${row.entry_id}","row":${row.line}}`;
        comma = ',';
      }
    yield '\n]}\n';
  }

  private async *events(tx: Transaction, replay: ReplayRow): AsyncGenerator<string> {
    const evidence: Evidence = new Map();
    for await (const page of this.allCases(tx, replay)) await this.journals.addEvidence(tx, page, evidence);
    const lanes = [...evidence].sort(([one], [other]) => (one < other ? -1 : 1));
    for (let first = 0; first < lanes.length; first += journalPortion)
      for (const row of await this.journals.findEvidence(tx, lanes.slice(first, first + journalPortion))) yield lineOf(row);
    for (const row of await this.journals.findEvidence(tx, [[replay.id, null]])) yield lineOf(row);
  }

  /** Rows of the plan for the paper. */
  private async *changes(tx: Transaction, replay: ReplayRow): AsyncGenerator<readonly string[]> {
    for await (const row of this.allRows(tx, replay, 'PLAN', true)) {
      const { facts, id } = JSON.parse(row.line) as Pick<DifferenceRow, 'facts' | 'id'>;
      yield paperRowOf({ kind: row.kind, action: row.action, departmentCode: row.department_code, facts, id }, row.entry_id);
    }
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function* hashed(content: AsyncIterable<string | Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
    hash.update(bytes);
    yield bytes;
  }
}

/** The original text, byte for byte, unless it tells of a person: then what the reader may see. */
function lineOf(row: EvidenceRow): string {
  const original: unknown = JSON.parse(row.data);
  const masked = projectData({ kind: 'OFFICE' }, row.topic, original);
  const isWhole = JSON.stringify(masked) === JSON.stringify(original);
  const event = {
    ...{ subjectKey: row.subject_key, id: row.event_id, type: row.type, source: row.source, subjectSeq: row.subject_seq },
    ...{ time: row.time.toISOString(), recordedTime: row.recorded_time.toISOString(), correlationId: row.correlation_id },
    ...{ causationId: row.causation_id, replayId: row.replay_id, sha256: row.sha256 },
  };
  return `${JSON.stringify(isWhole ? { ...event, text: row.data } : { ...event, masked: true, data: masked })}\n`;
}
