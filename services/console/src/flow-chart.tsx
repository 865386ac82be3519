import { lazy, Suspense, useMemo } from 'react';
import type { ChartOption } from './chart.tsx';
import type { DepartmentShare } from './journey.rules.ts';
import { useTexts } from './language.tsx';
import type { MeasureNames, Names } from './names.ts';

const Chart = lazy(() => import('./chart.tsx'));
const rowHeight = 22;

interface FlowChartProps {
  readonly listCode: string;
  readonly shares: readonly DepartmentShare[];
  readonly names: Names;
  readonly measures: MeasureNames;
}

/** List → class of measure → department, as wide as there are tasks. The table beside it holds the same. */
export function FlowChart({ listCode, shares, names, measures }: FlowChartProps) {
  const texts = useTexts();
  const option = useMemo(() => optionOf(listCode, shares, names, measures), [listCode, shares, names, measures]);
  const departments = shares.filter((share) => share.tasks.length > 0).length;
  return (
    <Suspense fallback={texts.loading}>
      <Chart option={option} label={texts.flow.title} height={Math.max(320, departments * rowHeight)} />
    </Suspense>
  );
}

function optionOf(listCode: string, shares: readonly DepartmentShare[], names: Names, measures: MeasureNames): ChartOption {
  const links = new Map<string, { source: string; target: string; value: number }>();
  const add = (source: string, target: string) => {
    const key = `${source}\n${target}`;
    links.set(key, { source, target, value: (links.get(key)?.value ?? 0) + 1 });
  };
  for (const { task } of shares.flatMap((share) => share.tasks)) {
    add(`list ${listCode}`, `class ${task.class}`);
    add(`class ${task.class}`, `department ${task.departmentCode}`);
  }
  const nodes = new Set([...links.values()].flatMap(({ source, target }) => [source, target]));
  const nameOf = (node: string) => {
    const [kind = '', code = ''] = node.split(' ');
    return kind === 'list' ? names.list(code) : kind === 'class' ? measures.className(code) : names.department(code);
  };
  const colorOf = (node: string) => (node.startsWith('list') ? '#17427a' : node.startsWith('class') ? '#4f7cac' : '#7a8da3');
  return {
    tooltip: { trigger: 'item', valueFormatter: (value) => String(value) },
    series: [
      {
        type: 'sankey',
        left: 8,
        right: 210,
        top: 8,
        bottom: 8,
        nodeGap: 6,
        nodeWidth: 10,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'gradient', opacity: 0.28, curveness: 0.5 },
        label: { color: '#1b2430', fontSize: 12, formatter: ({ name }) => nameOf(name) },
        data: [...nodes].map((name) => ({ name, itemStyle: { color: colorOf(name) } })),
        links: [...links.values()],
      },
    ],
  };
}
