import type { StateThen } from './journal-state.rules.ts';
import type { Assessment, DifferenceRow } from './replay-difference.rules.ts';

/**
 * Where the journal, folded, does not give the state that an owner has told of (guarantee 4): the proof that the journal is complete. An owner tells of
 * the entry alone or of all that it looked at; either is compared.
 * @param hash SHA-256 in hexadecimal
 */
export function journalFindings(
  entryId: string,
  answers: readonly Assessment[],
  journal: StateThen,
  hash: (text: string) => string,
): DifferenceRow[] {
  const looked = new Set(
    answers.flatMap(({ versions }) => versions.filter(({ kind }) => kind === 'ENTRY' || kind === 'PLAN').map(({ id }) => id)),
  );
  const named = new Set(answers.flatMap(({ entries }) => entries.map((entry) => entry.entryId)));
  const scopes = [new Set([entryId]), new Set([...named, entryId]), new Set([...looked, ...named, entryId])];
  return answers.flatMap(({ owner, state }) => {
    if (state === null) return [];
    const told = scopes.map((scope) => linesOfOwner(owner, journal, scope, looked));
    if (told.some((lines) => hash(lines.join('\n')) === state.sha256)) return [];
    const facts = { owner, subject: entryId, expected: `${state.lines} 行 ${state.sha256}`, found: (told[0] ?? []).join('\n') };
    return [{ kind: 'FINDING' as const, action: 'DIFFERS' as const, id: null, departmentCode: null, facts }];
  });
}

function linesOfOwner(
  owner: Assessment['owner'],
  { entries, plans, tasks }: StateThen,
  scope: ReadonlySet<string>,
  looked: ReadonlySet<string>,
): string[] {
  if (owner === 'list-matching')
    return entries
      .filter((one) => scope.has(one.entryId))
      .map((one) => `ENTRY:${one.entryId}:${one.entryVersion}:${one.status}`)
      .sort();
  const own = plans.filter((one) => scope.has(one.entryId) || (scope.size > 1 && looked.has(one.planId)));
  if (owner === 'measure-decomposition') return own.map((one) => `PLAN:${one.planId}:${one.planVersion}:${one.status}`).sort();
  const planIds = new Set(own.map(({ planId }) => planId));
  return tasks
    .filter((one) => one.planIds.some((id) => planIds.has(id)))
    .map((one) => `TASK:${one.taskId}:${one.status}`)
    .sort();
}
