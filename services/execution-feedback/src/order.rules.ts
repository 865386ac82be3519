import { beijingDate, endOfDayBeijing, type SubjectKind, type TaskKind, type TaskStatus } from '@lianxin/contracts';
import { type DeadlineContext, termEnd } from './deadline.rules.ts';
import type { Fact } from './plan.board.rules.ts';
import { closedStatuses, decideTransition, isNeverStarted, type Task, type TaskAction } from './task.rules.ts';

export type OrderKind = Exclude<TaskKind, 'EXECUTE'>;

/** What a task is about that rests on no plan (R-4-9a): a verification, the review of an honour, the effects of a wrong measure. */
export interface TaskOrder {
  readonly taskId: string;
  readonly kind: OrderKind;
  /** The verification, the review; of a restoration the entry. */
  readonly referenceId: string;
  /** Version of the reference that was heard last; older events change nothing. */
  readonly referenceVersion: number;
  readonly referenceNumber: string;
  readonly entryId: string | null;
  readonly listCode: string;
  readonly ground: string | null;
  readonly documentNo: string | null;
  readonly dueOn: string | null;
  /** Measures whose effects are to be removed. */
  readonly measureCodes: readonly string[];
  readonly departmentCode: string;
}

export interface OrderedTask {
  readonly task: Task;
  readonly order: TaskOrder;
}

/** What is asked of one department about one party. */
export interface OrderDemand extends Omit<TaskOrder, 'taskId'> {
  readonly partyId: string;
  readonly partySubjectId: string;
  readonly partyKind: SubjectKind;
  readonly direction: Task['direction'];
  readonly laneKey: string;
  /** False for units that are not supervised (§4.5). */
  readonly hasDeadline: boolean;
}

/** What became of one order, to be told. */
export type OrderStep = { readonly ordered: OrderedTask; readonly causeEvent: string | null } & (
  | { readonly what: 'ASSIGNED'; readonly joined: boolean }
  | { readonly what: 'SETTLED'; readonly outcome: string; readonly onTime: boolean | null }
  | { readonly what: 'MOVED'; readonly from: string; readonly reason: string }
);

type OrderFact = Pick<Fact, 'what' | 'detail'> & { readonly action: TaskAction | null };

const factNames: Partial<Record<TaskAction, string>> = {
  acknowledge: 'ACKNOWLEDGED',
  start: 'STARTED',
  feedBack: 'FED_BACK',
  return: 'RETURNED',
  acceptReturn: 'RETURN_ACCEPTED',
  refuseReturn: 'RETURN_REFUSED',
  cancel: 'CANCELLED',
  reopen: 'REOPENED',
};

/** Who answers elsewhere has signed and begun: the steps of §4.3 that lead from a state to the answer. */
const stepsToAnswer: Partial<Record<TaskStatus, readonly TaskAction[]>> = {
  DISPATCHED: ['acknowledge', 'start', 'feedBack'],
  RETURNED: ['refuseReturn', 'acknowledge', 'start', 'feedBack'],
  ACKNOWLEDGED: ['start', 'feedBack'],
  IN_EXECUTION: ['feedBack'],
};

/** The orders that a batch names, what happens to them, and what has to be written in the end. */
export class OrderBoard {
  private readonly byKey = new Map<string, OrderedTask>();
  private readonly fresh = new Set<string>();
  private readonly changed = new Set<string>();
  private readonly freshTasks = new Map<string, Task>();
  readonly facts: Fact[] = [];
  readonly steps: OrderStep[] = [];

  constructor(
    known: readonly OrderedTask[],
    private readonly context: DeadlineContext,
    private readonly newId: () => string,
  ) {
    for (const one of known) this.byKey.set(keyOf(one.order, one.task.partySubjectId), one);
  }

  /** Gives a department its task, or adds to the one it has. The same order again changes nothing. */
  demand(demand: OrderDemand, causeEvent: string | null): void {
    const known = this.byKey.get(keyOf(demand, demand.partySubjectId));
    if (known === undefined) {
      this.create(demand, causeEvent);
      return;
    }
    const added = demand.measureCodes.filter((code) => !known.order.measureCodes.includes(code));
    const isClosed = closedStatuses.includes(known.task.status);
    if (isClosed && (added.length > 0 || demand.referenceVersion > known.order.referenceVersion)) this.create(demand, causeEvent);
    if (isClosed || added.length === 0) return;
    const order = { ...known.order, measureCodes: [...known.order.measureCodes, ...added].sort() };
    const isDone = known.task.status === 'FED_BACK';
    const due = isDone ? this.dueOf(demand) : { dueAt: known.task.dueAt, feedbackDueAt: known.task.feedbackDueAt };
    const fact = { what: 'ORDER_WIDENED', action: isDone ? ('reopen' as const) : null, detail: { measureCodes: added } };
    const task = this.step({ ...known.task, ...due, cycle: known.task.cycle + (isDone ? 1 : 0) }, fact, causeEvent);
    if (task !== undefined) this.keep({ task, order }, { what: 'ASSIGNED', joined: true, causeEvent });
  }

