import { BarChart, type BarSeriesOption, SankeyChart, type SankeySeriesOption } from 'echarts/charts';
import {
  AriaComponent,
  type AriaComponentOption,
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components';
import { type ComposeOption, type ECharts, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([BarChart, SankeyChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export type ChartOption = ComposeOption<
  BarSeriesOption | SankeySeriesOption | GridComponentOption | TooltipComponentOption | AriaComponentOption
>;

interface ChartProps {
  readonly option: ChartOption;
  /** What it shows; its numbers stand in a table beside it. */
  readonly label: string;
  readonly height: number;
  readonly onPick?: (name: string) => void;
}

/** A chart that follows the size of its place. */
export default function Chart({ option, label, height, onPick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  useEffect(() => {
    if (place.current === null) return;
    const made = init(place.current, undefined, { renderer: 'svg' });
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => {
    const animation = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    chart.current?.setOption({ animation, animationDuration: 300, ...option }, { notMerge: false });
  }, [option]);
  useEffect(() => {
    const made = chart.current;
    if (made === undefined || onPick === undefined) return;
    const pick = ({ name }: { name: string }) => onPick(name);
    made.on('click', pick as (event: unknown) => void);
    return () => {
      made.off('click');
    };
  }, [onPick]);
  return <div ref={place} role="img" aria-label={label} style={{ height }} className="chart" />;
}
