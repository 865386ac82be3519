import type { ProblemCode } from './problems.ts';

/** States of one noun and what leads from each to the next: the only place that says what may follow what. */
export type TransitionTable<State extends string, Action extends string, Target extends string = State> = Readonly<
  Record<State, Readonly<Partial<Record<Action, Target>>>>
>;

export type TransitionDecision<Target extends string, Code extends ProblemCode> =
  | { readonly ok: true; readonly to: Target }
  | { readonly ok: false; readonly code: Code; readonly detail: string };

/** What may be asked in a state, in the order of the table. */
export function allowedIn<State extends string, Action extends string>(
  table: TransitionTable<State, Action, string>,
  state: State,
): Action[] {
  return Object.keys(table[state]) as Action[];
}

/** What a refused step says: the state, what was asked and what is allowed. */
export function refusedStepZh(state: string, action: string, allowed: readonly string[]): string {
  return `状态 ${state} 下不能执行 ${action}；允许：${allowed.length === 0 ? '无' : allowed.join('、')}`;
}

/**
 * The state that an action leads to.
 * @param code of the refusal, which names the state, what was asked and what is allowed
 * @param isAsked which of the allowed actions a caller can ask for; left out: all of them
 */
export function decideStepIn<State extends string, Action extends string, Target extends string, Code extends ProblemCode>(
  table: TransitionTable<State, Action, Target>,
  state: State,
  action: Action,
  code: Code,
  isAsked: (action: Action) => boolean = () => true,
): TransitionDecision<Target, Code> {
  const to: Target | undefined = table[state][action];
  if (to !== undefined) return { ok: true, to };
  return { ok: false, code, detail: refusedStepZh(state, action, allowedIn<State, Action>(table, state).filter(isAsked)) };
}
