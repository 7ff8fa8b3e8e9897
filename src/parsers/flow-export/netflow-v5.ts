import type { ExportedFlow } from './exported-flow.ts';
import type { Reader } from './reader.ts';

export interface NetFlowV5 {
  readonly flows: readonly ExportedFlow[];
  /** Flows sent before this datagram, by the exporter's count. */
  readonly sequence: number;
  readonly domain: number;
  /** When the exporter sent it, by its own clock. */
  readonly exportMicros: number;
}

/** NetFlow version 5, after the version field: 24 bytes of header, 48 a record (Cisco NetFlow Export Datagram Format). */
export function readNetFlowV5(reader: Reader): NetFlowV5 {
  const count = reader.u16();
  const uptimeMillis = reader.u32();
  const seconds = reader.u32();
  const nanoseconds = reader.u32();
  const sequence = reader.u32();
  const domain = reader.u16();
  const sampling = reader.u16() & 0x3fff;
  const exportMillis = seconds * 1000 + nanoseconds / 1e6;
  const bootMillis = exportMillis - uptimeMillis;
  const flows: ExportedFlow[] = [];
  for (let i = 0; i < count; i++) {
    const sourceAddress = reader.u32();
    const destinationAddress = reader.u32();
    reader.skip(4);
    const inputInterface = reader.u16();
    const outputInterface = reader.u16();
    const forwardPackets = reader.u32();
    const forwardBytes = reader.u32();
    const first = reader.u32();
    const last = reader.u32();
    const sourcePort = reader.u16();
    const destinationPort = reader.u16();
    reader.skip(1);
    const tcpFlags = reader.u8();
    const protocol = reader.u8();
    reader.skip(9);
    flows.push({
      time: Math.round((bootMillis + first) * 1000),
      durationMicros: (last - first) * 1000,
      sourceAddress,
      destinationAddress,
      sourcePort,
      destinationPort,
      protocol,
      forwardBytes,
      forwardPackets,
      tcpFlags,
      inputInterface,
      outputInterface,
      sampling: Math.max(1, sampling),
    });
  }
  return { flows, sequence, domain, exportMicros: exportMillis * 1000 };
}