  /** The matter was answered where it belongs: the task is fed back, by the steps that lead there. */
  answer(order: Pick<TaskOrder, 'kind' | 'referenceId' | 'referenceVersion'>, outcome: string, causeEvent: string): void {
    for (const known of this.of(order)) {
      const onTime = known.task.feedbackDueAt === null ? null : this.context.now < known.task.feedbackDueAt;
      this.settle(known, order.referenceVersion, stepsToAnswer[known.task.status] ?? [], { outcome, onTime, causeEvent });
    }
  }

  /** The matter is gone: what nobody began is cancelled, anything else does not apply any more. */
  drop(order: Pick<TaskOrder, 'kind' | 'referenceId' | 'referenceVersion'>, outcome: string, causeEvent: string): void {
    for (const known of this.of(order)) {
      const { task } = known;
      const isReturned = task.status === 'RETURNED';
      const isOpen = isReturned || task.status === 'ACKNOWLEDGED' || task.status === 'IN_EXECUTION';
      const away: readonly TaskAction[] = isReturned ? ['acceptReturn'] : ['return', 'acceptReturn'];
      const actions = isNeverStarted(task) ? (['cancel'] as const) : isOpen ? away : [];
      this.settle(known, order.referenceVersion, actions, { outcome, onTime: null, causeEvent });
    }
  }

  /** Another department has the matter now, and a new term to sign for it. */
  move(
    order: Pick<TaskOrder, 'kind' | 'referenceId' | 'referenceVersion'>,
    to: { departmentCode: string; hasDeadline: boolean; reason: string },
    causeEvent: string,
  ): void {
    for (const known of this.of(order)) {
      const from = known.task.departmentCode;
      if (from === to.departmentCode || known.task.status === 'FED_BACK') continue;
      const back: readonly TaskAction[] = { DISPATCHED: [], RETURNED: ['refuseReturn'] as const }[known.task.status as 'DISPATCHED'] ?? [
        'return',
        'refuseReturn',
      ];
      const walked = this.walk(known.task, back, null, causeEvent);
      const due = to.hasDeadline ? this.dueOf(known.order) : { dueAt: null, feedbackDueAt: null };
      const { departmentCode, hasDeadline } = to;
      const task = this.step(
        { ...walked, ...due, departmentCode, hasDeadline },
        { what: 'REASSIGNED', action: null, detail: { from, reason: to.reason } },
        causeEvent,
      );
      if (task === undefined) continue;
      this.byKey.delete(keyOf(known.order, task.partySubjectId));
      const next = { task, order: { ...known.order, departmentCode, referenceVersion: order.referenceVersion } };
      this.keep(next, { what: 'MOVED', from, reason: to.reason, causeEvent });
    }
  }

  changes(): { freshTasks: Task[]; changedTasks: Task[]; freshOrders: TaskOrder[]; changedOrders: TaskOrder[] } {
    const all = [...this.byKey.values()];
    const isFresh = ({ task }: OrderedTask) => this.fresh.has(task.id);
    const touched = all.filter(({ task }) => this.changed.has(task.id));
    return {
      freshTasks: [...this.freshTasks.values()],
      changedTasks: touched.map(({ task }) => task),
      freshOrders: all.filter(isFresh).map(({ order }) => order),
      changedOrders: touched.filter((one) => !isFresh(one)).map(({ order }) => order),
    };
  }

