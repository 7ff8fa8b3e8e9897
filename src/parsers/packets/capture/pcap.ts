import type { PcapFormat } from './format.ts';
import { type FramingState, MOST_RECORD_BYTES, type RecordFraming, type RecordSink, word32 } from './records.ts';

const FILE_HEADER = 24;

/** The classic format: one link type, a 16-byte header before each frame. */
export class PcapFraming implements RecordFraming {
  readonly #format: PcapFormat;
  damaged = false;
  #linkType = -1;

  constructor(format: PcapFormat, state?: FramingState & { readonly kind: 'pcap' }) {
    this.#format = format;
    if (state === undefined) return;
    this.damaged = state.damaged;
    this.#linkType = state.linkType;
  }

  snapshot(): FramingState {
    return { kind: 'pcap', damaged: this.damaged, format: this.#format, linkType: this.#linkType };
  }

  take(bytes: Uint8Array, from: number, end: number, base: number, sink: RecordSink, full: () => boolean): number {
    const { little, nano, recordHeader } = this.#format;
    let at = from;
    if (this.#linkType < 0) {
      if (end - at < FILE_HEADER) return at;
      this.#linkType = word32(bytes, at + 20, little) & 0xffff;
      at += FILE_HEADER;
    }
    while (end - at >= recordHeader && !full()) {
      const captured = word32(bytes, at + 8, little);
      if (captured > MOST_RECORD_BYTES) {
        this.damaged = true;
        break;
      }
      if (end - at < recordHeader + captured) break;
      const fraction = word32(bytes, at + 4, little);
      const micros = nano ? Math.floor(fraction / 1000) : fraction;
      const time = word32(bytes, at, little) * 1e6 + micros;
      const wire = Math.min(0x7fffffff, word32(bytes, at + 12, little));
      sink.packet(time, at + recordHeader, captured, Math.max(wire, captured), this.#linkType, base + at);
      at += recordHeader + captured;
    }
    return at;
  }
}
