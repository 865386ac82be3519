import { type ListEntryView, type Principal, type ProblemCode, ProblemError } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { type Acting, type EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { getDefinition } from './list-definition.store.ts';
import { mayChange } from './list-entry.rules.ts';
import { type EntryRow, type FactRow, findEntries, findFacts, findParties, findStanding, type PartyRow } from './list-entry.store.ts';
import { loadView } from './list-entry.view.ts';
import { listingGrounds } from './list-rule.data.ts';
import { onGround } from './list-rule.rules.ts';
import type { StepContext } from './procedure.rules.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { ListTerms } from './terms.ts';

export type Change = (tx: Transaction, work: EntryWork, entry: EntryInWork) => Promise<void> | void;
/** Who takes a step: the unit that designates (谁认定、谁负责), or the credit office for what it is told by others. */
export type ChangedBy = 'DESIGNATING_UNIT' | 'CREDIT_OFFICE';

/** What a step rests on beside the entry itself, read under the lane of its subject. */
export interface EntrySurroundings {
  readonly parties: readonly PartyRow[];
  /** The version by which the entry was judged, with the term of its listing ground. */
  readonly definition: ListDefinition;
  /** Other entries of the same subject, across all departments. */
  readonly standing: readonly EntryInWork[];
}

/** One change of one entry by somebody: visible, theirs to change, on the version they saw, under the lane of its subject, written once. */
@Injectable()
export class EntryChange {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly writer: EntryWriter,
  ) {}

  get context(): StepContext {
    return { today: this.clock.today(), calendar: this.clock.calendar(), settingsOn: this.terms.settingsOn };
  }

  newWork(actor: string, cause?: Acting['cause']): EntryWork {
    return new EntryWork({ actor, now: this.clock.now(), today: this.clock.today(), cause });
  }

  /** Locks the lanes of the entries' subjects, then reads the entries as they are now. */
  async takeUnderLanes(tx: Transaction, work: EntryWork, ids: readonly string[]): Promise<EntryInWork[]> {
    const before = await findEntries(tx, ids);
    await lockLanes(
      tx,
      before.map((row) => row.subject_id),
    );
    return (await findEntries(tx, ids)).map((row) => work.take(row));
  }

  async surroundingsOf(tx: Transaction, work: EntryWork, entry: EntryInWork): Promise<EntrySurroundings> {
    const { row } = entry;
    const standing = (await acrossDepartments(tx, () => findStanding(tx, [row.subject_id]))).filter((other) => other.id !== row.id);
    const definition = await getDefinition(tx, row.list_code, row.list_version);
    return {
      parties: await findParties(tx, [row.id]),
      definition: onGround(definition, row.listing_ground, listingGrounds),
      standing: standing.map((other) => work.take(other)),
    };
  }

  /**
   * @param version what the caller saw (`If-Match`); undefined when it does not matter to them
   * @throws ProblemError NOT_FOUND, NOT_DESIGNATING_UNIT, STALE and TRANSITION_NOT_ALLOWED, the last two with the facts that came in between
   */
  async change(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: object,
    decide: Change,
    by: ChangedBy = 'DESIGNATING_UNIT',
  ): Promise<ListEntryView> {
    assertMayChange(principal, await getEntry(tx, id), by);
    const [fault, ...others] = findUnstorableTexts(request);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
    const work = this.newWork(principal.id);
    const [entry] = await this.takeUnderLanes(tx, work, [id]);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录');
    if (version !== undefined && version !== entry.row.version) throw await staleEntry(tx, entry.row, version);
    try {
      await decide(tx, work, entry);
    } catch (error) {
      throw await withLastFact(tx, entry.row.id, error);
    }
    await this.writer.write(tx, work);
    return loadView(tx, entry.row, { now: work.acting.now, calendar: this.clock.calendar() });
  }
}

/** Somebody has changed the entry since the caller saw it: by what, told fact by fact. */
export async function staleEntry(
  tx: Transaction,
  row: { readonly id: string; readonly version: number },
  version: number,
): Promise<ProblemError> {
  const since = (await findFacts(tx, [row.id])).filter((fact) => fact.version > version);
  const detail = `当前版本为 ${row.version}，提交时依据的是版本 ${version}；其间：${since.map(factText).join('；')}`;
  return new ProblemError(
    'STALE',
    detail.slice(0, 2000),
    since.slice(-20).map((fact) => ({ pointer: '', code: 'STALE', detail: factText(fact) })),
  );
}

const changedMeanwhile: readonly ProblemCode[] = ['TRANSITION_NOT_ALLOWED', 'STEP_NOT_READY'];

/** A step that the state refuses also tells what brought the entry into it: who, when, which fact. */
export async function withLastFact(tx: Transaction, entryId: string, error: unknown): Promise<unknown> {
  if (!(error instanceof ProblemError) || !changedMeanwhile.includes(error.code)) return error;
  const last = (await findFacts(tx, [entryId])).at(-1);
  if (last === undefined) return error;
  const detail = `${error.detail}；最近一步：${factText(last)}`;
  return new ProblemError(error.code, detail, [...error.errors, { pointer: '', code: error.code, detail: factText(last) }], {
    cause: error,
  });
}

function factText(fact: FactRow): string {
  return `版本 ${fact.version}：${fact.transition} ${fact.from_status ?? ''}→${fact.to_status}，${fact.at.toISOString()}，${fact.actor}`;
}

/** @throws ProblemError NOT_FOUND, also for an entry of another department: row security hides it. */
export async function getEntry(tx: Transaction, id: string): Promise<EntryRow> {
  const [row] = await findEntries(tx, [id]);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
  return row;
}

/** 谁认定、谁负责: the designating unit; for records of other origins the credit office or centre. */
function assertMayChange(principal: Principal, row: EntryRow, by: ChangedBy): void {
  if (by === 'CREDIT_OFFICE') {
    if (principal.roles.includes('CREDIT_OFFICE')) return;
    throw new ProblemError('FORBIDDEN', '异议标注由信用办处理，需要角色 CREDIT_OFFICE');
  }
  if (mayChange(principal, { departmentCode: row.department_code, origin: row.origin })) return;
  if (row.origin_region) throw new ProblemError('FOREIGN_ENTRY', `该记录由 ${row.origin_region} 的认定单位认定，本市单位不得修复或移出`);
  const unit = row.origin === 'CITY' ? `认定单位 ${row.department_code}` : '信用办或信用中心';
  throw new ProblemError('NOT_DESIGNATING_UNIT', `该记录由${unit}处理`);
}
