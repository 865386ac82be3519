import { Segmented } from 'antd';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { FigureRows } from './figure-rows.tsx';
import { useTexts, wordOf } from './language.tsx';
import type { Names } from './names.ts';
import { type Figure, useOverview } from './overview.ts';

const Chart = lazy(() => import('./chart.tsx'));
const statusOf = (figure: Figure) => figure.code.slice('TASKS-'.length);

/** Colours of the states, in the order of the road. */
const colorByStatus: Readonly<Record<string, string>> = {
  DISPATCHED: '#94a3b8',
  ACKNOWLEDGED: '#1d5fbf',
  RETURNED: '#c2410c',
  IN_EXECUTION: '#4f8bd9',
  ARMED: '#0b7285',
  FED_BACK: '#1c7c45',
  ON_HOLD: '#64748b',
  LIFTING: '#5b4bb0',
};

/** All open tasks by state; a bar, or its row in the table, opens the tasks. */
export function StatesChart({ names, onFollow }: { readonly names: Names; readonly onFollow: (entryId: string) => void }) {
  const texts = useTexts();
  const { data } = useOverview();
  const [view, setView] = useState<'CHART' | 'TABLE'>('CHART');
  const [opened, setOpened] = useState<Figure>();
  const figures = useMemo(() => (data?.tasks ?? []).filter((figure) => figure.numerator > 0), [data]);
  const option = useMemo(
    () => ({
      grid: { left: 4, right: 40, top: 4, bottom: 4, containLabel: true },
      tooltip: { trigger: 'item' as const },
      xAxis: { type: 'value' as const, show: false },
      yAxis: {
        type: 'category' as const,
        inverse: true,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: '#1b2430', fontSize: 12 },
        data: figures.map((figure) => wordOf(texts.taskStatuses, statusOf(figure))),
      },
      series: [
        {
          type: 'bar' as const,
          barWidth: 12,
          cursor: 'pointer',
          label: { show: true, position: 'right' as const, color: '#1b2430' },
          data: figures.map((figure) => ({
            value: figure.numerator,
            itemStyle: { color: colorByStatus[statusOf(figure)] ?? '#64748b', borderRadius: 2 },
          })),
        },
      ],
    }),
    [figures, texts],
  );
  const pick = useCallback(
    (name: string) => setOpened(figures.find((figure) => wordOf(texts.taskStatuses, statusOf(figure)) === name)),
    [figures, texts],
  );
  return (
    <section className="card states" aria-labelledby="states-title">
      <div className="card-head">
        <h2 id="states-title">{texts.states.title}</h2>
        <Segmented<'CHART' | 'TABLE'>
          size="small"
          aria-label={texts.views.label}
          options={[
            { value: 'CHART', label: texts.states.chart },
            { value: 'TABLE', label: texts.states.table },
          ]}
          value={view}
          onChange={setView}
        />
      </div>
      {figures.length === 0 ? (
        <p className="quiet">{texts.states.empty}</p>
      ) : view === 'CHART' ? (
        <Suspense fallback={texts.loading}>
          <Chart option={option} label={texts.states.title} height={figures.length * 24 + 8} onPick={pick} />
        </Suspense>
      ) : (
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{texts.rows.status}</th>
              <th scope="col">{texts.states.count}</th>
            </tr>
          </thead>
          <tbody>
            {figures.map((figure) => (
              <tr key={figure.code}>
                <th scope="row">{wordOf(texts.taskStatuses, statusOf(figure))}</th>
                <td>
                  <button
                    type="button"
                    className="link"
                    onClick={() => setOpened(figure)}
                    aria-label={texts.figures.open(wordOf(texts.taskStatuses, statusOf(figure)), figure.display)}
                  >
                    {figure.display}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <FigureRows figure={opened} names={names} onClose={() => setOpened(undefined)} onFollow={onFollow} />
    </section>
  );
}
