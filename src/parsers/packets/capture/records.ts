import type { PcapFormat } from './format.ts';

/** What the framing of a capture format tells of one record. */
export interface RecordSink {
  /** A captured frame: bytes[start, start + captured). `time` in microseconds. */
  packet(time: number, start: number, captured: number, wire: number, linkType: number, offset: number): void;
  /** A record that belongs to no known interface. */
  orphan(): void;
}

/** Splits a capture into records. */
export interface RecordFraming {
  /** True once what follows cannot be split into records any more. */
  readonly damaged: boolean;
  /**
   * Takes whole records from bytes[at, end) until `full()` says that enough were taken; returns where the first untaken byte
   * is. `base` is the offset of bytes[0] in the capture.
   */
  take(bytes: Uint8Array, at: number, end: number, base: number, sink: RecordSink, full: () => boolean): number;
  /** What the headers read so far have said: plain data, taken back by the constructor. */
  snapshot(): FramingState;
}

/** State of a framing between two pieces of a capture. */
export type FramingState =
  | { readonly kind: 'pcap'; readonly damaged: boolean; readonly format: PcapFormat; readonly linkType: number }
  | { readonly kind: 'pcapng'; readonly damaged: boolean; readonly little: boolean; readonly interfaces: readonly CaptureInterface[] };

/** Interface of a pcapng section. */
export interface CaptureInterface {
  readonly linkType: number;
  readonly snapBytes: number;
  /** Microseconds per unit of the 64-bit time stamp, and microseconds to add. */
  readonly unit: number;
  readonly offset: number;
}

/** A record that claims to be longer is damage: no link carries such frames. */
export const MOST_RECORD_BYTES = 16 << 20;

export function word32(bytes: Uint8Array, at: number, little: boolean): number {
  const a = bytes[at] as number;
  const b = bytes[at + 1] as number;
  const c = bytes[at + 2] as number;
  const d = bytes[at + 3] as number;
  return (little ? (d << 24) | (c << 16) | (b << 8) | a : (a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

export function word16(bytes: Uint8Array, at: number, little: boolean): number {
  const a = bytes[at] as number;
  const b = bytes[at + 1] as number;
  return little ? (b << 8) | a : (a << 8) | b;
}
