import type { ReactNode } from 'react';
import { count, percent } from '../format/number.ts';
import { RingChart, type Slice } from './ring-chart.tsx';

export interface Part extends Slice {
  /** What the name leads to. */
  readonly link: ReactNode;
}

/** Shares as a ring and, beside it, as bars with their figures; every bar's name leads to its rows. */
export function Distribution({ parts, label, centre }: { parts: readonly Part[]; label: string; centre: ReactNode }) {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const most = Math.max(1, ...parts.map(({ value }) => value));
  return (
    <div className="distribution">
      <div className="ring">
        <RingChart slices={parts} label={`${label}: ${parts.map(({ name, value }) => `${value} ${name}`).join(', ')}`} />
        <div className="ring-centre num">{centre}</div>
      </div>
      <ul className="bars">
        {parts.map(({ name, value, colour, link }) => (
          <li key={name}>
            <span className="bar-name ellipsis">{link}</span>
            <span className="bar-track" aria-hidden>
              <span style={{ width: `${(value / most) * 100}%`, background: `var(${colour})` }} />
            </span>
            <span className="num right">{count(value)}</span>
            <span className="num right soft small">{total === 0 ? '–' : percent(value / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
