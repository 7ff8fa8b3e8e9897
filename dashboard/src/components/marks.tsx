import { useEffect, useState } from 'react';
import { levelOf } from '../format/severity.ts';
import { ago, clock, dateTime, type Time as Micros, utc, zoned } from '../format/time.ts';

export function Severity({ value, word = false }: { value: number; word?: boolean }) {
  const level = levelOf(value);
  return (
    <span className={`sev ${level}`} title={`Severity ${Math.round(value)} of 100: ${level}`}>
      {Math.round(value)}
      {word && ` ${level}`}
      {!word && <span className="hidden">{level}</span>}
    </span>
  );
}

interface WhenProps {
  readonly at: Micros;
  readonly as?: 'full' | 'exact' | 'clock' | 'relative';
  /** What stands where there is no time. */
  readonly none?: string;
}

/** A time in the user's zone; UTC on hover. `relative` counts on by itself. */
export function When({ at, as = 'full', none = '–' }: WhenProps) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (as !== 'relative') return;
    const timer = setInterval(() => tick((n) => n + 1), 15_000);
    return () => clearInterval(timer);
  }, [as]);
  if (at === null || at === undefined || !Number.isFinite(at)) return <span className="soft">{none}</span>;
  const text = as === 'relative' ? ago(at) : as === 'clock' ? clock(at, true) : dateTime(at, as === 'exact');
  const [day, time] = as === 'full' || as === 'exact' ? text.split(' ') : [];
  return (
    <time className="num nowrap" dateTime={new Date(at / 1000).toISOString()} title={`${zoned(at)} · ${utc(at)}`}>
      {day === undefined ? text : [<span key="day" className="day">{`${day} `}</span>, time]}
    </time>
  );
}

export function Bar({ share, level, label }: { share: number; level?: string; label: string }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <div className={`bar ${level ?? ''}`} role="img" aria-label={label}>
      <span style={{ width: `${width}%` }} />
    </div>
  );
}

const VERDICTS = { 'true-positive': 'True positive', 'false-positive': 'False positive', benign: 'Benign' } as const;
export type VerdictName = keyof typeof VERDICTS;
export const verdictText = (verdict: VerdictName): string => VERDICTS[verdict];

export function VerdictChip({ verdict }: { verdict: VerdictName }) {
  return <span className={`chip ${verdict === 'true-positive' ? 'critical' : 'good'}`}>{VERDICTS[verdict]}</span>;
}
