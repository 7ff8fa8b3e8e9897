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
}

/** A channel whose error differs by less is neither better nor worse. */
const ALIKE = 0.02;

/** Whether networks of live series gain over the online blend, streamed through the lane in event time. */
export async function liveNetworksQuality({ folder, commit, log }: TableOptions): Promise<Table> {
  const rows: Row[] = [];
  for (const data of await streamedData(folder)) {
    let blend: ReadonlyMap<string, number> = new Map();
    for (const [variant, networks] of Object.entries(VARIANTS)) {
      const streamed = await streamFrame(data.frame, [{ type: 'forecast', networks }]);
      const errors = meanErrors(data, streamed);
      if (variant === NONE) blend = errors;
      const row = rowOf(data, variant, streamed, errors, blend);
      rows.push(row);
      log(`${data.name}, ${variant}: ${row.error_ratio.toFixed(3)}, ${row.cpu_seconds} s`);
    }
  }
  return { json: { commit, first_row: FIRST_ROW, rows }, markdown: markdown(rows, commit) };
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

function rowOf(
  data: StreamedData,
  variant: string,
  streamed: Streamed,
  errors: ReadonlyMap<string, number>,
  blend: ReadonlyMap<string, number>,
): Row {
  const ratios = [...errors].flatMap(([name, error]) => {
    const without = blend.get(name) ?? 0;
    return without > 0 ? [error / without] : [];
  });
  const readings = streamed.points.reduce((sum, { rows }) => sum + rows, 0);
  return {
    ...{ data: data.name, variant, channels: ratios.length, readings },
    error_ratio: Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length),
    channels_better: ratios.filter((ratio) => ratio < 1 - ALIKE).length,
    channels_worse: ratios.filter((ratio) => ratio > 1 + ALIKE).length,
    networks_used: streamed.counters.networksUsed ?? 0,
    ...detected(data, streamed),
    cpu_seconds: Math.round(streamed.cpuSeconds),
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
    `told of something, at its default promise; "other findings": those outside. CPU: of the whole run, trainings included.`,
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
        ['networks', 'error', 'better', 'worse', 'in use at the end', 'events', 'other findings', 'CPU s'],
        ...own.map((row) => [
          row.variant,
          row.error_ratio.toFixed(3),
          String(row.channels_better),
          String(row.channels_worse),
          String(row.networks_used),
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
    [`together: ${whole.join(', ')}`, 'error', 'events', 'other findings', 'CPU s'],
    ...Object.keys(VARIANTS).map((variant) => {
      const own = rows.filter((row) => row.variant === variant);
      const sum = (of: (row: Row) => number) => own.reduce((total, row) => total + of(row), 0);
      const error = Math.exp(sum((row) => Math.log(row.error_ratio)) / own.length);
      const events = `${sum((row) => row.events_found)} of ${sum((row) => row.events)}`;
      return [variant, error.toFixed(3), events, String(sum((row) => row.false_findings)), String(sum((row) => row.cpu_seconds))];
    }),
  ]);
}
