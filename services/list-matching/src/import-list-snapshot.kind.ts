import {
  exitRequestSchema,
  type FieldProblem,
  type ListEntryRequest,
  listEntryRequestSchema,
  type Origin,
  originSchema,
} from '@lianxin/contracts';
import { chineseFault, parseJsonBody, pointerOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ListConfig } from './config.ts';
import { DesignationService } from './designation.service.ts';
import type { ValueDecision } from './import-fields.rules.ts';
import {
  type BeforeDecision,
  type ImportContext,
  type ImportKind,
  ImportKinds,
  type ImportRow,
  type LayoutDecision,
  type RowDecision,
  type RowKey,
  type RowOutcome,
} from './import-kind.ts';
import { outcomeOfIntake } from './import-list-entries.kind.ts';
import { ListExitsImport } from './import-list-exits.kind.ts';
import { listSnapshotIndex } from './list-entry-fields.rules.ts';
import { recogniseListEntries } from './list-entry-layout.rules.ts';
import { listSnapshotTemplate } from './list-entry-template.ts';
import { judgeSize } from './snapshot.decision.ts';
import {
  findLastSize,
  findMissing,
  findNamedExits,
  findReappeared,
  findScopes,
  insertNamed,
  type NamedRecord,
  saveSize,
} from './snapshot.store.ts';
import { SourceQuestionService } from './source-question.service.ts';

const headSchema = z.object({
  listCode: z.string().trim().min(1).max(40),
  origin: originSchema.default('CITY'),
  sourceRecordId: z.string().trim().min(1).max(200),
  exit: z.looseObject({}).optional(),
});

/** A row of a full list: what it names is known also where its designation is faulty, for it is then not missing. */
export interface SnapshotRow extends NamedRecord {
  readonly request: ListEntryRequest | null;
  readonly faults: readonly FieldProblem[];
}

/**
 * Full lists of one source (R-2-6b): removals first; what the list no longer names is held at once and asked about; what it names again runs on; then the
 * additions. A list that suddenly halves or doubles stops before anything happens.
 */
@Injectable()
export class ListSnapshotImport implements ImportKind<SnapshotRow> {
  readonly code = 'list-snapshot';
  readonly titleZh = '名单全量';
  readonly roles = ['DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;
  readonly rank = 1;
  readonly template = listSnapshotTemplate;

  constructor(
    kinds: ImportKinds,
    private readonly designations: DesignationService,
    private readonly exits: ListExitsImport,
    private readonly questions: SourceQuestionService,
    private readonly config: ListConfig,
  ) {
    kinds.register(this);
  }

  recognise(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<SnapshotRow> {
    const decision = recogniseListEntries(headers, defaults, listSnapshotIndex);
    if (!decision.ok) return decision;
    const { layout } = decision;
    return { ok: true, layout: { ...layout, read: (cells) => readSnapshotRow(layout.valueOf(cells, parseJsonBody)) } };
  }

  keysOf(row: SnapshotRow): readonly RowKey[] {
    return [{ pointer: '/sourceRecordId', key: JSON.stringify([row.listCode, row.origin, row.sourceRecordId]) }];
  }

  async scan(tx: Transaction, context: ImportContext, rows: readonly ImportRow<SnapshotRow>[]): Promise<void> {
    await insertNamed(
      tx,
      context.jobId,
      rows.map(({ row: { origin, listCode, sourceRecordId, exit } }) => ({ origin, listCode, sourceRecordId, exit })),
    );
  }

  async before(tx: Transaction, context: ImportContext): Promise<BeforeDecision> {
    const { departments, id } = context.principal;
    const scopes = await findScopes(tx, context.jobId);
    if (!context.isConfirmed) {
      for (const scope of scopes) {
        const question = judgeSize(this.config.snapshot, scope.listCode, await findLastSize(tx, scope, departments), scope.rows);
        if (question !== undefined) return { ok: false, question };
      }
    }
    const removed = await this.removeNamed(tx, context);
    let held = 0;
    let resumed = 0;
    for (const scope of scopes) {
      resumed += await this.questions.reappear(tx, id, await findReappeared(tx, context.jobId, scope, departments));
      held += await this.questions.ask(tx, id, context.jobId, await findMissing(tx, context.jobId, scope, departments));
      await saveSize(tx, context.jobId, scope, departments);
    }
    return { ok: true, figures: { removed, held, resumed } };
  }

  async receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<SnapshotRow>[]): Promise<readonly RowOutcome[]> {
    const added = rows.flatMap(({ row }) => (row.exit === null && row.request !== null ? [row.request] : []));
    const intakes = added.length === 0 ? [] : await this.designations.receive(tx, context.principal, added);
    const outcomes: RowOutcome[] = [];
    let next = 0;
    for (const { line, row } of rows) {
      if (row.exit !== null) outcomes.push(await this.removed(tx, context, line, row));
      else if (row.request === null) outcomes.push({ ok: false, errors: row.faults });
      else outcomes.push(outcomeOfIntake(row.request, intakes[next++]));
    }
    return outcomes;
  }

  /** Removals that the list itself tells, ahead of everything; what is refused there is told with its row. */
  private async removeNamed(tx: Transaction, context: ImportContext): Promise<number> {
    let removed = 0;
    for (const named of await findNamedExits(tx, context.jobId)) {
      const outcome = await this.removed(tx, context, 0, named);
      if (outcome.ok && outcome.effect === 'CHANGED') removed++;
    }
    return removed;
  }

  private async removed(tx: Transaction, context: ImportContext, line: number, { exit, ...record }: NamedRecord): Promise<RowOutcome> {
    if (exit === null) throw new Error('a removal without its ground');
    const { listCode, origin, sourceRecordId } = record;
    const [outcome] = await this.exits.receive(tx, context, [{ line, row: { listCode, origin, sourceRecordId, ...exit } }]);
    if (outcome === undefined) throw new Error('a removal without an answer');
    return outcome;
  }
}

function readSnapshotRow(value: ValueDecision): RowDecision<SnapshotRow> {
  if (!value.ok) return value;
  const head = headSchema.safeParse(value.value, { error: chineseFault });
  if (!head.success) return { ok: false, faults: faultsOf(head.error) };
  const { listCode, origin, sourceRecordId } = head.data;
  const named = { listCode, origin: origin satisfies Origin, sourceRecordId };
  if (head.data.exit !== undefined) {
    const exit = exitRequestSchema.safeParse(head.data.exit, { error: chineseFault });
    if (!exit.success) return { ok: false, faults: faultsOf(exit.error, ['exit']) };
    return { ok: true, row: { ...named, exit: exit.data, request: null, faults: [] }, warnings: [] };
  }
  const request = listEntryRequestSchema.safeParse(value.value, { error: chineseFault });
  const faults = request.success ? [] : faultsOf(request.error);
  return { ok: true, row: { ...named, exit: null, request: request.success ? request.data : null, faults }, warnings: [] };
}

function faultsOf(error: z.ZodError, above: readonly string[] = []): FieldProblem[] {
  return error.issues.map((issue) => ({ pointer: pointerOf([...above, ...issue.path]), code: 'VALIDATION_FAILED', detail: issue.message }));
}
