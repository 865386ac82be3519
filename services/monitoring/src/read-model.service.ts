import { caseRecorded, caseWithdrawn, cataloguePublished, type LianxinEvent } from '@lianxin/contracts';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findEntryFact, findListTold, hearEntry, newestTold } from './entry.rules.ts';
import { rowsOfEntry } from './entry-figure.rules.ts';
import { is } from './event.rules.ts';
import { answeredAt, findFeedbackFact, hearFeedback } from './feedback.rules.ts';
import { type FigureRow, rowsOfCase, rowsOfFeedback, rowsOfTask } from './figure.rules.ts';
import { FigureStore } from './figure.store.ts';
import { type EntryRow, type FeedbackRow, type Named, ReadModelStore, type TaskRow } from './read-model.store.ts';
import type { RecordSource } from './record.rules.ts';
import { recordSources } from './record-sources.rules.ts';
import { hearTask } from './task.rules.ts';
import { taskFactsOf } from './task-facts.rules.ts';

/** What became of some tasks, entries or cases: their ids, and all rows that the figures count of them now. */
interface Outcome {
  readonly rowIds: readonly string[];
  readonly rows: readonly FigureRow[];
}

/**
 * Keeps the read model: load what a batch touches, hear what it says, save, and bring the figures up to date. The end state depends only on which
 * events were heard. The caller holds the writer's lock.
 */
@Injectable()
export class ReadModelService {
  constructor(
    private readonly store: ReadModelStore,
    private readonly figures: FigureStore,
    private readonly clock: Clock,
  ) {}

  async hear(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.hearNames(tx, events);
    const outcomes = [await this.hearEntries(tx, events), await this.hearTasks(tx, events), await this.hearCases(tx, events)];
    for (const source of recordSources) outcomes.push(await this.hearRecords(tx, source, events));
    const rowIds = outcomes.flatMap((outcome) => outcome.rowIds);
    if (rowIds.length === 0) return;
    await this.figures.replace(
      tx,
      rowIds,
      outcomes.flatMap((outcome) => outcome.rows),
    );
  }

  private async hearEntries(tx: Transaction, events: readonly LianxinEvent[]): Promise<Outcome> {
    const facts = events.flatMap((event) => findEntryFact(event) ?? []);
    if (facts.length === 0) return { rowIds: [], rows: [] };
    const entries = await this.store.findEntries(tx, unique(facts.map((fact) => fact.entryId)));
    for (const fact of facts) entries.set(fact.entryId, hearEntry(entries.get(fact.entryId), fact));
    const changed = [...entries].map(
      ([entryId, registers]): EntryRow => ({ entryId, departmentCode: registers.departmentCode, registers }),
    );
    await this.store.saveEntries(tx, changed);
    return {
      rowIds: [...entries.keys()],
      rows: changed.flatMap(({ entryId, registers }) => rowsOfEntry(entryId, registers, this.clock.calendar())),
    };
  }

  private async hearTasks(tx: Transaction, events: readonly LianxinEvent[]): Promise<Outcome> {
    const facts = events.flatMap(taskFactsOf);
    if (facts.length === 0) return { rowIds: [], rows: [] };
    await this.hearFeedback(tx, events);
    const taskIds = unique(facts.map((fact) => fact.taskId));
    const tasks = await this.store.findTasks(tx, taskIds);
    for (const fact of facts) {
      const known = tasks.get(fact.taskId);
      // A task may be given to another department: whose it is, its newest statement says.
      const isNews = known === undefined || (fact.statement?.version ?? 0) >= known.registers.version;
      const departmentCode = isNews ? fact.departmentCode : known.departmentCode;
      tasks.set(fact.taskId, { taskId: fact.taskId, departmentCode, registers: hearTask(known?.registers, fact) });
    }
    const changed: TaskRow[] = [...tasks.values()];
    await this.store.saveTasks(tx, changed);
    const feedback = Map.groupBy(await this.store.findFeedbackOf(tx, taskIds), (row) => row.taskId);
    return {
      rowIds: [...taskIds, ...[...feedback.values()].flat().map((row) => row.feedbackId)],
      rows: changed.flatMap(({ taskId, departmentCode, registers }) => {
        const own = feedback.get(taskId) ?? [];
        return [
          ...rowsOfTask(taskId, departmentCode, registers, answersOf(own)),
          ...own.flatMap((row) => rowsOfFeedback(row.feedbackId, departmentCode, row.registers, registers)),
        ];
      }),
    };
  }

