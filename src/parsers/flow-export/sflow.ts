import type { ExportedFlow } from './exported-flow.ts';
import type { Reader } from './reader.ts';
import { readSampledHeader, type SampledPacket } from './sampled-header.ts';

export interface SFlow {
  readonly flows: readonly ExportedFlow[];
  readonly sequence: number;
  readonly agent: string;
  readonly domain: number;
  /** Samples of counters and of kinds that are not read. */
  readonly otherSamples: number;
}

const ADDRESS_V4 = 1;
const ADDRESS_V6 = 2;
const SAMPLE = { flow: 1, expandedFlow: 3 };
const RECORD = { header: 1, ipv4: 3, ipv6: 4 };
const MAX_RECORDS = 1000;

/** sFlow version 5, after the version field (sFlow.org, 2004). A sampled packet stands for `sampling` like it. */
export function readSFlow(reader: Reader, arrival: number): SFlow {
  const type = reader.u32();
  if (type !== ADDRESS_V4 && type !== ADDRESS_V6) throw new RangeError(`an agent address of type ${type}`);
  const agent = type === ADDRESS_V4 ? reader.ipv4() : reader.ipv6();
  const domain = reader.u32();
  const sequence = reader.u32();
  reader.skip(4);
  const flows: ExportedFlow[] = [];
  let otherSamples = 0;
  for (let samples = Math.min(reader.u32(), MAX_RECORDS); samples > 0; samples--) {
    const format = reader.u32();
    const sample = reader.part(reader.u32());
    if (format === SAMPLE.flow || format === SAMPLE.expandedFlow)
      flows.push(...readSample(sample, format === SAMPLE.expandedFlow, arrival));
    else otherSamples++;
  }
  return { flows, sequence, agent, domain, otherSamples };
}

function readSample(sample: Reader, expanded: boolean, arrival: number): ExportedFlow[] {
  sample.skip(expanded ? 12 : 8);
  const sampling = Math.max(1, sample.u32());
  sample.skip(8);
  const inputInterface = interfaceOf(sample, expanded);
  const outputInterface = interfaceOf(sample, expanded);
  let packet: SampledPacket | undefined;
  for (let records = Math.min(sample.u32(), MAX_RECORDS); records > 0; records--) {
    const format = sample.u32();
    const record = sample.part(sample.u32());
    packet ??= readRecord(record, format);
  }
  if (packet === undefined) return [];
  const { bytes, ...rest } = packet;
  return [{ ...rest, time: arrival, durationMicros: 0, forwardBytes: bytes, forwardPackets: 1, inputInterface, outputInterface, sampling }];
}

/** Compact samples keep the form of an interface in its top two bits, expanded ones in a word of its own. */
function interfaceOf(sample: Reader, expanded: boolean): number {
  if (expanded) sample.skip(4);
  return sample.u32() & 0x3fffffff;
}

function readRecord(record: Reader, format: number): SampledPacket | undefined {
  if (format === RECORD.header) {
    const protocol = record.u32();
    const bytes = record.u32();
    record.skip(4);
    return readSampledHeader(record.part(Math.min(record.u32(), record.left)), protocol, bytes);
  }
  if (format !== RECORD.ipv4 && format !== RECORD.ipv6) return undefined;
  const bytes = record.u32();
  const protocol = record.u32();
  const v4 = format === RECORD.ipv4;
  const sourceAddress = v4 ? record.u32() : record.address();
  const destinationAddress = v4 ? record.u32() : record.address();
  const sourcePort = record.u32() & 0xffff;
  const destinationPort = record.u32() & 0xffff;
  const tcpFlags = record.u32() & 0xff;
  return { bytes, protocol, sourceAddress, destinationAddress, sourcePort, destinationPort, tcpFlags };
}
