import { closeSync, openSync, writeSync } from 'node:fs';
import {
  CaptureReader,
  FLOW_METER_COLUMNS,
  FlowMeter,
  type FlowOptions,
  type FlowRecord,
  flowCellColumns,
  flowCells,
  flowHeader,
  flowLine,
  flowMeterCells,
  flowMeterLine,
} from '../../parsers/packets/index.ts';
import { type FileInput, readBytes } from '../../sources/index.ts';

/** `cicflowmeter`: 91 columns; `extended`: these and vedette's own; `flowmeter`: the older 39. */
export type FlowForm = 'cicflowmeter' | 'extended' | 'flowmeter';

export interface WrittenFlows {
  readonly packets: number;
  readonly flows: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly problem?: string;
}

/** Text held before it is written. */
const BLOCK = 1 << 20;

/** Writes the flows of a capture as CSV or JSON lines, in the order they end, in constant memory. */
export async function writeFlows(
  input: FileInput,
  path: string,
  options: {
    readonly form?: FlowForm;
    readonly format?: 'csv' | 'json';
    readonly flow?: FlowOptions;
    readonly progress?: (share: number) => void;
  } = {},
): Promise<WrittenFlows> {
  const form = options.form ?? 'extended';
  let problem: string | undefined;
  const file = openSync(path, 'w');
  const lineOf = options.format === 'json' ? jsonLines(form) : csvLines(form);
  let text = options.format === 'json' ? '' : `${form === 'flowmeter' ? FLOW_METER_COLUMNS.join(',') : flowHeader(form === 'extended')}\n`;
  const write = (atLeast: number): void => {
    if (text.length < atLeast) return;
    writeSync(file, text);
    text = '';
  };
  const meter = new FlowMeter((flow) => {
    text += `${lineOf(flow)}\n`;
    write(BLOCK);
  }, options.flow);
  const reader = new CaptureReader({ input: input.name, application: form === 'extended' });
  const stream = readBytes(input, {
    onBytes: (stored) => options.progress?.(input.bytes === 0 ? 0 : Math.min(1, stored / input.bytes)),
    onProblem: ({ reason }) => {
      problem = reason;
    },
  });
  try {
    for await (const batch of reader.read(stream.chunks)) meter.add(batch);
    meter.flush();
    write(1);
  } finally {
    closeSync(file);
  }
  const counters = { ...reader.counters(), ...meter.counters() };
  const { packets = 0, flows = 0 } = counters;
  return { packets, flows, counters, ...(problem === undefined ? {} : { problem }) };
}

function csvLines(form: FlowForm): (flow: FlowRecord) => string {
  return form === 'flowmeter' ? flowMeterLine : (flow) => flowLine(flow, form === 'extended');
}

function jsonLines(form: FlowForm): (flow: FlowRecord) => string {
  const names = flowCellColumns(form).map(({ name }) => name);
  const cellsOf = form === 'flowmeter' ? flowMeterCells : (flow: FlowRecord) => flowCells(flow, form === 'extended');
  return (flow) => JSON.stringify(Object.fromEntries(cellsOf(flow).map((cell, i) => [names[i], cell])));
}
