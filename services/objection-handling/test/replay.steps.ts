import { expect } from '@jest/globals';
import { replayCarriedOut } from '@lianxin/contracts';
import type { DiffPage } from '../src/replay.schemas.ts';
import { admin, entryRow, type ReplayCity, secondAdmin, taskRow } from './replay.city.ts';
import { Flag, say } from './sayings.ts';

export const voidEntry = { change: { kind: 'VOID_ENTRY', effect: 'VOID' }, ground: 'REVOKING_DOCUMENT', documentNo: '撤〔2026〕1号' };
export const acting = (flag: Flag) => ({
  'list-matching': { acts: true, entries: [entryRow(flag, 'END')], versions: [{ kind: 'ENTRY' as const, id: flag.entryId, version: '1' }] },
  'execution-feedback': { tasks: [taskRow(flag, 'WITHDRAW'), taskRow(flag, 'RESTORE')], unchangedTasks: 3 },
});
export const diffOf = async (city: ReplayCity, id: string, query = '') =>
  (await city.journal.get<DiffPage>(admin, `/api/v1/replays/${id}/diff${query}`)).body;

/** A plan of one entry that is void, worked out. */
export async function planned(
  city: ReplayCity,
  flag = new Flag(),
  body: Record<string, unknown> = voidEntry,
  answers: Parameters<ReplayCity['answer']>[1] = acting(flag),
) {
  await city.inForce(flag);
  const { body: view } = await city.plan({ scope: { entryId: flag.entryId }, ...body });
  await city.answer(await city.asked(view.id, flag.entryId, 1), answers);
  return { flag, view: await city.until(view.id, 'PLANNED') };
}
/** It has been approved and is being looked at again. */
export async function approved(city: ReplayCity, flag = new Flag()) {
  const { view } = await planned(city, flag);
  expect((await city.act(view.id, 'approve', secondAdmin)).status).toBe(200);
  expect((await city.act(view.id, 'apply')).body.status).toBe('CHECKING');
  return { flag, id: view.id, check: await city.asked(view.id, flag.entryId, 2) };
}
export const carryOut = (flag: Flag, replayId: string, round: number) =>
  say(replayCarriedOut, flag.subjectId, {
    ...{ replayId, round, entryId: flag.entryId, subjectId: flag.subjectId, owner: 'list-matching', changed: true },
  });
