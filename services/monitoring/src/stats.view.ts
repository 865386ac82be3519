import { fieldFigure } from './derived-figure.rules.ts';
import type { FieldCount } from './field.rules.ts';
import { amountsOf } from './figure.rules.ts';
import type { FigureDefinition, RowPart } from './figure-definition.rules.ts';
import type { StatsRow } from './stats.schemas.ts';
import type { PageRow, RowSubject } from './stats.store.ts';
import { cycleDues, listsNow, type TaskRegisters } from './task.rules.ts';

interface Names {
  readonly departments: ReadonlyMap<string, string>;
  readonly measures: ReadonlyMap<string, string>;
}

/** A row of a figure as its reader sees it. */
export function statsRowOf(definition: FigureDefinition, row: PageRow, subject: RowSubject | undefined, names: Names): StatsRow {
  const [, departmentCode, day, , cycle] = row.key;
  if (subject === undefined) throw new Error(`a row of ${definition.code} stands for nothing that is known`);
  return {
    figure: definition.code,
    counted: isIn(definition.numerator, row),
    amounts: amountsIn(definition, row),
    day,
    departmentCode,
    departmentNameZh: names.departments.get(departmentCode) ?? null,
    listCodes: listsOf(subject),
    task: subject.source === 'TASK' ? taskOf(definition, row, subject.task, names) : null,
    entry: subject.source === 'ENTRY' ? { ...entryOf(subject, row), activationNo: cycle } : null,
    case: subject.source === 'CASE' ? caseOf(subject, names) : null,
    feedback: subject.source === 'FEEDBACK' ? feedbackOf(subject, row) : null,
    record: 'record' in subject ? { id: row.key[3], kind: subject.source, facts: { ...subject.record } } : null,
  };
}

/** A field of K13 as its reader sees it. It is no department's. */
export function fieldRowOf({ key, field, hasCase, lists }: FieldCount, day: string): StatsRow {
  return {
    figure: fieldFigure,
    counted: hasCase,
    amounts: { denominator: 1, numerator: hasCase ? 1 : 0 },
    day,
    departmentCode: '',
    departmentNameZh: null,
    listCodes: lists.map(({ listCode }) => listCode),
    task: null,
    entry: null,
    case: null,
    feedback: null,
    record: { id: key, kind: 'FIELD', facts: { field, lists } },
  };
}

/** What a row adds to the figure's two numbers. */
function amountsIn({ denominator, numerator }: FigureDefinition, row: PageRow): StatsRow['amounts'] {
  const amountIn = (part: RowPart) => {
    if (!isIn(part, row)) return 0;
    const { due, counted } = amountsOf(row);
    return part === 'ALL' ? due : part === 'OPEN' ? due - counted : counted;
  };
  return { denominator: amountIn(denominator), numerator: amountIn(numerator) };
}

function isIn(part: RowPart, { isCounted, isTimely }: PageRow): boolean {
  if (part === 'ALL') return true;
  if (part === 'DONE') return isCounted;
  if (part === 'TIMELY') return isTimely;
  return part === 'LATE' ? isCounted && !isTimely : !isCounted;
}

function listsOf(subject: RowSubject): string[] {
  if (subject.source === 'TASK') return listsNow(subject.task);
  if (subject.source === 'ENTRY') return [subject.entry.listCode];
  return subject.source === 'CASE' ? [...subject.facts.listCodes] : [];
}

function feedbackOf({ taskId, cycle, feedback }: Extract<RowSubject, { source: 'FEEDBACK' }>, row: PageRow): StatsRow['feedback'] {
  const newest = Object.entries(feedback.versions).sort(([one], [other]) => Number(other) - Number(one))[0]?.[1];
  if (newest === undefined) throw new Error('a feedback of which nothing was heard counts in no figure');
  const { kind, notAppliedReason, submittedAt, approvedAt } = newest;
  return { id: row.key[3], taskId, cycle, kind, notAppliedReason, submittedAt, approvedAt };
}

function taskOf(definition: FigureDefinition, row: PageRow, task: TaskRegisters, names: Names): StatsRow['task'] {
  const { birth, status } = task;
  if (birth === null || status === null) throw new Error('a task that was not heard of counts in no figure');
  const cycles = cycleDues(task);
  const running = definition.rows === 'K07' ? cycles.find((one) => one.cycle === row.key[4]) : cycles.at(-1);
  return {
    id: row.key[3],
    cycle: running?.cycle ?? 1,
    status,
    measureCode: birth.measureCode,
    measureNameZh: names.measures.get(birth.measureCode) ?? null,
    canonicalCode: birth.canonicalCode,
    class: birth.class,
    direction: birth.direction,
    partySubjectId: birth.partySubjectId,
    partyRole: birth.partyRole,
    entryIds: Object.keys(task.bases).sort(),
    dispatchedAt: birth.dispatchedAt,
    acknowledgedAt: task.signed?.at ?? null,
    dueAt: (definition.rows === 'K05' ? task.acknowledgeDue?.dueAt : definition.rows === 'K14' ? task.lift?.dueAt : running?.dueAt) ?? null,
  };
}

function entryOf({ entry }: Extract<RowSubject, { source: 'ENTRY' }>, row: PageRow) {
  return { id: row.key[3], number: entry.number, status: entry.status, listType: entry.listType, subjectId: entry.subjectId };
}

function caseOf({ facts }: Extract<RowSubject, { source: 'CASE' }>, names: Names): StatsRow['case'] {
  return {
    id: facts.caseId,
    taskId: facts.taskId,
    feedbackId: facts.feedbackId,
    measureCode: facts.measureCode,
    measureNameZh: names.measures.get(facts.measureCode) ?? null,
    canonicalCode: facts.canonicalCode,
    direction: facts.direction,
    partySubjectId: facts.partySubjectId,
  };
}
