import type { Micros, Reading, ReadingType } from '../../core/index.ts';
import { seriesName } from '../live/series-name.ts';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:.]*/;
const LABEL = /^\s*([a-zA-Z_][a-zA-Z0-9_.]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/;
const MAX_LINE = 64 << 10;
const MAX_LABELS = 64;

/** Lines of the exposition that could not be read. */
export interface TextProblems {
  badLines: number;
}

/**
 * Prometheus text format 0.0.4 and OpenMetrics 1.0. `# TYPE` says which names are counters; counts, sums and buckets of histograms
 * and summaries are counters too. Samples without a time stamp get `time`.
 */
export function readExposition(text: string, entity: string, time: Micros, openMetrics: boolean, problems: TextProblems): Reading[] {
  const types = new Map<string, string>();
  const readings: Reading[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      const [, word, name, type] = line.split(/\s+/, 4);
      if (word === 'TYPE' && name !== undefined && type !== undefined) types.set(name, type);
      continue;
    }
    if (line.trim() === '') continue;
    const sample = line.length > MAX_LINE ? undefined : readSample(line, openMetrics);
    if (sample === undefined) problems.badLines++;
    else if (Number.isFinite(sample.value)) {
      const { name, labels, value } = sample;
      readings.push({ time: sample.time ?? time, entity, series: seriesName(name, labels), value, type: typeOf(name, types) });
    }
  }
  return readings;
}

interface Sample {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly value: number;
  readonly time: Micros | undefined;
}

function readSample(line: string, openMetrics: boolean): Sample | undefined {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  let rest = line.slice(name.length);
  const labels: [string, string][] = [];
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    for (let match = LABEL.exec(rest); match !== null; match = LABEL.exec(rest)) {
      if (labels.push([match[1] as string, unescaped(match[2] as string)]) > MAX_LABELS) return undefined;
      rest = rest.slice(match[0].length);
    }
    rest = rest.trimStart();
    if (!rest.startsWith('}')) return undefined;
    rest = rest.slice(1);
  }
  // An exemplar of OpenMetrics follows after " # ".
  const [value = '', stamp] = (rest.split(' # ', 1)[0] as string).trim().split(/\s+/);
  const number = numberOf(value);
  if (value === '' || (Number.isNaN(number) && value !== 'NaN')) return undefined;
  const at = stamp === undefined ? undefined : Math.round(Number(stamp) * (openMetrics ? 1e6 : 1e3));
  return at !== undefined && !Number.isFinite(at) ? undefined : { name, labels, value: number, time: at };
}

function numberOf(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

function typeOf(name: string, types: ReadonlyMap<string, string>): ReadingType {
  const own = types.get(name);
  if (own === 'counter') return 'counter';
  if (own === 'gauge') return 'gauge';
  const base = name.replace(/_(total|count|sum|bucket|created)$/, '');
  const family = base === name ? undefined : types.get(base);
  if (name.endsWith('_created')) return 'gauge';
  return family === 'counter' || family === 'histogram' || family === 'summary' ? 'counter' : 'gauge';
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_whole, one: string) => (one === 'n' ? '\n' : one));
}
