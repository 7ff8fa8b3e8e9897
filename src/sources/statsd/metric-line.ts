import { MAX_SERIES_NAME } from '../../core/index.ts';
import { seriesName } from '../live/series-name.ts';

/** One metric of a StatsD line. */
export interface StatsdMetric {
  readonly series: string;
  readonly kind: 'count' | 'gauge' | 'change' | 'timing' | 'member';
  /** Counts scaled by their sample rate; `change` adds to a gauge. */
  readonly value: number;
  /** Of sets. */
  readonly member: string;
}

const MAX_LINE = 8192;

/** `name:value|type|@rate|#tag:value,tag`; undefined for what is no such line. */
export function readMetricLine(line: string): StatsdMetric | undefined {
  if (line.length > MAX_LINE) return undefined;
  const colon = line.indexOf(':');
  if (colon <= 0) return undefined;
  const [text = '', type, ...rest] = line.slice(colon + 1).split('|');
  const rate = Number(rest.find((part) => part.startsWith('@'))?.slice(1) ?? 1);
  const tags = rest.find((part) => part.startsWith('#'))?.slice(1);
  const labels = (tags === undefined || tags === '' ? [] : tags.split(',')).slice(0, 64).map((tag): [string, string] => {
    const at = tag.indexOf(':');
    return at < 0 ? [tag, ''] : [tag.slice(0, at), tag.slice(at + 1)];
  });
  const series = seriesName(line.slice(0, Math.min(colon, MAX_SERIES_NAME)), labels);
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (type === 's') return text === '' ? undefined : { series, kind: 'member', value: 0, member: text };
  if (!Number.isFinite(value) || !(rate > 0 && rate <= 1) || !Number.isFinite(value / rate)) return undefined;
  const of = (kind: StatsdMetric['kind'], scaled = value) => ({ series, kind, value: scaled, member: '' });
  switch (type) {
    case 'c':
      return of('count', value / rate);
    case 'g':
      return of(/^[+-]/.test(text) ? 'change' : 'gauge');
    case 'ms':
    case 'h':
    case 'd':
      return of('timing');
    default:
      return undefined;
  }
}
