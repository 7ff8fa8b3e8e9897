import { amount, bytes, percent } from './number.ts';

/** Units as the ends of names have them, Prometheus' way. */
const SUFFIXES: readonly (readonly [end: string, shown: (value: number) => string])[] = [
  ['_celsius', (value) => `${amount(value)} °C`],
  ['_watts', (value) => `${amount(value)} W`],
  ['_volts', (value) => `${amount(value)} V`],
  ['_amperes', (value) => `${amount(value)} A`],
  ['_pascals', (value) => `${amount(value)} Pa`],
  ['_hertz', (value) => `${amount(value)} Hz`],
  ['_seconds', (value) => `${amount(value)} s`],
  ['_milliseconds', (value) => `${amount(value)} ms`],
  ['_ppm', (value) => `${amount(value)} ppm`],
  ['_percent', (value) => `${amount(value)} %`],
  ['_ratio', percent],
  ['_bytes', bytes],
];
/** Of a host's own figures: what is counted a second. */
const RATES = /^(network|disk)\..*_(bytes|packets)$/;
const CPUS = /^cpu\.\w+$/;

/** A reading with the unit that the name of its series tells: 22.2 °C, 1.5 MiB/s; the figure alone where it tells none. */
export function reading(value: number | null | undefined, series: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return amount(value);
  const name = series.replace(/\{.*$/, '');
  if (CPUS.test(name)) return `${amount(value)} CPUs`;
  const [, shown] = SUFFIXES.find(([end]) => name.endsWith(end)) ?? [];
  return `${(shown ?? amount)(value)}${RATES.test(name) ? '/s' : ''}`;
}

/** `0 to 0.5 CPUs`: the unit once where both have the same. */
export function readingRange(lower: number | null | undefined, upper: number | null | undefined, series: string): string {
  const [low, high] = [reading(lower, series), reading(upper, series)];
  const unit = high.slice(high.indexOf(' '));
  return `${high.includes(' ') && low.endsWith(unit) ? low.slice(0, -unit.length) : low} to ${high}`;
}
