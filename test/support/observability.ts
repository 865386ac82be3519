import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

const deploy = join(import.meta.dirname, '../../deploy');

export interface Question {
  /** Panel or alert that asks. */
  readonly where: string;
  readonly expression: string;
}
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly page: string; readonly runbook: string };
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

export function dashboards(): Dashboard[] {
  return readdirSync(join(deploy, 'grafana')).map((file) => JSON.parse(readFileSync(join(deploy, 'grafana', file), 'utf8')) as Dashboard);
}

export function alerts(): Alert[] {
  const rules = parse(readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8')) as { groups: { rules: Alert[] }[] };
  return rules.groups.flatMap((group) => group.rules);
}

/** Everything that dashboards and alerts ask Prometheus. */
export function questions(): Question[] {
  return [
    ...dashboards().flatMap(({ title, panels }) =>
      panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ where: `${title}: ${panel.title}`, expression: expr }))),
    ),
    ...alerts().map(({ alert, expr }) => ({ where: alert, expression: expr })),
  ];
}

/** What an expression asks for; `faults` are the places where it is no PromQL. */
export function askedIn(expression: string): { figures: string[]; labels: string[]; faults: number } {
  const figures: string[] = [];
  const labels: string[] = [];
  let faults = 0;
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) faults++;
      if (type.name === 'Identifier') figures.push(expression.slice(from, to));
      if (type.name === 'LabelName') labels.push(expression.slice(from, to));
    },
  });
  return { figures, labels, faults };
}

/** Names of samples that a text of `/metrics` has or will have, and the labels seen on them. */
export function shownFigures(text: string): Map<string, Set<string>> {
  const shown = new Map<string, Set<string>>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)/gm)) {
    const samples = type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
    for (const sample of samples) shown.set(sample, new Set());
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]\w*)\{(.*)\} /gim))
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) shown.get(name)?.add(label);
  return shown;
}

/** Questions that the running services can never answer, in words. */
export function unanswerable(text: string): string[] {
  const shown = shownFigures(text);
  return questions().flatMap(({ where, expression }) => {
    const { figures, labels } = askedIn(expression);
    const unknown = figures.filter((figure) => !shown.has(figure)).map((figure) => `${where} asks for ${figure}, which nobody shows`);
    const seen = figures.map((figure) => shown.get(figure) ?? new Set<string>());
    // Labels of a figure without a sample yet are not known.
    if (unknown.length > 0 || seen.some((known) => known.size === 0)) return unknown;
    return labels
      .filter((label) => !seen.some((known) => known.has(label)))
      .map((label) => `${where}: ${figures.join(', ')} has no ${label}`);
  });
}
