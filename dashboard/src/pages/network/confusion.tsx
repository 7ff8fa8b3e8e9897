import { useMemo } from 'react';
import { EChart } from '../../components/charts.tsx';
import { count, percent } from '../../format/number.ts';

export interface ConfusionCounts {
  readonly classes: readonly string[];
  /** By actual class, then predicted. */
  readonly counts: readonly (readonly number[])[];
}

/** Actual against predicted classes; a cell's shade is its share of the actual class. */
export function Confusion({ counts: { classes, counts } }: { counts: ConfusionCounts }) {
  const option = useMemo(
    () => (colour: (name: string) => string) => {
      const label = { color: colour('--soft'), fontSize: 11, fontFamily: 'Inter Variable', interval: 0 };
      const rowTotal = counts.map((row) => row.reduce((sum, n) => sum + n, 0));
      return {
        grid: { left: 150, right: 10, top: 10, bottom: 96 },
        tooltip: {
          renderMode: 'richText',
          confine: true,
          formatter: ({ value: [x, y] }: { value: readonly [number, number] }) =>
            `actual ${classes[y]}, predicted ${classes[x]}\n${count(counts[y]?.[x])} of ${count(rowTotal[y])}`,
        },
        xAxis: {
          type: 'category',
          data: classes,
          axisLabel: { ...label, rotate: 45 },
          axisLine: { show: false },
          axisTick: { show: false },
        },
        yAxis: { type: 'category', inverse: true, data: classes, axisLabel: label, axisLine: { show: false }, axisTick: { show: false } },
        visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: [colour('--raised'), colour('--accent')] } },
        series: [
          {
            type: 'heatmap',
            data: counts.flatMap((row, y) => row.map((n, x) => [x, y, (rowTotal[y] ?? 0) === 0 ? 0 : n / (rowTotal[y] ?? 1)])),
            itemStyle: { borderColor: colour('--surface'), borderWidth: 1.5 },
            label: {
              show: classes.length <= 16,
              fontSize: 11,
              formatter: ({ value: [x, y] }: { value: readonly [number, number] }) =>
                (counts[y]?.[x] ?? 0) > 0 ? count(counts[y]?.[x]) : '',
            },
          },
        ],
      };
    },
    [classes, counts],
  );
  const right = counts.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const total = counts.reduce((sum, row) => sum + row.reduce((inner, n) => inner + n, 0), 0);
  return (
    <section className="section">
      <h3>
        Actual (rows) against predicted (columns): {count(right)} of {count(total)} right, {percent(total === 0 ? null : right / total)}
      </h3>
      <EChart
        option={option}
        height={116 + classes.length * 28}
        label={`Confusion matrix of ${classes.length} classes: ${count(right)} of ${count(total)} right`}
      />
    </section>
  );
}
