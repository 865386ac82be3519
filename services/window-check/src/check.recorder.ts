import { type CheckAnswer, type checkPerformed, type EventData, ProblemError } from '@lianxin/contracts';
import { Outbox } from '@lianxin/messaging';
import { Clock, Database, Metrics, PersonalData } from '@lianxin/platform';
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
type CheckPerformed = EventData<typeof checkPerformed>;
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
    this.group = new Group((asked) => this.recordAll(asked), { size: 256, parallel: 2, waiting: 5_000, gatherMs: 4 });
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
    const { found, answers, numbers } = await this.look(asked);
    const today = this.clock.today();
    const context = { today, texts: this.catalogue, personalData: this.personalData };
    // Of several requests with one key the first is recorded; the others get its answer.
    const owners = new Map<string, AskedCheck>();
    for (const one of asked) if (!owners.has(keyOf(one))) owners.set(keyOf(one), one);
    const firsts = asked.flatMap((one, place) => {
      if (owners.get(keyOf(one)) !== one) return [];
      const number = `LYG-HC-${today.slice(0, 4)}-${String(numbers[place]).padStart(6, '0')}`;
      return [{ one, ...decideCheck(one, found[place] ?? [], this.checks.answersOf(answers, caseOf(one)), { ...context, number }) }];
    });
    const used = await this.checks.record(
      this.database,
      firsts.map(({ one, row }) => ({ row, key: one.idempotencyKey, fingerprint: one.fingerprint })),
      this.outbox.prepare(
        firsts.map(({ event }) => event),
        // A check about nobody known has a lane of its own, which begins and ends with it.
        (event) => event.key === (event.data as CheckPerformed).checkId,
      ),
    );
    return this.outcomesOf(asked, owners, firsts, used);
  }

  /** Each gets its own answer, or that of the earlier request whose key it repeats. */
  private async outcomesOf(
    asked: readonly AskedCheck[],
    owners: ReadonlyMap<string, AskedCheck>,
    firsts: readonly { one: AskedCheck; row: CheckRow }[],
    used: ReadonlyMap<number, { fingerprint: string; checkId: string }>,
  ): Promise<Outcome[]> {
    const recorded = new Map<AskedCheck, Recorded>();
    const earlier = new Map<AskedCheck, { fingerprint: string; checkId: string }>();
    for (const [place, { one, row }] of firsts.entries()) {
      const before = used.get(place);
      if (before === undefined) recorded.set(one, { answer: answerOf(row), replayed: false });
      else earlier.set(one, before);
    }
    return Promise.all(
      asked.map(async (one): Promise<Outcome> => {
        const own = recorded.get(one);
        if (own !== undefined) return own;
        const owner = owners.get(keyOf(one)) ?? one;
        const before = earlier.get(owner) ?? { fingerprint: owner.fingerprint, checkId: owner.id };
        if (before.fingerprint !== one.fingerprint)
          return { refused: new ProblemError('IDEMPOTENCY_KEY_REUSED', '该 Idempotency-Key 已用于内容不同的请求') };
        return { answer: recorded.get(owner)?.answer ?? (await this.answerOfEarlier(before.checkId)), replayed: true };
      }),
    );
  }

  private async answerOfEarlier(checkId: string): Promise<CheckAnswer> {
    const row = await this.database.consumerTransaction((tx) => this.checks.find(tx, checkId));
    if (row === undefined) throw new Error('a key without its check');
    return answerOf(row);
  }

  /** Everything that the decisions rest on. */
  private async look(asked: readonly AskedCheck[]): Promise<{
    found: Found[][];
    answers: ReadonlyMap<string, Map<string, KeptAnswer>>;
    numbers: readonly number[];
  }> {
    if (this.catalogue.isDue()) await this.database.consumerTransaction((tx) => this.catalogue.refresh(tx));
    const hashes = asked.map((one) => one.identities.map((identity) => this.hashOf(identity.identifier)));
    const codes = asked.flatMap((one) => one.identities.flatMap(({ identifier }) => (identifier.kind === 'USCC' ? [identifier.code] : [])));
    const cases = asked.flatMap((one) => caseOf(one) ?? []);
    const [{ subjects, numbers }, answers] = await Promise.all([
      this.readModel.look(this.database, {
        codes: [...new Set(codes)],
        hashes: [...new Set(hashes.flat().filter((hash) => hash !== null))],
        numbers: asked.length,
      }),
      cases.length === 0 ? new Map<string, Map<string, KeptAnswer>>() : this.checks.readAnswers(this.database, cases),
    ]);
    const rows = await this.rowsOf(subjects);
    const byIdentifier = new Map(subjects.map((subject) => [subject.usccCode ?? subject.idHash ?? subject.subjectId, subject]));
    const found = asked.map((one, place) =>
      one.identities.map(({ identifier }, index): Found => {
        const subject = byIdentifier.get(identifier.kind === 'USCC' ? identifier.code : (hashes[place]?.[index] ?? ''));
        return { subject, rows: subject === undefined ? [] : (rows.get(subject.subjectId) ?? []) };
      }),
    );
    return { found, answers, numbers };
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

  private hashOf(identifier: AskedCheck['identities'][number]['identifier']): string | null {
    return identifier.kind === 'DOCUMENT' ? this.personalData.hash(identifier.idType, identifier.number) : null;
  }
}

/** Requests without a key are each their own. */
function keyOf(one: AskedCheck): string {
  return one.idempotencyKey === undefined ? one.id : `${one.principal.id}\n${one.idempotencyKey}`;
}

function caseOf(one: AskedCheck) {
  const { caseNo } = one.request.matter;
  return caseNo === undefined ? undefined : { departmentCode: one.departmentCode, matterCode: one.matter.code, caseNo };
}
