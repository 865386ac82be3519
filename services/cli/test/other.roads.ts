import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { CheckAnswer, ListEntryView, TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { Desk, Ended } from './cli.support.ts';
import { parameterRoad } from './parameter.road.ts';

type Ends = (code: number, ...words: string[]) => Promise<Ended>;

/** A window asks about a flagged company by the command line alone, decides, and prints its slip (R-4-14). */
async function windowRoad(desk: Desk, ends: Ends, entry: ListEntryView): Promise<void> {
  const as = ['--as', 'WINDOW'];
  const { usccCode, name } = entry.subject;
  expect((await ends(0, 'check', 'matters')).out).toContain('GCZB-TB');
  const asked = ['check', 'run', '--matter', 'GCZB-TB', '--case-no', `B-${entry.number}`, '--code', usccCode ?? '', ...as];
  // A code without a name finds nobody for certain: information, never a block (R-11-1).
  const unsure = await desk.json<CheckAnswer>(...asked);
  expect(unsure.cards.map((card) => card.indicator)).toEqual(['info']);
  const sure = await eventually('the prompt blocks', async () => {
    const answer = await desk.json<CheckAnswer>(...asked, '--name', name);
    return answer.cards.some((card) => card.indicator === 'critical') && answer;
  });
  const card = sure.cards.find((one) => one.indicator === 'critical')?.uuid ?? '';
  expect((await ends(1, 'check', 'decide', sure.id, '--card', card, '--override', 'other', ...as)).err).toContain('说明');
  expect((await ends(0, 'check', 'decide', sure.id, '--card', card, '--accept', ...as)).out).toContain('accepted');
  expect((await ends(0, 'check', 'ls', '--case-no', `B-${entry.number}`)).out).toContain(sure.number);
  const path = join(desk.folder, 'slip.pdf');
  await ends(0, 'check', 'slip', sure.id, '-f', path);
  await ends(3, 'check', 'show', sure.id, '--as', 'RSJ');
}

interface Figure {
  readonly code: string;
  readonly denominator: number | null;
  readonly numerator: number;
}

/** Every figure that the overview shows opens as many rows as it says (§10.1). */
async function figuresRoad(desk: Desk, ends: Ends, entry: ListEntryView): Promise<void> {
  const black = await eventually('the entry is counted', async () => {
    const overview = await desk.json<Record<'entries' | 'tasks' | 'figures', Figure[]>>('stats', 'show');
    const rows = await desk.json<{ entry: { id: string } }[]>('stats', 'rows', 'K01-BLACK', '--limit', '10000');
    return rows.some((row) => row.entry.id === entry.id) && overview.entries.find(({ code }) => code === 'K01-BLACK');
  });
  const rows = await desk.json<{ entry: { id: string } }[]>('stats', 'rows', 'K01-BLACK', '--limit', '10000');
  expect(rows).toHaveLength(black?.numerator ?? -1);
  expect(rows.map((row) => row.entry.id)).toContain(entry.id);
  expect((await ends(0, 'stats', 'departments', '--figure', 'K05')).out).toContain('WMB');
  await ends(0, 'stats', 'ranking');
  expect((await ends(1, 'stats', 'rows', 'K99')).err).toContain('K07');
  expect((await desk.run(['stats', 'ranking', '--as', 'WMB'])).code).toBe(1);
  expect((await ends(0, 'incident', 'groups')).err).not.toContain('✗');
}

/** Many tasks of one department are signed for at once: counted first, then done (product §A.1). */
async function bulkRoad(desk: Desk, ends: Ends, { id: entryId }: ListEntryView): Promise<void> {
  const mine = async () =>
    (await desk.json<TaskView[]>('task', 'ls', '--entry', entryId, '--department', 'SCJGJ', '--all')).map((task) => task.status);
  const before = await mine();
  expect(before.length).toBeGreaterThan(0);
  const words = ['task', 'bulk', 'acknowledge', '--filter', `entryId=${entryId}`, '--as', 'SCJGJ'];
  expect((await ends(2, ...words)).err).toContain(`选中 ${before.length} 项`);
  expect(await mine()).toEqual(before);
  expect((await ends(0, ...words, '--yes')).err).toContain(`已办理 ${before.length} 项`);
  expect(new Set(await mine())).toEqual(new Set(['ACKNOWLEDGED']));
}

/** What a window, a department and the office do by the command line, each about an entry of its own. */
export const roads: readonly [string, (desk: Desk, ends: Ends, entry: ListEntryView) => Promise<void>][] = [
  ['a window asks about a flagged company, decides and prints its slip (R-4-14)', windowRoad],
  ['many tasks of a department are counted, then signed for at once', bulkRoad],
  ['a term is proposed, approved by another person and withdrawn before its day (§12)', parameterRoad],
  ['each figure opens the rows that make it (§10.1)', figuresRoad],
];