  private create(demand: OrderDemand, causeEvent: string | null): void {
    const { partyId, partySubjectId, partyKind, direction, laneKey, hasDeadline, ...order } = demand;
    const task: Task = {
      ...(hasDeadline ? this.dueOf(demand) : { dueAt: null, feedbackDueAt: null }),
      id: this.newId(),
      partySubjectId,
      canonicalCode: `${demand.kind}:${demand.referenceId}`,
      departmentCode: demand.departmentCode,
      measureCode: demand.kind,
      class: '-',
      direction,
      kind: demand.kind,
      force: 'MANDATORY',
      trigger: 'ONE_OFF',
      role: 'LEAD',
      partyId,
      partyRole: 'SUBJECT',
      partyKind,
      cycle: 1,
      status: 'DISPATCHED',
      previousStatus: null,
      version: 1,
      hasDeadline,
      dispatchedAt: this.context.now,
      begunAt: null,
      heldOn: null,
      laneKey,
      catalogueVersion: 0,
    };
    this.fresh.add(task.id);
    this.freshTasks.set(task.id, task);
    this.note(task, null, { what: 'DISPATCHED', action: null, detail: { referenceId: order.referenceId } }, causeEvent);
    const ordered = { task, order: { ...order, taskId: task.id } };
    this.byKey.set(keyOf(order, partySubjectId), ordered);
    this.steps.push({ ordered, what: 'ASSIGNED', joined: false, causeEvent });
  }

  private settle(
    known: OrderedTask,
    referenceVersion: number,
    actions: readonly TaskAction[],
    end: { outcome: string; onTime: boolean | null; causeEvent: string },
  ): void {
    if (actions.length === 0) return;
    const walked = this.walk(known.task, actions, { outcome: end.outcome }, end.causeEvent);
    const task = { ...walked, dueAt: null, begunAt: walked.status === 'FED_BACK' ? (walked.begunAt ?? this.context.now) : walked.begunAt };
    this.keep({ task, order: { ...known.order, referenceVersion } }, { what: 'SETTLED', ...end });
  }

  private walk(task: Task, actions: readonly TaskAction[], detail: Fact['detail'], causeEvent: string): Task {
    return actions.reduce((current, action) => {
      const next = this.step(current, { what: factNames[action] ?? action, action, detail }, causeEvent);
      if (next === undefined) throw new Error(`${action} is not possible from ${current.status}`);
      return next;
    }, task);
  }

  /** Undefined where the table of states does not allow the action. */
  private step(task: Task, fact: OrderFact, causeEvent: string | null): Task | undefined {
    const decision = fact.action === null ? ({ ok: true, next: task.status } as const) : decideTransition(task, fact.action);
    if (!decision.ok) return undefined;
    const next = { ...task, status: decision.next, version: task.version + 1 };
    this.note(next, task.status, fact, causeEvent);
    return next;
  }

  private keep(ordered: OrderedTask, step: DistributiveOmit<OrderStep, 'ordered'>): void {
    this.changed.add(ordered.task.id);
    this.byKey.set(keyOf(ordered.order, ordered.task.partySubjectId), ordered);
    this.steps.push({ ...step, ordered } as OrderStep);
  }

  private note(task: Task, from: TaskStatus | null, fact: OrderFact, causeEvent: string | null): void {
    this.facts.push({
      taskId: task.id,
      version: task.version,
      departmentCode: task.departmentCode,
      what: fact.what,
      from,
      to: task.status,
      at: this.context.now,
      actor: null,
      causeEvent,
      detail: fact.detail,
    });
  }

  private of(order: Pick<TaskOrder, 'kind' | 'referenceId' | 'referenceVersion'>): OrderedTask[] {
    return [...this.byKey.values()].filter(
      (known) =>
        known.order.kind === order.kind &&
        known.order.referenceId === order.referenceId &&
        known.order.referenceVersion < order.referenceVersion,
    );
  }

  /** To be signed for in the ordinary term, done by the day that was set, else within the term of a restoration (R-6-8). */
  private dueOf(order: Pick<TaskOrder, 'dueOn'>): { dueAt: Date; feedbackDueAt: Date } {
    const { terms } = this.context;
    const feedbackDueAt = order.dueOn === null ? termEnd(this.context, terms.restoreDays) : endOfDayBeijing(order.dueOn);
    const sign = termEnd(this.context, terms.acknowledgeDays);
    return { dueAt: sign < feedbackDueAt ? sign : feedbackDueAt, feedbackDueAt };
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

const keyOf = (order: Pick<TaskOrder, 'kind' | 'referenceId' | 'departmentCode'>, party: string) =>
  `${order.kind}|${order.referenceId}|${party}|${order.departmentCode}`;

/** First day on which something can have been done about an order. */
export function orderedOn(task: Pick<Task, 'dispatchedAt'>): string {
  return beijingDate(task.dispatchedAt);
}
