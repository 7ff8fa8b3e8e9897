/** Counts over time as a small filled line, without axes; the figures stand beside it. */
export function Sparkline({
  counts,
  label,
  width = 110,
  height = 22,
}: {
  counts: readonly number[];
  label: string;
  width?: number;
  height?: number;
}) {
  const most = Math.max(1, ...counts);
  const step = counts.length > 1 ? width / (counts.length - 1) : width;
  const points = counts.map((value, index) => `${(index * step).toFixed(1)},${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`);
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
