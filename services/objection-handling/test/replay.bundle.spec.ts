import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { replayPlanned } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { handlerOf } from './journal.city.ts';
import { admin, entryRow, ReplayCity, sha256, taskRow, unzip } from './replay.city.ts';
import { company, Flag, type FlagTask, person, type Saying, taskOf } from './sayings.ts';

let city: ReplayCity;
beforeAll(async () => {
  city = await ReplayCity.create();
});
afterAll(() => city?.close());

test('the evidence of a replay is a zip that a stranger verifies with common tools, with every event as it was sent and no person by name', async () => {
  const flag = new Flag(undefined, 'SHUIJ', '018f0000-0000-7000-8000-00000000bbbb');
  await city.journal.hear(company(flag.subjectId), person(flag.subjectId));
  await city.inForce(flag);
  const asked = { change: { kind: 'VOID_ENTRY', effect: 'VOID' }, ground: 'REVOKING_DOCUMENT', documentNo: '撤〔2026〕1号' };
  const { id } = (await city.plan({ scope: { entryId: flag.entryId }, ...asked })).body;
  await city.answer(await city.asked(id, flag.entryId, 1), {
    'list-matching': { acts: true, entries: [entryRow(flag, 'END')] },
    'execution-feedback': { tasks: [taskRow(flag, 'WITHDRAW'), taskRow(flag, 'RESTORE')] },
  });
  const view = await city.until(id, 'PLANNED');
  await eventually('the plan is told', () => city.feeder.eventsOf(replayPlanned).find((one) => one.key === view.id));
  await city.journal.caughtUp();
  const folder = await mkdtemp(join(tmpdir(), 'lianxin-evidence-'));
  try {
    const files = await unzip(await city.download(admin, `/api/v1/replays/${view.id}/bundle`));
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
    expect([...files.keys()].sort()).toEqual([
      ...['README.txt', 'decisions.json', 'difference.json', 'events.ndjson', 'manifest.sha256', 'summary.pdf', 'versions.json'],
    ]);
    const checked = execFileSync('sha256sum', ['-c', 'manifest.sha256'], { cwd: folder, encoding: 'utf8' });
    expect(checked.trim().split('\n')).toHaveLength(6);
    expect(checked).not.toContain('FAILED');
    const lines = (files.get('events.ndjson')?.toString('utf8') ?? '').trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; text?: string; sha256: string; masked?: boolean });
    for (const event of events.filter((one) => one.masked !== true)) expect(sha256(event.text ?? '')).toBe(event.sha256);
    expect(events.map((one) => one.type)).toEqual(
      expect.arrayContaining(['lianxin.subject.registered.v1', 'lianxin.list_entry.activated.v1', 'lianxin.replay.planned.v1']),
    );
    expect([events.some((one) => one.masked === true), lines.some((line) => line.includes('sealed'))]).toEqual([true, false]);
    const difference = JSON.parse(files.get('difference.json')?.toString('utf8') ?? '') as {
      sha256: string;
      cases: { entryId: string; sha256: string }[];
      rows: { row: { kind: string; action: string } }[];
    };
    expect(sha256(difference.cases.map((one) => `${one.entryId} ${one.sha256}\n`).join(''))).toBe(view.sha256);
    expect(difference.rows.map(({ row }) => `${row.kind} ${row.action}`).sort()).toEqual(['ENTRY END', 'TASK RESTORE', 'TASK WITHDRAW']);
    expect(files.get('summary.pdf')?.subarray(0, 5).toString()).toBe('%PDF-');
    await writeFile(join(folder, 'versions.json'), '{}');
    expect(() => execFileSync('sha256sum', ['-c', 'manifest.sha256'], { cwd: folder, stdio: 'pipe' })).toThrow();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  expect((await city.journal.get(handlerOf('SHUIJ'), `/api/v1/replays/${view.id}/bundle`)).status).toBe(403);
});

test('it holds each event that the difference rests on once: also of other entries that name the same person, and nothing of strangers', async () => {
  const personId = '018f0000-0000-7000-8000-00000000cccc';
  const [one, other] = [new Flag(undefined, 'SHUIJ', personId), new Flag(undefined, 'SHUIJ', personId)];
  const [own, stranger] = [new Flag(personId), new Flag(other.subjectId)];
  const [task, strange] = [taskOf('CZJ'), taskOf('CZJ')];
  const inForce = (flag: Flag) => [flag.activated({ time: '2026-11-02T02:00:00.000Z' }), flag.planMade()];
  const worked = (flag: Flag, its: FlagTask) => [flag.dispatched([its]), flag.acknowledged(its, 2), flag.answered(its, 3)];
  const restsOn = [...inForce(one), ...inForce(own), ...inForce(other), ...worked(other, task)];
  await city.journal.hear(...restsOn, ...inForce(stranger), ...worked(stranger, strange));
  const evidenceOf = async (scope: Record<string, string>) => {
    const { id, cases } = (await city.plan({ scope })).body;
    const file = (await unzip(await city.download(admin, `/api/v1/replays/${id}/bundle`))).get('events.ndjson');
    const events = (file?.toString('utf8') ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; type: string });
    return { cases, ids: events.filter(({ type }) => !type.startsWith('lianxin.replay.')).map((event) => event.id) };
  };
  const idsOf = (sayings: readonly Saying[]) => sayings.map(({ event }) => event.id).sort();
  const ofOne = await evidenceOf({ entryId: one.entryId });
  expect([ofOne.cases, ofOne.ids.sort()]).toEqual([1, idsOf(restsOn)]);
  // The other entry is a case of its own here: then everything of its subject counts, still once.
  const ofPerson = await evidenceOf({ subjectId: personId });
  expect([ofPerson.cases, new Set(ofPerson.ids).size]).toEqual([3, ofPerson.ids.length]);
  expect(ofPerson.ids).toEqual(expect.arrayContaining(idsOf(restsOn)));
});
