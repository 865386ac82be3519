import { type FieldProblem, type ListEntryRequest, listEntryRequestSchema, maskName } from '@lianxin/contracts';
import { chineseFault, parseJsonBody, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decisionKey, type Intake } from './designation.intake.ts';
import { DesignationService } from './designation.service.ts';
import { EntryUndo } from './import-entry-undo.ts';
import type { ValueDecision } from './import-fields.rules.ts';
import {
  type ImportContext,
  type ImportKind,
  ImportKinds,
  type ImportRow,
  type LayoutDecision,
  type RowDecision,
  type RowKey,
  type RowOutcome,
} from './import-kind.ts';
import { rowFaults } from './import-row.faults.ts';
import { listEntryFields } from './list-entry-fields.rules.ts';
import { recogniseListEntries } from './list-entry-layout.rules.ts';
import { listEntryTemplate } from './list-entry-template.ts';

const maxName = 60;

/** Designations with complete documents, each on the way of the API. */
@Injectable()
export class ListEntriesImport implements ImportKind<ListEntryRequest> {
  readonly code = 'list-entries';
  readonly titleZh = '名单认定';
  readonly roles = ['DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;
  readonly rank = 1;
  readonly template = listEntryTemplate;

  constructor(
    kinds: ImportKinds,
    private readonly designations: DesignationService,
    readonly undo: EntryUndo,
  ) {
    kinds.register(this);
  }

  recognise(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<ListEntryRequest> {
    return layoutOf(headers, defaults);
  }

  keysOf(row: ListEntryRequest): readonly RowKey[] {
    const identity = row.subject.usccCode ?? row.subject.idNumber ?? '';
    return [
      { pointer: '/sourceRecordId', key: JSON.stringify([row.listCode, row.origin, row.sourceRecordId]) },
      { pointer: '/decision/number', key: JSON.stringify([row.listCode, decisionKey(row.decision.number), identity.toUpperCase()]) },
    ];
  }

  async receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<ListEntryRequest>[]): Promise<readonly RowOutcome[]> {
    const intakes = await this.designations.receive(
      tx,
      context.principal,
      rows.map(({ row }) => row),
    );
    return rows.map(({ row }, index) => outcomeOfIntake(row, intakes[index]));
  }
}

/** The layout of a designation file, judged by the same schema as a request of the API. What it reports names columns and reasons, never values. */
export function layoutOf(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<ListEntryRequest> {
  const decision = recogniseListEntries(headers, defaults);
  if (!decision.ok) return decision;
  const { layout } = decision;
  return { ok: true, layout: { ...layout, read: (cells) => readDesignation(layout.valueOf(cells, parseJsonBody)) } };
}

function readDesignation(value: ValueDecision): RowDecision<ListEntryRequest> {
  if (!value.ok) return value;
  const parsed = listEntryRequestSchema.safeParse(value.value, { error: chineseFault });
  if (parsed.success) return { ok: true, row: parsed.data, warnings: [] };
  return { ok: false, faults: rowFaults(parsed.error, listEntryFields) };
}

/** What a designation did, or would do, in words. */
export function outcomeOfIntake(row: ListEntryRequest, intake: Intake | undefined): RowOutcome {
  if (intake === undefined) throw new Error('a row without an answer');
  if (!intake.ok) return { ok: false, errors: intake.errors };
  const { entry, replayed } = intake;
  const name = shownName(row);
  if (replayed) {
    const isOver = ['CORRECTED', 'REVOKED', 'NOT_DESIGNATED', 'EXPIRED', 'REPAIRED'].includes(entry.status);
    const over: FieldProblem = {
      pointer: '/sourceRecordId',
      code: 'SOURCE_RECORD_DIFFERS',
      detail: `该来源记录早已收录，现状态为 ${entry.status}，不会重新生效；新的认定请用新的来源记录编号`,
    };
    return { ok: true, effect: 'KNOWN', summary: `已有记录 ${entry.number}：${name}`, warnings: isOver ? [over] : [], made: null };
  }
  const conflict: FieldProblem = {
    pointer: '/subject/name',
    code: 'CONFLICT',
    detail: '代码已登记在另一名称下，须由信用办核实身份后才生效',
  };
  const hit: FieldProblem = { pointer: '/subject', code: 'CONFLICT', detail: '主体在严重失信主体名单中，不予认定（R-2-10）' };
  const summaries: Partial<Record<typeof entry.status, [string, FieldProblem[]]>> = {
    ACTIVE: ['列入并生效', []],
    CHECKING: ['列入，身份待核实', [conflict]],
    NOT_DESIGNATED: ['不予认定', [hit]],
  };
  const [what, warnings] = summaries[entry.status] ?? [`收录，状态 ${entry.status}`, []];
  return { ok: true, effect: 'CREATED', summary: `${what}：${name}`, warnings, made: { id: entry.id, version: entry.version } };
}

function shownName({ subject }: ListEntryRequest): string {
  const name = subject.kind === 'PERSON' ? maskName(subject.name) : subject.name;
  return name.length > maxName ? `${name.slice(0, maxName)}…` : name;
}
