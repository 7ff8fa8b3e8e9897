import { Decompress } from 'fzstd';
import { VedetteError } from '../../core/index.ts';
import type { Chunks } from './chunks.ts';
import type { Expansion } from './expansion.ts';
import { DamagedStream } from './gzip.ts';

/** A run-length block of 4 bytes gives 128 KiB, so this bounds what is in memory at once to 32 MiB. */
const SLICE_BYTES = 1 << 10;
/** What zstd's own decoder accepts without being asked (`--long=27`). */
export const MAX_WINDOW_BYTES = 2 ** 27;

/** Decompresses Zstandard frames. Everything before damage is yielded, then DamagedStream is thrown. */
export async function* unzstd(chunks: Chunks, input: string, expansion: Expansion): AsyncGenerator<Uint8Array> {
  let output: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => {
    if (bytes.length > 0) output.push(bytes);
  });
  const frames = new FrameWalk(input);
  function push(slice: Uint8Array, final: boolean): DamagedStream | undefined {
    try {
      decoder.push(slice, final);
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return new DamagedStream(final ? 'truncated' : 'corrupt', message);
    }
  }
  function* drain(): Generator<Uint8Array> {
    const ready = output;
    output = [];
    for (const bytes of ready) {
      expansion.add(bytes.length);
      yield bytes;
    }
  }
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      const slice = chunk.slice(at, at + SLICE_BYTES);
      expansion.compressed += slice.length;
      frames.walk(slice);
      const damage = push(slice, false);
      yield* drain();
      if (damage !== undefined) throw damage;
    }
  }
  if (!frames.atEnd) throw new DamagedStream('truncated', 'the last zstd frame is incomplete');
}

const FRAME_MAGIC = 0xfd2fb528;
const HEADER_BYTES = 18;

/**
 * Follows frame and block headers (RFC 8878, section 3.1) ahead of the decoder, which allocates whatever window a header
 * asks for: a header of 6 hostile bytes must not take gigabytes.
 */
class FrameWalk {
  /** True between frames: a stream that ends here is whole. */
  atEnd = true;
  #skip = 0;
  #checksum = 0;
  #inFrame = false;
  #lastBlock = false;
  #header: Uint8Array = new Uint8Array(0);
  readonly #input: string;

  constructor(input: string) {
    this.#input = input;
  }

  walk(slice: Uint8Array): void {
    let at = 0;
    while (at < slice.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, slice.length - at);
        this.#skip -= step;
        at += step;
        if (this.#skip === 0 && !this.#inFrame) this.atEnd = true;
        continue;
      }
      this.atEnd = false;
      this.#header = append(this.#header, slice[at++] as number);
      if (this.#inFrame) this.#block();
      else this.#frame();
    }
  }

  #block(): void {
    if (this.#header.length < 3) return;
    const value = (this.#header[0] as number) | ((this.#header[1] as number) << 8) | ((this.#header[2] as number) << 16);
    this.#header = new Uint8Array(0);
    this.#lastBlock = (value & 1) === 1;
    this.#skip = ((value >> 1) & 3) === 1 ? 1 : value >> 3;
    if (this.#lastBlock) {
      this.#inFrame = false;
      this.#skip += this.#checksum;
      if (this.#skip === 0) this.atEnd = true;
    }
  }

  #frame(): void {
    const header = this.#header;
    if (header.length < 5) return;
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    const magic = view.getUint32(0, true);
    if (magic >>> 4 === 0x184d2a5) {
      if (header.length < 8) return;
      this.#skip = view.getUint32(4, true);
      this.#header = new Uint8Array(0);
      if (this.#skip === 0) this.atEnd = true;
      return;
    }
    if (magic !== FRAME_MAGIC) throw new DamagedStream('corrupt', 'no zstd frame begins here');
    const flags = header[4] as number;
    const single = (flags >> 5) & 1;
    const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
    const sizeBytes = flags >> 6 > 0 ? 1 << (flags >> 6) : single;
    const length = 5 + (1 - single) + dictionaryBytes + sizeBytes;
    if (header.length < Math.min(length, HEADER_BYTES)) return;
    this.#checkWindow(single === 1 ? contentSize(view, length - sizeBytes, sizeBytes) : windowSize(header[5] as number));
    this.#checksum = ((flags >> 2) & 1) * 4;
    this.#header = new Uint8Array(0);
    this.#inFrame = true;
  }

  #checkWindow(bytes: number): void {
    if (bytes <= MAX_WINDOW_BYTES) return;
    throw new VedetteError('LIMIT_EXCEEDED', `${this.#input} asks for a zstd window of ${bytes} bytes; ${MAX_WINDOW_BYTES} are allowed`, {
      hint: 'if the file is trusted, decompress it with zstd --long=31 -d first',
    });
  }
}

function append(bytes: Uint8Array, byte: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = byte;
  return longer;
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(view: DataView, at: number, length: number): number {
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true) + 256;
  if (length === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}
