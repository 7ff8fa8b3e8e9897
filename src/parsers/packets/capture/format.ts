/** Magic numbers as the first four bytes read big-endian: byte order, nanoseconds, bytes of a record header (24 in Kuznetzov's variant). */
const PCAP_MAGIC = new Map<number, Omit<PcapFormat, 'kind'>>([
  [0xa1b2c3d4, { little: false, nano: false, recordHeader: 16 }],
  [0xd4c3b2a1, { little: true, nano: false, recordHeader: 16 }],
  [0xa1b23c4d, { little: false, nano: true, recordHeader: 16 }],
  [0x4d3cb2a1, { little: true, nano: true, recordHeader: 16 }],
  [0xa1b2cd34, { little: false, nano: false, recordHeader: 24 }],
  [0x34cdb2a1, { little: true, nano: false, recordHeader: 24 }],
]);
export const PCAPNG_MAGIC = 0x0a0d0d0a;

export interface PcapFormat {
  readonly kind: 'pcap';
  readonly little: boolean;
  readonly nano: boolean;
  readonly recordHeader: number;
}

export type CaptureFormat = PcapFormat | { readonly kind: 'pcapng' };

/** The capture format that the first bytes name, or undefined for anything else. */
export function captureFormat(head: Uint8Array): CaptureFormat | undefined {
  if (head.length < 4) return undefined;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0);
  if (magic === PCAPNG_MAGIC) return { kind: 'pcapng' };
  const pcap = PCAP_MAGIC.get(magic);
  return pcap === undefined ? undefined : { kind: 'pcap', ...pcap };
}

/** True when the bytes begin a pcap or pcapng capture. */
export function isCapture(head: Uint8Array): boolean {
  return captureFormat(head) !== undefined;
}
