import type { Micros } from '../../core/index.ts';
import { markdownTable } from '../../training/quality/markdown-table.ts';
import type { Table, TableOptions } from '../../training/quality/tables.ts';
import { type Streamed, streamFrame } from './stream-frame.ts';
import { type StreamedData, streamedData } from './streamed-data.ts';

/** Rows before a forecast counts: by then every variant may have networks. */
const FIRST_ROW = 1_000;
/** A finding counts for a labelled range this many rows after its end, too. */
const SLACK = 10;

const NONE = 'none: the online blend alone';
const VARIANTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [NONE]: { most: 0 },
  'mlp, each series by itself': { most: 64, channels: 1 },
  'mlp, up to 8 series of the device': { most: 8, channels: 8 },
  'gru, up to 8 series of the device': { most: 8, channels: 8, algorithm: 'gru' },
  'lstm, up to 8 series of the device': { most: 8, channels: 8, algorithm: 'lstm' },
  'tcn, up to 8 series of the device': { most: 8, channels: 8, algorithm: 'tcn' },
};

interface Row {
  readonly data: string;
  readonly variant: string;
  readonly channels: number;
  readonly readings: number;
  /** Mean absolute error over that of the blend alone: geometric mean over the channels. */
  readonly error_ratio: number;
  readonly channels_better: number;
  readonly channels_worse: number;
  readonly networks_used: number;
  readonly events: number;
  readonly events_found: number;
  readonly false_findings: number;
  readonly cpu_seconds: number;
  /** Per step of `steps_ahead`: mean absolute error over that of the blend alone, and share of the values within the interval. */
  readonly ahead_error_ratio: readonly number[];
  readonly ahead_within: readonly number[];
}

/** Steps ahead that are looked at. */
const STEPS_AHEAD = [1, 2, 6, 12];
const MOST_AHEAD = Math.max(...STEPS_AHEAD);

/** A channel whose error differs by less is neither better nor worse. */
const ALIKE = 0.02;

/** Whether networks of live series gain over the online blend, streamed through the lane in event time. */
export async function liveNetworksQuality({ folder, commit, log, kept }: TableOptions): Promise<Table> {
  const rows: Row[] = [];
  for (const data of await streamedData(folder)) {
    let blend: Errors | undefined;
    const run = async (networks: Readonly<Record<string, unknown>>) =>
      streamFrame(data.frame, [{ type: 'forecast', networks }], MOST_AHEAD);
    for (const [variant, networks] of Object.entries(VARIANTS)) {
      const known = kept?.read(`${data.name}, ${variant}`) as Row | undefined;
      if (known !== undefined) {
        rows.push(known);
        continue;
      }
      blend ??= errorsOf(data, await run(VARIANTS[NONE] ?? {}));
      const streamed = await run(networks);
      const row = rowOf(data, variant, streamed, errorsOf(data, streamed), blend);
      kept?.write(`${data.name}, ${variant}`, row);
      rows.push(row);
      const ahead = row.ahead_error_ratio.map((one) => one.toFixed(3)).join(' / ');
      log(`${data.name}, ${variant}: ${row.error_ratio.toFixed(3)}, ahead ${ahead}, ${row.cpu_seconds} s`);
    }
  }
  return { json: { commit, first_row: FIRST_ROW, steps_ahead: STEPS_AHEAD, rows }, markdown: markdown(rows, commit) };
}

interface Errors {
  /** Mean absolute error per channel, one step ahead, over every reading from FIRST_ROW on. */
  readonly next: ReadonlyMap<string, number>;
  /** Per step ahead: the same for what was forecast at every tenth row, and the share of values within the interval. */
  readonly ahead: readonly { readonly error: ReadonlyMap<string, number>; readonly within: number }[];
}

function errorsOf(data: StreamedData, streamed: Streamed): Errors {
  return { next: meanErrors(data, streamed), ahead: STEPS_AHEAD.map((step) => aheadErrors(data, streamed, step)) };
}

