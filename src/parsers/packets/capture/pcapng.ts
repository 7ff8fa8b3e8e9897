import {
  type CaptureInterface,
  type FramingState,
  MOST_RECORD_BYTES,
  type RecordFraming,
  type RecordSink,
  word16,
  word32,
} from './records.ts';

const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 2, simple: 3, enhanced: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const MOST_INTERFACES = 65_536;

/** pcapng: blocks with interfaces of their own link type and time resolution; sections may differ in byte order. */
export class PcapngFraming implements RecordFraming {
  damaged = false;
  #little = true;
  #interfaces: CaptureInterface[] = [];

  constructor(state?: FramingState & { readonly kind: 'pcapng' }) {
    if (state === undefined) return;
    this.damaged = state.damaged;
    this.#little = state.little;
    this.#interfaces = [...state.interfaces];
  }

  snapshot(): FramingState {
    return { kind: 'pcapng', damaged: this.damaged, little: this.#little, interfaces: [...this.#interfaces] };
  }

  take(bytes: Uint8Array, from: number, end: number, base: number, sink: RecordSink, full: () => boolean): number {
    let at = from;
    while (end - at >= 12 && !full()) {
      const isSection = word32(bytes, at, false) === BLOCK.section;
      if (isSection && !this.#readOrder(bytes, at + 8)) return this.#damage(at);
      const length = word32(bytes, at + 4, this.#little);
      if (length < 12 || length % 4 !== 0 || length > MOST_RECORD_BYTES) return this.#damage(at);
      if (end - at < length) break;
      this.#block(bytes, at, at + length - 4, isSection ? BLOCK.section : word32(bytes, at, this.#little), base, sink);
      at += length;
    }
    return at;
  }

  #damage(at: number): number {
    this.damaged = true;
    return at;
  }

  #readOrder(bytes: Uint8Array, at: number): boolean {
    this.#little = word32(bytes, at, true) === BYTE_ORDER_MAGIC;
    return this.#little || word32(bytes, at, false) === BYTE_ORDER_MAGIC;
  }

  /** One block; its body is bytes[at + 8, end). */
  #block(bytes: Uint8Array, at: number, end: number, type: number, base: number, sink: RecordSink): void {
    const little = this.#little;
    if (type === BLOCK.section) this.#interfaces = [];
    else if (type === BLOCK.interface) this.#addInterface(bytes, at + 8, end);
    else if (type === BLOCK.enhanced || type === BLOCK.packet) {
      if (end - at < 28) {
        sink.orphan();
        return;
      }
      const id = type === BLOCK.enhanced ? word32(bytes, at + 8, little) : word16(bytes, at + 8, little);
      const from = this.#interfaces[id];
      if (from === undefined) {
        sink.orphan();
        return;
      }
      const high = word32(bytes, at + 12, little);
      const low = word32(bytes, at + 16, little);
      const captured = Math.min(word32(bytes, at + 20, little), end - at - 28);
      const wire = Math.min(0x7fffffff, word32(bytes, at + 24, little));
      sink.packet(microsOf(high, low, from), at + 28, captured, Math.max(wire, captured), from.linkType, base + at);
    } else if (type === BLOCK.simple) {
      const from = this.#interfaces[0];
      if (from === undefined || end - at < 12) {
        sink.orphan();
        return;
      }
      const wire = Math.min(0x7fffffff, word32(bytes, at + 8, little));
      const captured = Math.min(wire, end - at - 12, from.snapBytes);
      sink.packet(Number.NaN, at + 12, captured, wire, from.linkType, base + at);
    }
  }

  #addInterface(bytes: Uint8Array, at: number, end: number): void {
    if (end - at < 8 || this.#interfaces.length >= MOST_INTERFACES) return;
    const little = this.#little;
    let unit = 1;
    let offset = 0;
    let option = at + 8;
    while (end - option >= 4) {
      const code = word16(bytes, option, little);
      const length = word16(bytes, option + 2, little);
      const value = option + 4;
      if (code === 0 || end - value < length) break;
      if (code === 9 && length >= 1) {
        const resolution = bytes[value] as number;
        unit = resolution & 128 ? 1e6 / 2 ** (resolution & 127) : 10 ** (6 - resolution);
      }
      if (code === 14 && length >= 8) {
        const high = word32(bytes, value + (little ? 4 : 0), little) | 0;
        offset = (high * 4294967296 + word32(bytes, value + (little ? 0 : 4), little)) * 1e6;
      }
      option = value + length + ((4 - (length & 3)) & 3);
    }
    const snapBytes = word32(bytes, at + 4, little) || MOST_RECORD_BYTES;
    this.#interfaces.push({ linkType: word16(bytes, at, little), snapBytes, unit, offset });
  }
}

/** Whole microseconds; the two words are scaled apart, as their 64-bit sum of nanoseconds would exceed a double. */
function microsOf(high: number, low: number, { unit, offset }: CaptureInterface): number {
  if (unit === 1) return high * 4294967296 + low + offset;
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  const micros = unit < 1 && Number.isInteger(1 / unit) ? Number(ticks / BigInt(1 / unit)) : Math.floor(Number(ticks) * unit);
  return micros + offset;
}
