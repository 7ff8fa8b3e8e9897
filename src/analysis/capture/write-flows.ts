import { closeSync, openSync, writeSync } from 'node:fs';
import {
  CaptureReader,
  FLOW_METER_COLUMNS,
  FlowMeter,
  type FlowOptions,
  flowHeader,
  flowLine,
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

/** Writes the flows of a capture as CSV, in the order they end, in constant memory. */
export async function writeFlows(
  input: FileInput,
  path: string,
  options: { readonly form?: FlowForm; readonly flow?: FlowOptions; readonly progress?: (share: number) => void } = {},
): Promise<WrittenFlows> {
  const form = options.form ?? 'extended';
  let problem: string | undefined;
  const file = openSync(path, 'w');
  let text = `${form === 'flowmeter' ? FLOW_METER_COLUMNS.join(',') : flowHeader(form === 'extended')}\n`;
  const write = (atLeast: number): void => {
    if (text.length < atLeast) return;
    writeSync(file, text);
    text = '';
  };
  const meter = new FlowMeter((flow) => {
    text += `${form === 'flowmeter' ? flowMeterLine(flow) : flowLine(flow, form === 'extended')}\n`;
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
