import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { digestOfTables } from './support/tables.ts';

type Rows = readonly Record<string, unknown>[];

/** Reads what a database with these tables would tell. */
const databaseOf = (tables: Readonly<Record<string, Rows>>) => (statements: readonly string[]) =>
  Promise.resolve(
    statements.flatMap((statement) => {
      const table = /^SELECT '(\S+) '/.exec(statement)?.[1];
      if (table === undefined) return Object.keys(tables);
      return (tables[table] ?? []).map((row) => `${table} ${JSON.stringify(row).replaceAll(/":/g, '": ')}`);
    }),
  );

/** Two entries, the first with two tasks, as one installation has them: ids, hashes and moments of its own. */
function city(changes: { swapped?: boolean; due?: string; department?: string } = {}) {
  const [first, second] = [randomUUID(), randomUUID()];
  const key = (text: string) => createHash('sha256').update(`${text}${first}`).digest('hex');
  const task = (entry: string, departmentCode: string, dueAt: string) => ({
    id: randomUUID(),
    entry,
    departmentCode,
    dueAt,
    basis: `\\x${key(departmentCode)}`,
  });
  const tasks = [
    task(first, 'CZJ', '2026-11-25T16:00:00+00:00'),
    task(changes.swapped === true ? second : first, changes.department ?? 'SLJ', changes.due ?? '2026-11-25T16:00:00+00:00'),
  ];
  return databaseOf({
    'lists.entry': [
      { id: first, listCode: 'BL-TAX', at: new Date().toISOString() },
      { id: second, listCode: 'BL-WAGE', at: '2026-11-23T09:24:45.417Z' },
    ],
    'tasks.task': Math.random() < 0.5 ? tasks : tasks.toReversed(),
    'tasks.said': [{ sequence: Math.floor(Math.random() * 1000), tasks: tasks.map(({ id }) => id).sort(), [second]: 'named by an id' }],
    'tasks.outbox': [{ position: Math.random() }],
  });
}

test('the same facts in two installations are the same, whatever their ids, moments and order', async () => {
  const digest = await digestOfTables(city());
  expect(Object.keys(digest)).toEqual(['lists.entry', 'tasks.task', 'tasks.said']);
  for (let time = 0; time < 20; time++) expect(await digestOfTables(city())).toEqual(digest);
});

test('a task of another entry is found, though every row looks the same by itself', async () => {
  const [right, wrong] = [await digestOfTables(city()), await digestOfTables(city({ swapped: true }))];
  expect(wrong['tasks.task']?.rows).toEqual(right['tasks.task']?.rows);
  expect(wrong['tasks.task']?.steps).not.toEqual(right['tasks.task']?.steps);
});

test('another deadline or another department is found in its row', async () => {
  const right = await digestOfTables(city());
  for (const changes of [{ due: '2026-11-26T16:00:00+00:00' }, { department: 'RSJ' }])
    expect((await digestOfTables(city(changes)))['tasks.task']?.rows).not.toEqual(right['tasks.task']?.rows);
});
