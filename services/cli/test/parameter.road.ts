import { expect } from '@jest/globals';
import { beijingDate } from '@lianxin/contracts';
import type { Desk } from './cli.support.ts';

/** A term by the command line alone: proposed by one person, approved by another, withdrawn while it still waits for its day (§12). */
export async function parameterRoad(
  desk: Desk,
  ends: (code: number, ...words: string[]) => Promise<{ readonly out: string; readonly err: string }>,
): Promise<void> {
  const [first, second] = [
    ['--as', 'CREDIT_OFFICE', '--yes'],
    ['--as', 'CREDIT_OFFICE2', '--yes'],
  ];
  const set = (key: string, value: string, from: string) => ['parameter', 'set', key, value, '--from', from, '--reason', '试行', ...first];
  const { id } = await desk.json<{ id: string }>(...set('urge.remind_wd', '-3', '2099-01-05'));
  await ends(1, 'parameter', 'approve', id, ...first);
  expect((await ends(0, 'parameter', 'approve', id, ...second)).err).toContain('2099-01-05');
  expect((await ends(0, 'parameter', 'ls', '--service', 'execution-feedback')).out).toContain('2099-01-05: -3');
  expect(await desk.json('parameter', 'show', 'urge.remind_wd', '--date', '2099-01-05')).toMatchObject({ value: -3, changes: [{ id }] });
  await ends(4, 'parameter', 'approve', id, ...second);
  await ends(0, 'parameter', 'cancel', id, '--reason', '不再需要', ...first);
  expect(await desk.json('parameter', 'show', 'urge.remind_wd', '--date', '2099-01-05')).toMatchObject({ value: -2 });
  expect((await desk.run(set('list.defence_days_wd', '7', beijingDate(new Date())))).err).toContain('PARAMETER_DAY_PAST');
  await ends(3, 'parameter', 'show', 'task.cycle');
}