  private async hearFeedback(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const facts = events.flatMap((event) => findFeedbackFact(event) ?? []);
    if (facts.length === 0) return;
    const known = await this.store.findFeedback(tx, unique(facts.map((fact) => fact.feedbackId)));
    const rows = new Map<string, FeedbackRow>();
    for (const fact of facts) {
      const registers = hearFeedback(known.get(fact.feedbackId), fact);
      known.set(fact.feedbackId, registers);
      const { feedbackId, taskId, departmentCode, cycle } = fact;
      rows.set(feedbackId, { feedbackId, taskId, departmentCode, cycle, registers });
    }
    await this.store.saveFeedback(tx, [...rows.values()]);
  }

  private async hearRecords(
    tx: Transaction,
    { source, factsOf, hear, departmentOf, rowsOf }: RecordSource,
    events: readonly LianxinEvent[],
  ): Promise<Outcome> {
    const facts = events.flatMap((event) => factsOf(event));
    if (facts.length === 0) return { rowIds: [], rows: [] };
    const records = await this.store.findRecords(tx, source, unique(facts.map((fact) => fact.id)));
    for (const { id, said } of facts) records.set(id, hear(records.get(id), said));
    const changed = [...records].map(([recordId, registers]) => ({ recordId, departmentCode: departmentOf(registers), registers }));
    await this.store.saveRecords(tx, source, changed);
    return {
      rowIds: [...records.keys()],
      rows: changed.flatMap(({ recordId, departmentCode, registers }) => rowsOf(recordId, departmentCode, registers)),
    };
  }

  private async hearCases(tx: Transaction, events: readonly LianxinEvent[]): Promise<Outcome> {
    const told = events.filter((event) => is(event, caseRecorded)).map((event) => event.data);
    const withdrawn = unique(events.flatMap((event) => (is(event, caseWithdrawn) ? [event.data.caseId] : [])));
    if (told.length === 0 && withdrawn.length === 0) return { rowIds: [], rows: [] };
    const first = new Map(told.toReversed().map((one) => [one.caseId, one]));
    if (first.size > 0) await this.store.saveCases(tx, [...first.values()]);
    if (withdrawn.length > 0) await this.store.withdrawCases(tx, withdrawn);
    const kept = await this.store.findCases(tx, unique([...first.keys(), ...withdrawn]));
    return { rowIds: [...kept.keys()], rows: [...kept.values()].flatMap(rowsOfCase) };
  }

  private async hearNames(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const published = events.filter((event) => is(event, cataloguePublished)).map((event) => event.data);
    const departments = published.flatMap(({ version, row }) =>
      row.kind === 'DEPARTMENT' ? [{ code: row.department.code, version, department: row.department }] : [],
    );
    const measures = published.flatMap(({ version, row }): Named[] =>
      row.kind === 'MEASURE' ? [{ code: row.measure.code, version, nameZh: row.measure.nameZh }] : [],
    );
    const lists = events.flatMap((event) => findListTold(event) ?? []);
    if (lists.length > 0) await this.store.saveLists(tx, newestTold(lists));
    if (departments.length > 0) await this.store.saveDepartments(tx, newestByCode(departments));
    if (measures.length > 0) await this.store.saveMeasures(tx, newestByCode(measures));
  }
}

/** By cycle, when the first feedback that answers it was submitted. */
function answersOf(rows: readonly FeedbackRow[]): Map<number, string> {
  const answers = new Map<number, string>();
  for (const { cycle, registers } of rows) {
    const at = answeredAt(registers);
    const known = answers.get(cycle);
    if (at !== undefined && (known === undefined || at < known)) answers.set(cycle, at);
  }
  return answers;
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

/** One row per code: of the newest version, and of one version the first, as the store keeps it too. */
function newestByCode<Row extends { readonly code: string; readonly version: number }>(rows: readonly Row[]): Row[] {
  const newest = new Map<string, Row>();
  for (const row of rows) if (row.version > (newest.get(row.code)?.version ?? 0)) newest.set(row.code, row);
  return [...newest.values()];
}