function aheadErrors({ frame }: StreamedData, { outlooks }: Streamed, step: number): Errors['ahead'][number] {
  const sums = new Map<string, { sum: number; count: number }>();
  let within = 0;
  let all = 0;
  for (const { series, rows, points } of outlooks) {
    const point = points[step - 1];
    const column = frame.values[frame.channels.indexOf(series)];
    const row = rows + step - 1;
    const value = column?.[row];
    if (point === undefined || value === undefined || !Number.isFinite(value) || row < FIRST_ROW) continue;
    const entry = sums.get(series) ?? { sum: 0, count: 0 };
    entry.sum += Math.abs(value - point.expected);
    entry.count++;
    sums.set(series, entry);
    all++;
    if (value >= point.lower && value <= point.upper) within++;
  }
  return { error: new Map([...sums].map(([name, { sum, count }]) => [name, sum / count])), within: within / all };
}

/** Of each channel that errs at all without networks. */
function ratiosOf(errors: ReadonlyMap<string, number>, without: ReadonlyMap<string, number>): number[] {
  return [...errors].flatMap(([name, error]) => ((without.get(name) ?? 0) > 0 ? [error / (without.get(name) as number)] : []));
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** Mean absolute error per channel of the readings from FIRST_ROW on. */
function meanErrors({ frame }: StreamedData, { points }: Streamed): ReadonlyMap<string, number> {
  const from = frame.times[FIRST_ROW] as Micros;
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { rows, code, names, time, value, expected } of points) {
    for (let row = 0; row < rows; row++) {
      const error = Math.abs((value[row] as number) - (expected[row] as number));
      if ((time[row] as number) < from || !Number.isFinite(error)) continue;
      const name = names[code[row] as number] as string;
      const entry = sums.get(name) ?? { sum: 0, count: 0 };
      entry.sum += error;
      entry.count++;
      sums.set(name, entry);
    }
  }
  return new Map([...sums].map(([name, { sum, count }]) => [name, sum / count]));
}

function rowOf(data: StreamedData, variant: string, streamed: Streamed, errors: Errors, blend: Errors): Row {
  const ratios = ratiosOf(errors.next, blend.next);
  const readings = streamed.points.reduce((sum, { rows }) => sum + rows, 0);
  return {
    ...{ data: data.name, variant, channels: ratios.length, readings },
    error_ratio: geometricMean(ratios),
    channels_better: ratios.filter((ratio) => ratio < 1 - ALIKE).length,
    channels_worse: ratios.filter((ratio) => ratio > 1 + ALIKE).length,
    networks_used: streamed.counters.networksUsed ?? 0,
    ...detected(data, streamed),
    cpu_seconds: Math.round(streamed.cpuSeconds),
    ahead_error_ratio: errors.ahead.map(({ error }, k) =>
      geometricMean(ratiosOf(error, (blend.ahead[k] as Errors['ahead'][number]).error)),
    ),
    ahead_within: errors.ahead.map(({ within }) => within),
  };
}

/** Labelled ranges with a finding, and findings outside all of them, from FIRST_ROW on. */
function detected({ frame, labels }: StreamedData, { findings }: Streamed) {
  if (labels === undefined) return { events: 0, events_found: 0, false_findings: findings.length };
  const found = new Set<number>();
  let outside = 0;
  let events = 0;
  const eventAt = new Int32Array(frame.rows).fill(-1);
  for (let row = FIRST_ROW; row < frame.rows; row++) {
    if (labels[row] !== 1) continue;
    if (labels[row - 1] !== 1) events++;
    eventAt.fill(events, row, row + SLACK + 1);
  }
  for (const { detection } of findings) {
    const row = Math.round((detection.start - (frame.times[0] as number)) / frame.step);
    if (row < FIRST_ROW) continue;
    const event = eventAt[row] ?? -1;
    if (event < 0) outside++;
    else found.add(event);
  }
  return { events, events_found: found.size, false_findings: outside };
}

