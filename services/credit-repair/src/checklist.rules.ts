import type { ListType, TaskStatus } from '@lianxin/contracts';
import type { ItemKind } from './policy.rules.ts';

export interface ChecklistItem {
  readonly id: string;
  readonly number: string;
  readonly kind: ItemKind;
  readonly listType: ListType | null;
  /** When its publicity and its force ended here. */
  readonly endedAt: Date | null;
}
export interface LiftingPart {
  readonly itemId: string;
  /** The step to which it belongs: an entry that is found wrong after its repair is lifted by a second one. */
  readonly planVersion: number;
  readonly part: number;
  readonly parts: number;
  readonly at: Date;
}
/** One task that the repair ends, or that stays because something else demands it. */
export interface LiftingTask {
  readonly itemId: string;
  readonly taskId: string;
  readonly departmentCode: string;
  readonly status: TaskStatus | null;
  /** Why it stays although this basis has ended. */
  readonly stays: string | null;
  readonly at: Date;
  readonly dueAt: Date | null;
}
export interface Receipt {
  readonly kind: 'DEPARTMENT_SITE' | 'SITE';
  readonly at: Date;
  readonly documentNo: string | null;
}
export interface ChecklistFacts {
  readonly decidingDepartment: string;
  readonly grantedAt: Date;
  readonly items: readonly ChecklistItem[];
  readonly parts: readonly LiftingPart[];
  readonly tasks: readonly LiftingTask[];
  readonly receipts: readonly Receipt[];
  readonly due: { readonly department: string; readonly site: string; readonly lift: string };
}

/** What one party has to have undone, and whether it has. */
export interface ChecklistLine {
  readonly kind: 'PUBLICITY' | 'DEPARTMENT_SITE' | 'SITE' | 'MEASURES';
  /** Null: it is not known yet whom it concerns (the tasks are still to come), or 信用中国. */
  readonly departmentCode: string | null;
  readonly total: number;
  readonly open: number;
  /** Tasks that another basis keeps alive (R-4-5): the subject is told why. */
  readonly kept: number;
  readonly doneAt: Date | null;
  readonly dueOn: string;
}
export interface Checklist {
  readonly lines: readonly ChecklistLine[];
  readonly isComplete: boolean;
  /** When the last of them was done; null while something is open. */
  readonly restoredAt: Date | null;
}

const settledStates: readonly TaskStatus[] = ['LIFTED', 'CANCELLED', 'NOT_APPLICABLE'];

/** The receipts of a repair: who has ended publicity and measures, who has not (R-5-1, R-5-12). Complete only when every single one is there. */
export function checklistOf(facts: ChecklistFacts): Checklist {
  const lines = [...publicityLines(facts), ...measureLines(facts)];
  const isComplete = lines.length > 0 && lines.every((line) => line.open === 0);
  const last = Math.max(facts.grantedAt.getTime(), ...lines.map((line) => line.doneAt?.getTime() ?? 0));
  return { lines, isComplete, restoredAt: isComplete ? new Date(last) : null };
}

function publicityLines(facts: ChecklistFacts): ChecklistLine[] {
  const { decidingDepartment: departmentCode, items, due } = facts;
  const ended = items.flatMap((item) => item.endedAt ?? []);
  const here: ChecklistLine = {
    kind: 'PUBLICITY',
    departmentCode: null,
    total: items.length,
    open: items.length - ended.length,
    kept: 0,
    doneAt: ended.length === items.length ? latest(ended) : null,
    dueOn: due.department,
  };
  // A focus list is never public (R-2-5): nobody else shows it.
  if (items.every((item) => item.listType === 'FOCUS')) return [here];
  const receipt = (kind: Receipt['kind'], who: string | null, dueOn: string): ChecklistLine => {
    const found = facts.receipts.find((one) => one.kind === kind);
    return { kind, departmentCode: who, total: 1, open: found === undefined ? 1 : 0, kept: 0, doneAt: found?.at ?? null, dueOn };
  };
  return [here, receipt('DEPARTMENT_SITE', departmentCode, due.department), receipt('SITE', null, due.site)];
}

/** One line for each department; and one for tasks that are still to come, as long as a list entry has not had all parts of its lifting. */
function measureLines({ items, parts, tasks, due }: ChecklistFacts): ChecklistLine[] {
  const waiting = items.filter((item) => item.kind === 'LIST_ENTRY' && !hasAllParts(parts.filter((part) => part.itemId === item.id)));
  const byDepartment = Map.groupBy(tasks, (task) => task.departmentCode);
  const lines = [...byDepartment].map(([departmentCode, own]): ChecklistLine => {
    const open = own.filter((task) => isOpenTask(task));
    const kept = own.filter((task) => isKept(task)).length;
    const times = own.map((task) => task.at);
    return {
      kind: 'MEASURES',
      departmentCode,
      total: own.length,
      open: open.length,
      kept,
      doneAt: open.length === 0 ? latest(times) : null,
      dueOn: due.lift,
    };
  });
  const toCome: ChecklistLine[] =
    waiting.length === 0
      ? []
      : [{ kind: 'MEASURES', departmentCode: null, total: waiting.length, open: waiting.length, kept: 0, doneAt: null, dueOn: due.lift }];
  return [...toCome, ...lines.sort((a, b) => ((a.departmentCode ?? '') < (b.departmentCode ?? '') ? -1 : 1))];
}

/** Every step that has begun must have come whole. */
function hasAllParts(parts: readonly LiftingPart[]): boolean {
  const steps = [...Map.groupBy(parts, (part) => part.planVersion).values()];
  return steps.length > 0 && steps.every((step) => new Set(step.map((part) => part.part)).size === step[0]?.parts);
}

/** It still has to be undone: its department has not proved it, and nothing else demands it. */
export function isOpenTask(task: LiftingTask): boolean {
  return task.stays === null && task.status === 'LIFTING';
}

function isKept(task: LiftingTask): boolean {
  if (task.stays !== null) return task.stays !== 'ALREADY_ENDED';
  // After its lifting began another entry has taken it up again (R-4-5).
  return task.status !== null && task.status !== 'LIFTING' && !settledStates.includes(task.status);
}

function latest(times: readonly Date[]): Date | null {
  return times.length === 0 ? null : new Date(Math.max(...times.map((time) => time.getTime())));
}
