import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { alerts, askedIn, dashboards, questions, unanswerable } from './support/observability.ts';

const root = join(import.meta.dirname, '..');

test('every panel and every alert asks in sound PromQL for a figure', () => {
  expect(questions().length).toBeGreaterThan(30);
  const unsound = questions().filter(({ expression }) => askedIn(expression).faults > 0 || askedIn(expression).figures.length === 0);
  expect(unsound).toEqual([]);
  expect(askedIn('sum by (le (rate(lx_task_open[5m]))').faults).toBeGreaterThan(0);
});

test('every alert says how grave it is, in the words of the office, where to look, and what to do', () => {
  const text = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const sections = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]?.toLowerCase().replaceAll(' ', '-'));
  for (const { alert, labels, annotations } of alerts()) {
    expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
    expect([alert, annotations.summary]).toEqual([alert, expect.stringMatching(/\p{Script=Han}/u)]);
    const [file, section] = annotations.runbook.split('#');
    expect([alert, file, sections]).toEqual([alert, 'docs/runbook.md', expect.arrayContaining([section])]);
  }
  const names = alerts().map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(dashboards().map(({ uid }) => uid)).size).toBe(dashboards().length);
});

test('a figure or a label that nobody shows is found', () => {
  const shown = questions()
    .flatMap(({ expression }) => askedIn(expression).figures)
    .map((figure) => `# TYPE ${figure} gauge`)
    .join('\n');
  expect(unanswerable(shown)).toEqual([]);
  expect(unanswerable(shown.replaceAll('# TYPE lx_task_open gauge', ''))).toContainEqual(expect.stringContaining('asks for lx_task_open'));
  expect(unanswerable(`${shown}\nlx_task_open{state="LIFTING"} 1\n`)).toContainEqual(
    expect.stringContaining('lx_task_open has no department'),
  );
});
