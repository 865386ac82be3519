import type { CheckAnswer } from '@lianxin/contracts';
import { ProblemError } from '@lianxin/contracts';
import { lockLanes, type NewEvent, Outbox } from '@lianxin/messaging';
import { Clock, Database, Metrics, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { Histogram } from 'prom-client';
import { CatalogueCopy } from './catalogue.copy.ts';
import { type CheckRow, CheckStore, type KeptAnswer } from './check.store.ts';
import { type AskedCheck, answerOf, decideCheck, type Found } from './check.work.ts';
import { Group } from './group.ts';
import { type FoundSubject, ReadModelStore } from './read-model.store.ts';
import { SubjectDocuments } from './subject-documents.ts';

export interface Recorded {
  readonly answer: CheckAnswer;
  /** The same request came before: this is its answer. */
  readonly replayed: boolean;
}
type Outcome = Recorded | { readonly refused: ProblemError };

/** A plan names a catalogue version that has not come in whole: what it restricts is not known. */
export class CatalogueIncomplete extends Error {}

/**
 * Answers and records checks, many with one commit: read revisions, take documents from the caches or the database, decide, write. Nothing is answered that is
 * not recorded (product §B.9: a clean check is evidence too).
 */
@Injectable()
export class CheckRecorder {
  private readonly group: Group<AskedCheck, Outcome>;
  private readonly seconds: Histogram;

  constructor(
    private readonly database: Database,
    private readonly readModel: ReadModelStore,
    private readonly documents: SubjectDocuments,
    private readonly catalogue: CatalogueCopy,
    private readonly checks: CheckStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    metrics: Metrics,
  ) {
    this.group = new Group((asked) => this.recordAll(asked), { size: 64, parallel: 3, waiting: 5_000 });
    this.seconds = new Histogram({
      name: 'lx_check_seconds',
      help: 'Time from a check to its recorded answer',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 2],
      registers: [metrics.registry],
    });
  }

  /** @throws ProblemError IDEMPOTENCY_KEY_REUSED; CatalogueIncomplete, GroupFull or a fault of the database when nothing can be said. */
  async record(asked: AskedCheck): Promise<Recorded> {
    const end = this.seconds.startTimer();
    const outcome = await this.group.add(asked);
    end();
    if ('refused' in outcome) throw outcome.refused;
    return outcome;
  }

  private async recordAll(asked: readonly AskedCheck[]): Promise<Outcome[]> {
    const { found, answers } = await this.look(asked);
    return this.database.consumerTransaction((tx) => this.write(tx, asked, found, answers));
  }

  /** Everything that the decisions rest on; the caches are asked between two transactions, never inside one. */
  private async look(
    asked: readonly AskedCheck[],
  ): Promise<{ found: Found[][]; answers: ReadonlyMap<AskedCheck, ReadonlyMap<string, KeptAnswer>> }> {
    const hashes = asked.map((one) => one.identities.map((identity) => this.hashOf(identity.identifier)));
    const codes = asked.flatMap((one) => one.identities.flatMap(({ identifier }) => (identifier.kind === 'USCC' ? [identifier.code] : [])));
    const cases = asked.flatMap((one) => caseOf(one) ?? []);
    const { subjects, kept } = await this.database.consumerTransaction(async (tx) => {
      await this.catalogue.refresh(tx);
      return {
        subjects: await this.readModel.findSubjects(tx, [...new Set(codes)], [...new Set(hashes.flat().filter((hash) => hash !== null))]),
        kept: cases.length === 0 ? new Map<string, Map<string, KeptAnswer>>() : await this.checks.readAnswers(tx, cases),
      };
    });
    const rows = await this.rowsOf(subjects);
    const byIdentifier = new Map(subjects.map((subject) => [subject.usccCode ?? subject.idHash ?? subject.subjectId, subject]));
    const found = asked.map((one, place) =>
      one.identities.map(({ identifier }, index): Found => {
        const subject = byIdentifier.get(identifier.kind === 'USCC' ? identifier.code : (hashes[place]?.[index] ?? ''));
        return { subject, rows: subject === undefined ? [] : (rows.get(subject.subjectId) ?? []) };
      }),
    );
    const answers = new Map(
      asked.map((one) => {
        const which = caseOf(one);
        return [one, which === undefined ? new Map<string, KeptAnswer>() : this.checks.answersOf(kept, which)] as const;
      }),
    );
    return { found, answers };
  }

  /** Revision 0: nothing has ever applied to this subject, and there is nothing to look up. */
  private async rowsOf(subjects: readonly FoundSubject[]) {
    const keys = subjects.filter((subject) => subject.revision > 0);
    const rows = await this.documents.find(keys);
    const missing = keys.filter((key) => !rows.has(key.subjectId));
    if (missing.length > 0) {
      const read = await this.database.consumerTransaction((tx) =>
        this.readModel.readRows(
          tx,
          missing.map((key) => key.subjectId),
        ),
      );
      for (const key of missing) {
        const document = read.get(key.subjectId) ?? [];
        this.documents.keep(key, document);
        rows.set(key.subjectId, document);
      }
    }
    for (const document of rows.values())
      for (const { body } of document) if (!this.catalogue.has(body.catalogueVersion)) throw new CatalogueIncomplete();
    return rows;
  }

  private async write(
    tx: Transaction,
    asked: readonly AskedCheck[],
    found: readonly Found[][],
    answers: ReadonlyMap<AskedCheck, ReadonlyMap<string, KeptAnswer>>,
  ): Promise<Outcome[]> {
    const first = await this.firstOfKeys(tx, asked);
    const outcomes = new Map<AskedCheck, Outcome>();
    const fresh = asked.filter((one) => first.get(one) === undefined);
    const numbers = await this.checks.takeNumbers(tx, fresh.length);
    const today = this.clock.today();
    const rows: CheckRow[] = [];
    const events: NewEvent[] = [];
    for (const [index, one] of fresh.entries()) {
      const number = `LYG-CK-${today.slice(0, 4)}-${String(numbers[index]).padStart(6, '0')}`;
      const context = { today, texts: this.catalogue, personalData: this.personalData, number };
      const { row, event } = decideCheck(one, found[asked.indexOf(one)] ?? [], answers.get(one) ?? new Map(), context);
      rows.push(row);
      events.push(event);
      outcomes.set(one, { answer: answerOf(row), replayed: false });
    }
    if (rows.length > 0) {
      await lockLanes(
        tx,
        events.map((event) => event.key),
      );
      await this.checks.insert(tx, rows);
      await this.outbox.publish(tx, events);
    }
    for (const one of asked) {
      const before = first.get(one);
      if (before !== undefined) outcomes.set(one, await this.repeat(tx, one, before, rows));
    }
    return asked.map((one) => outcomes.get(one) as Outcome);
  }

  /** For each check whose key was used before, in this group or earlier: the request that used it. */
  private async firstOfKeys(tx: Transaction, asked: readonly AskedCheck[]) {
    const wanted = new Map<string, { principalId: string; key: string; fingerprint: string; checkId: string }>();
    const nameOf = (one: AskedCheck) => `${one.principal.id}\n${one.idempotencyKey}`;
    for (const one of asked) {
      if (one.idempotencyKey === undefined || wanted.has(nameOf(one))) continue;
      wanted.set(nameOf(one), { principalId: one.principal.id, key: one.idempotencyKey, fingerprint: one.fingerprint, checkId: one.id });
    }
    const kept =
      wanted.size === 0
        ? new Map<string, { fingerprint: string; checkId: string }>()
        : await this.checks.takeKeys(tx, [...wanted.values()]);
    return new Map(
      asked.map((one) => {
        const owner = one.idempotencyKey === undefined ? undefined : kept.get(nameOf(one));
        return [one, owner === undefined || owner.checkId === one.id ? undefined : owner] as const;
      }),
    );
  }

  private async repeat(
    tx: Transaction,
    one: AskedCheck,
    before: { fingerprint: string; checkId: string },
    rows: readonly CheckRow[],
  ): Promise<Outcome> {
    if (before.fingerprint !== one.fingerprint)
      return { refused: new ProblemError('IDEMPOTENCY_KEY_REUSED', '该 Idempotency-Key 已用于内容不同的请求') };
    const row = rows.find(({ id }) => id === before.checkId) ?? (await this.checks.find(tx, before.checkId));
    if (row === undefined) return { refused: new ProblemError('CONFLICT', '同一幂等键的请求正在处理') };
    return { answer: answerOf(row), replayed: true };
  }

  private hashOf(identifier: AskedCheck['identities'][number]['identifier']): string | null {
    return identifier.kind === 'DOCUMENT' ? this.personalData.hash(identifier.idType, identifier.number) : null;
  }
}

function caseOf(one: AskedCheck) {
  const { caseNo } = one.request.matter;
  return caseNo === undefined ? undefined : { departmentCode: one.departmentCode, matterCode: one.matter.code, caseNo };
}
