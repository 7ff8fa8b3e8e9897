import type { ExportedFlow } from './exported-flow.ts';
import type { Reader } from './reader.ts';
import { type FlowTemplate, VARIABLE } from './templates.ts';

/** Clock of the exporter at a datagram: what relative times count from. */
export interface ExportClock {
  /** Microseconds since 1970 when the exporter started; NaN where the format does not tell. */
  readonly bootMicros: number;
  readonly exportMicros: number;
}

/** The reverse direction of an information element (RFC 5103). */
const REVERSE = 29_305;
const NTP_EPOCH_SECONDS = 2_208_988_800;
const ICMP = new Set([1, 58]);

/** What options say of an exporter's sampling: one packet in so many. */
export interface OptionRecord {
  readonly sampling?: number;
}

/** One data record of a template. */
export function readFlow(reader: Reader, template: FlowTemplate, clock: ExportClock): ExportedFlow & OptionRecord {
  const flow: ExportedFlow = { time: Number.NaN, durationMicros: 0 };
  const time = { start: Number.NaN, end: Number.NaN, duration: Number.NaN };
  for (const { element, enterprise, length } of template.fields) {
    const size = length === VARIABLE ? variableLength(reader) : length;
    const next = reader.after(size);
    if (enterprise === REVERSE) readReverse(reader, element, size, flow);
    else if (enterprise === 0) readElement(reader, element, size, flow, time, clock);
    reader.at = next;
  }
  const { start, end, duration } = time;
  const begun = Number.isFinite(start) ? start : Number.isFinite(end) ? end : clock.exportMicros;
  const lasted = Number.isFinite(duration) ? duration : Number.isFinite(end) ? end - begun : 0;
  flow.time = Math.round(begun);
  flow.durationMicros = Math.round(lasted);
  return flow;
}

function variableLength(reader: Reader): number {
  const short = reader.u8();
  return short < 255 ? short : reader.u16();
}

function readReverse(field: Reader, element: number, size: number, flow: ExportedFlow): void {
  if (size > 8 || size === 0) return;
  if (element === 1 || element === 85) flow.backwardBytes = field.unsigned(size);
  else if (element === 2 || element === 86) flow.backwardPackets = field.unsigned(size);
}

function readElement(
  field: Reader,
  element: number,
  size: number,
  flow: ExportedFlow,
  time: { start: number; end: number; duration: number },
  clock: ExportClock,
): void {
  if (size === 16 && (element === 27 || element === 28)) {
    if (element === 27) flow.sourceAddress = field.address();
    else flow.destinationAddress = field.address();
    return;
  }
  if (size === 4 && (element === 8 || element === 12)) {
    if (element === 8) flow.sourceAddress = field.u32();
    else flow.destinationAddress = field.u32();
    return;
  }
  if (size === 0 || size > 8) return;
  if (element >= 154 && element <= 157) {
    if (size !== 8) return;
    const micros = ntpMicros(field);
    if (element === 154 || element === 156) time.start = micros;
    else time.end = micros;
    return;
  }
  const value = field.unsigned(size);
  const set = SETTERS[element];
  if (set !== undefined) set(flow, value);
  else if (element === 22) time.start = clock.bootMicros + value * 1000;
  else if (element === 21) time.end = clock.bootMicros + value * 1000;
  else if (element === 150) time.start = value * 1e6;
  else if (element === 151) time.end = value * 1e6;
  else if (element === 152) time.start = value * 1000;
  else if (element === 153) time.end = value * 1000;
  else if (element === 158) time.start = clock.exportMicros - value;
  else if (element === 159) time.end = clock.exportMicros - value;
  else if (element === 161) time.duration = value * 1000;
  else if (element === 162) time.duration = value;
}

/** Seconds since 1900 and a fraction of 2^-32 s (RFC 7011, section 6.1.9). */
function ntpMicros(field: Reader): number {
  const seconds = field.u32() - NTP_EPOCH_SECONDS;
  return seconds * 1e6 + Math.round((field.u32() / 2 ** 32) * 1e6);
}

type Setter = (flow: ExportedFlow, value: number) => void;

/** Information elements (IANA IPFIX registry; NetFlow version 9 numbers the same things alike). */
const SETTERS: Readonly<Record<number, Setter>> = {
  1: (flow, value) => {
    flow.forwardBytes = value;
  },
  2: (flow, value) => {
    flow.forwardPackets = value;
  },
  4: (flow, value) => {
    flow.protocol = value;
  },
  6: (flow, value) => {
    flow.tcpFlags = value & 0xff;
  },
  7: (flow, value) => {
    flow.sourcePort = value;
  },
  10: (flow, value) => {
    flow.inputInterface = value;
  },
  11: (flow, value) => {
    flow.destinationPort = value;
  },
  14: (flow, value) => {
    flow.outputInterface = value;
  },
  32: (flow, value) => {
    // ICMP type and code stand where the destination port is of other protocols.
    if (flow.protocol === undefined || ICMP.has(flow.protocol)) flow.destinationPort ??= value;
  },
  34: (flow, value) => {
    flow.sampling = value;
  },
  50: (flow, value) => {
    flow.sampling = value;
  },
  85: (flow, value) => {
    flow.forwardBytes ??= value;
  },
  86: (flow, value) => {
    flow.forwardPackets ??= value;
  },
  136: (flow, value) => {
    flow.endReason = value;
  },
  231: (flow, value) => {
    flow.forwardBytes = value;
  },
  232: (flow, value) => {
    flow.backwardBytes = value;
  },
  298: (flow, value) => {
    flow.forwardPackets = value;
  },
  299: (flow, value) => {
    flow.backwardPackets = value;
  },
  305: (flow, value) => {
    flow.sampling = value;
  },
};