function markdown(rows: readonly Row[], commit: string): string {
  const lines = [
    '# Networks of live series',
    '',
    `Made by \`npm run evaluate:all -- live-networks\` at commit ${commit}. Each device is streamed through the lane of readings in event time, every reading`,
    'forecast and scored before it is known; networks are trained at every step of 600 s with the readings up to it, take effect at the next, and are trained again as new readings',
    `come. Errors count from row ${FIRST_ROW} on, over all channels, those without a network among them. "error": mean absolute error over that of the blend alone (level, hour, autoregression,`,
    `last value), geometric mean over the channels; "better" and "worse": channels whose error differs by more than ${100 * ALIKE} %. "events": labelled ranges in which the detector \`forecast\``,
    `told of something, at its default promise; "other findings": those outside. CPU: of the whole run, trainings included. "ahead": the same error of what was forecast`,
    `${STEPS_AHEAD.join(' / ')} steps ahead at every tenth row; "within": share of those values within the interval of that forecast, made for 98 %.`,
    '',
    ...verdict(rows),
    ...(wholeDevices(rows).length < new Set(rows.map(({ data }) => data)).size
      ? ['', 'Devices on which not every variant was run are left out of this first table.']
      : []),
    '',
  ];
  for (const name of new Set(rows.map(({ data }) => data))) {
    const own = rows.filter(({ data }) => data === name);
    const [first] = own;
    lines.push(`## ${name} (${first?.channels} channels, ${first?.readings.toLocaleString('en')} readings)`, '');
    lines.push(
      ...markdownTable([
        [
          'networks',
          'error',
          'better',
          'worse',
          'in use at the end',
          `ahead ${STEPS_AHEAD.join(' / ')}`,
          `within ${STEPS_AHEAD.join(' / ')}, %`,
          'events',
          'other findings',
          'CPU s',
        ],
        ...own.map((row) => [
          row.variant,
          row.error_ratio.toFixed(3),
          String(row.channels_better),
          String(row.channels_worse),
          String(row.networks_used),
          row.ahead_error_ratio.map((ratio) => ratio.toFixed(3)).join(' / '),
          row.ahead_within.map((share) => (100 * share).toFixed(1)).join(' / '),
          row.events === 0 ? '-' : `${row.events_found} of ${row.events}`,
          String(row.false_findings),
          String(row.cpu_seconds),
        ]),
      ]),
      '',
    );
  }
  return lines.join('\n');
}

function wholeDevices(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.map(({ data }) => data))];
  return names.filter((name) => rows.filter(({ data }) => data === name).length === Object.keys(VARIANTS).length);
}

/** Over the devices that every variant was run on, each counting alike. */
function verdict(all: readonly Row[]): string[] {
  const whole = wholeDevices(all);
  const rows = all.filter(({ data }) => whole.includes(data));
  return markdownTable([
    [`together: ${whole.join(', ')}`, 'error', `ahead ${STEPS_AHEAD.join(' / ')}`, 'events', 'other findings', 'CPU s'],
    ...Object.keys(VARIANTS).map((variant) => {
      const own = rows.filter((row) => row.variant === variant);
      const sum = (of: (row: Row) => number) => own.reduce((total, row) => total + of(row), 0);
      const error = geometricMean(own.map((row) => row.error_ratio));
      const ahead = STEPS_AHEAD.map((_, k) => geometricMean(own.map((row) => row.ahead_error_ratio[k] as number)).toFixed(3)).join(' / ');
      const events = `${sum((row) => row.events_found)} of ${sum((row) => row.events)}`;
      return [variant, error.toFixed(3), ahead, events, String(sum((row) => row.false_findings)), String(sum((row) => row.cpu_seconds))];
    }),
  ]);
}
