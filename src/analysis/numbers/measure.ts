/** What a number in a line measures, told by the words around it or by the key before it. */
export interface Measure {
  /** As it is told: `ms behind "done in"`, `duration`. */
  readonly name: string;
  /** Of `UNITS`, or empty where it is not said. */
  readonly unit: string;
}

const SCALES: Readonly<Record<string, readonly [base: 's' | 'B', factor: number]>> = {
  ns: ['s', 1e-9],
  us: ['s', 1e-6],
  µs: ['s', 1e-6],
  ms: ['s', 1e-3],
  msec: ['s', 1e-3],
  millis: ['s', 1e-3],
  milliseconds: ['s', 1e-3],
  s: ['s', 1],
  sec: ['s', 1],
  secs: ['s', 1],
  seconds: ['s', 1],
  b: ['B', 1],
  byte: ['B', 1],
  bytes: ['B', 1],
  kb: ['B', 1e3],
  kib: ['B', 1024],
  mb: ['B', 1e6],
  mib: ['B', 2 ** 20],
  gb: ['B', 1e9],
  gib: ['B', 2 ** 30],
};
const TIMES: readonly (readonly [string, number])[] = [
  ['s', 1],
  ['ms', 1e-3],
  ['µs', 1e-6],
];
const SIZES: readonly (readonly [string, number])[] = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['B', 1],
];
const BEHIND = /^\s?(ns|us|µs|ms|msec|millis|milliseconds|s|secs?|seconds|bytes?|[kmg]i?b|rows|records|items|entries)\b/i;
const KEY =
  /(?:^|[^a-z])(duration|elapsed|took|latency|cost|delay|wait|(?:response|request|processing|elapsed|query|upstream|service|total|run|round|connect)[ _.-]?(?:response[ _.-]?)?time|rt|rtt|size|bytes|length|count|ms)(?:[ _.-]?(ns|us|ms|s|sec|seconds|bytes|b|kb|mb))?(?: of| is| was)?["']?\s*[=:]?\s*["']?$/i;

/** What stands at `<*>` between these texts; undefined where nothing says that it measures something. */
export function measureBetween(before: string, after: string): Measure | undefined {
  const unit = BEHIND.exec(after)?.[1];
  const key = KEY.exec(before);
  if (unit === undefined && key === null) return undefined;
  const words = before.trim().split(/\s+/).slice(-2).join(' ');
  if (unit === undefined) return measureOf(key?.[1] ?? '', key?.[2]);
  return { name: words === '' ? unit : `${unit} behind "${words}"`, unit: unit.toLowerCase() };
}

/** What the value of a key measures; undefined where its name does not say so. */
export function measureOfKey(key: string): Measure | undefined {
  const found = KEY.exec(key.replace(/([a-z])([A-Z])/g, '$1_$2'));
  return found === null ? undefined : { ...measureOf(found[1] as string, found[2]), name: key };
}

function measureOf(name: string, suffix: string | undefined): Measure {
  const unit = (suffix ?? (/^(?:ms|bytes)$/i.test(name) ? name : '')).toLowerCase();
  return { name: suffix === undefined ? name : `${name} (${suffix})`, unit };
}

const NUMBER = /^(\d{1,15}(?:\.\d{1,9})?)\s?([a-zµ]{0,12})$/i;

/** A number with or without a unit of its own, in the base of that unit (seconds, bytes); undefined for anything else. */
export function measuredValue(text: string, unit: string): { readonly value: number; readonly unit: string } | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const printed = (match[2] as string).toLowerCase();
  const scale = SCALES[printed === '' ? unit : printed];
  if (printed !== '' && scale === undefined) return undefined;
  const value = Number(match[1]);
  return scale === undefined ? { value, unit } : { value: value * scale[1], unit: scale[0] };
}

/** `4.2 s`, `30 ms`, `900 MB`, `4,096 rows`. */
export function measureText(value: number, unit: string): string {
  const scales = unit === 's' ? TIMES : unit === 'B' ? SIZES : undefined;
  if (scales === undefined) return `${rounded(value)}${unit === '' ? '' : ` ${unit}`}`;
  const [name, factor] = scales.find(([, each]) => value >= each) ?? (scales.at(-1) as readonly [string, number]);
  return `${rounded(value / factor)} ${name}`;
}

function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 6 });
}
