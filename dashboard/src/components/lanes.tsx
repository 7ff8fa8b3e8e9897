import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { plural } from '../format/number.ts';
import { levelOf } from '../format/severity.ts';
import { binLabels, dateTime } from '../format/time.ts';
import { EChart } from './charts.tsx';
import { Severity } from './marks.tsx';

export type AlertLanes = RouteResponse<'alertLanes'>;
const ROW = 24;
const AXIS = 22;

interface Props {
  readonly lanes: AlertLanes;
  /** The name of a lane as what it leads to. */
  readonly nameOf: (name: string) => ReactNode;
  /** A cell was chosen: its lane and its span, microseconds. */
  readonly onCell: (lane: string, from: number, to: number) => void;
  /** A span was dragged over. */
  readonly onRange: (from: number, to: number) => void;
}

/** Lanes over time: a cell's colour is the severity of its worst alert. Mouse: click a cell, drag to zoom. Keyboard: arrows and Enter. */
export function Lanes({ lanes: data, nameOf, onCell, onRange }: Props) {
  const { start, binMicros, bins, lanes } = data;
  const [cursor, setCursor] = useState<{ lane: number; bin: number }>();
  const edge = useCallback((bin: number) => (start ?? 0) + bin * binMicros, [start, binMicros]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other data have other cells.
  useEffect(() => setCursor(undefined), [data]);
  const option = useMemo(() => optionOf(data, edge), [data, edge]);
  const choose = (lane: number, bin: number) => {
    const name = lanes[lane]?.name;
    if (name !== undefined && (lanes[lane]?.counts[bin] ?? 0) > 0) onCell(name, edge(bin), edge(bin + 1));
  };
  const onKey = (event: KeyboardEvent) => {
    const { lane, bin } = cursor ?? { lane: 0, bin: bins - 1 };
    const steps: Record<string, readonly [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
      setCursor(cursor === undefined ? { lane, bin } : { lane: clamp(lane + step[0], lanes.length), bin: clamp(bin + step[1], bins) });
    } else if (event.key === 'Enter' && cursor !== undefined) choose(lane, bin);
    else if (event.key === 'Escape') setCursor(undefined);
  };
  return (
    <div className="lanes">
      <div className="lane-names">
        {lanes.map((lane) => (
          <div key={lane.name} className="lane-name">
            <Severity value={lane.severity} />
            <span className="ellipsis">{nameOf(lane.name)}</span>
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: cells are reached by arrow keys. */}
      <div className="lane-plot" tabIndex={0} role="application" aria-label="Cells; arrow keys move, Enter opens" onKeyDown={onKey}>
        <EChart
          option={option}
          height={lanes.length * ROW + AXIS}
          label={`${plural(data.total, 'alert')} in ${plural(lanes.length, 'lane')} over time`}
          onClick={(index) => choose(Math.floor(index / bins), index % bins)}
          onBrush={(from, to) => onRange(edge(from), edge(to + 1))}
          {...(cursor === undefined ? {} : { at: cursor.lane * bins + cursor.bin })}
        />
        <span className="hidden" role="status">
          {cursor === undefined ? '' : cellText(data, cursor.lane, cursor.bin, edge)}
        </span>
      </div>
    </div>
  );
}

function cellText({ lanes }: AlertLanes, lane: number, bin: number, edge: (bin: number) => number): string {
  const one = lanes[lane];
  const n = one?.counts[bin] ?? 0;
  const worst = one?.severities[bin] ?? 0;
  const what = n === 0 ? 'no alert' : `${plural(n, 'alert')}, worst ${Math.round(worst)} (${levelOf(worst)})`;
  return `${one?.name ?? ''}: ${what}\n${dateTime(edge(bin))} to ${dateTime(edge(bin + 1)).slice(11)}`;
}

function optionOf(data: AlertLanes, edge: (bin: number) => number) {
  const { bins, lanes } = data;
  const labels = binLabels(Array.from({ length: bins }, (_, bin) => edge(bin)));
  return (colour: (name: string) => string) => ({
    grid: { left: 0, right: 6, top: 0, bottom: AXIS },
    brush: {
      xAxisIndex: 0,
      brushStyle: { color: colour('--accent-soft'), borderColor: colour('--accent'), borderWidth: 1 },
      throttleType: 'debounce',
    },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: colour('--surface'),
      borderColor: colour('--line-strong'),
      textStyle: { color: colour('--text'), fontSize: 12, fontFamily: 'Inter Variable' },
      formatter: ({ dataIndex }: { dataIndex: number }) => cellText(data, Math.floor(dataIndex / bins), dataIndex % bins, edge),
    },
    xAxis: {
      type: 'category',
      data: labels,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: colour('--soft'),
        fontSize: 11,
        fontFamily: 'Inter Variable',
        interval: (index: number) => (labels[index] ?? '') !== '',
        hideOverlap: true,
      },
    },
    yAxis: { type: 'category', inverse: true, data: lanes.map(({ name }) => name), show: false },
    visualMap: {
      show: false,
      type: 'piecewise',
      dimension: 2,
      pieces: [
        { max: -0.5, color: colour('--raised') },
        { min: -0.5, max: 24.999, color: colour('--low-fill') },
        { min: 25, max: 49.999, color: colour('--medium-fill') },
        { min: 50, max: 74.999, color: colour('--high-fill') },
        { min: 75, color: colour('--critical-fill') },
      ],
    },
    series: [
      {
        type: 'heatmap',
        data: lanes.flatMap((lane, y) => lane.severities.map((severity, x) => [x, y, (lane.counts[x] ?? 0) > 0 ? severity : -1])),
        itemStyle: { borderColor: colour('--surface'), borderWidth: 1.5 },
        emphasis: { itemStyle: { borderColor: colour('--text'), borderWidth: 1.5 } },
      },
    ],
  });
}
