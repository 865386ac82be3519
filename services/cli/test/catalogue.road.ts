import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { beijingDate, type TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { Desk } from './cli.support.ts';

/** A version of the catalogue by the command line alone: drafted and imported by one person, published by another, felt by the tasks of an entry. */
export async function catalogueRoad(
  desk: Desk,
  ends: (code: number, ...words: string[]) => Promise<{ readonly out: string; readonly err: string }>,
  entryId: string,
): Promise<void> {
  const as = ['--as', 'CREDIT_OFFICE'];
  const { id } = await desk.json<{ id: string }>('catalogue', 'draft', '--title', '停用一项', '--reason', '依据未核实', ...as);
  const file = join(desk.folder, 'basis.csv');
  await writeFile(
    file,
    'measure_code,document_zh,article,basis_kind,covers_lists,effective_from,verified\nWAGE-02,暂行文件,,DEPT_RULE,BL-WAGE,2020-05-01,0\n',
  );
  expect((await ends(0, 'catalogue', 'import', id, file, '--rows', 'measure_basis', ...as)).err).toContain('共改动 1 行');
  expect((await ends(0, 'catalogue', 'diff', id)).out).toContain('WAGE-02 对 BL-WAGE：由开放变为关闭');
  const today = beijingDate(new Date());
  expect((await ends(0, 'catalogue', 'simulate', id, '--from', today, ...as)).out).toMatch(/将撤回 \d+ 项任务/);
  expect((await desk.run(['catalogue', 'publish', id, '--from', today, '--yes', ...as])).err).toContain('FOUR_EYES_REQUIRED');
  await ends(0, 'catalogue', 'publish', id, '--from', today, '--yes', '--as', 'CREDIT_OFFICE2');
  await eventually('its tasks are being lifted', async () => {
    const tasks = await desk.json<TaskView[]>('task', 'ls', '--entry', entryId, '--all');
    const own = tasks.filter((task) => task.measureCode === 'WAGE-02');
    return own.length > 0 && own.every((task) => task.status === 'LIFTING');
  });
  expect((await ends(0, 'catalogue', 'reconcile', ...as)).out).toContain('无差异');
  expect((await ends(0, 'catalogue', 'ls')).out).toContain('IN_FORCE');
}
