export interface Slice {
  readonly name: string;
  readonly value: number;
  /** A colour variable of styles/base.css. */
  readonly colour: string;
}

const RADIUS = 52;
const LENGTH = 2 * Math.PI * RADIUS;
const GAP = 2;

/** A ring of shares; the legend beside it carries the figures. */
export function RingChart({ slices, label }: { slices: readonly Slice[]; label: string }) {
  const shown = slices.filter(({ value }) => value > 0);
  const total = shown.reduce((sum, { value }) => sum + value, 0);
  let before = 0;
  return (
    <svg viewBox="0 0 128 128" width={128} height={128} role="img" aria-label={label}>
      {shown.map(({ name, value, colour }) => {
        const length = (value / total) * LENGTH;
        const start = before;
        before += length;
        return (
          <circle
            key={name}
            cx={64}
            cy={64}
            r={RADIUS}
            fill="none"
            stroke={`var(${colour})`}
            strokeWidth={17}
            strokeDasharray={`${Math.max(1, length - (shown.length > 1 ? GAP : 0))} ${LENGTH}`}
            strokeDashoffset={-start}
            transform="rotate(-90 64 64)"
          />
        );
      })}
    </svg>
  );
}
