import { type Chunks, concatBytes } from '../bytes/chunks.ts';
import { BinXml } from './binxml.ts';
import { eventJson } from './event.ts';
import { fileTime } from './values.ts';

const FILE_HEADER_BYTES = 4096;
const CHUNK_BYTES = 65_536;
const CHUNK_HEADER_BYTES = 512;
const RECORD_MAGIC = 0x2a2a;
const encoder = new TextEncoder();

export function isEvtx(head: Uint8Array): boolean {
  return startsWith(head, 'ElfFile\0');
}

/** A Windows event log as lines of JSON, one per event. What is damaged is left out and told to `bad`. */
export async function* evtxLines(chunks: Chunks, bad: (reason: string) => void): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let wanted = FILE_HEADER_BYTES;
  let inHeader = true;
  for await (const piece of chunks) {
    parts.push(piece);
    length += piece.length;
    if (length < wanted) continue;
    const held = concatBytes(parts, length);
    let at = 0;
    while (held.length - at >= wanted) {
      const block = held.subarray(at, at + wanted);
      at += wanted;
      wanted = CHUNK_BYTES;
      if (!inHeader) yield* blockLines(block, bad);
      inHeader = false;
    }
    parts = at < held.length ? [held.subarray(at)] : [];
    length = held.length - at;
  }
  if (length > 0) yield* blockLines(padded(concatBytes(parts, length)), bad);
}

function* blockLines(block: Uint8Array, bad: (reason: string) => void): Generator<Uint8Array> {
  if (!startsWith(block, 'ElfChnk\0')) {
    if (block.some((byte) => byte !== 0)) bad('a chunk does not begin with its mark');
    return;
  }
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const end = Math.min(CHUNK_BYTES, Math.max(CHUNK_HEADER_BYTES, view.getUint32(48, true)));
  const xml = new BinXml(block);
  const lines: string[] = [];
  let at = CHUNK_HEADER_BYTES;
  while (at + 28 <= end) {
    const size = view.getUint32(at + 4, true);
    const intact =
      view.getUint32(at, true) === RECORD_MAGIC && size >= 28 && at + size <= end && view.getUint32(at + size - 4, true) === size;
    if (!intact) {
      bad(`a record at byte ${at} of a chunk is damaged`);
      at = nextRecord(view, at + 8, end);
      continue;
    }
    try {
      const event = xml.event(at + 24, at + size - 4);
      if (event === undefined) bad(`a record at byte ${at} of a chunk holds no event`);
      else lines.push(JSON.stringify(eventJson(event, view.getBigUint64(at + 8, true), fileTime(view.getBigUint64(at + 16, true)))));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      bad(`a record at byte ${at} of a chunk: ${error.message}`);
    }
    at += size;
  }
  if (lines.length > 0) yield encoder.encode(`${lines.join('\n')}\n`);
}

/** Records lie at multiples of 8. */
function nextRecord(view: DataView, from: number, end: number): number {
  for (let at = from; at + 28 <= end; at += 8) if (view.getUint32(at, true) === RECORD_MAGIC) return at;
  return end;
}

function padded(block: Uint8Array): Uint8Array {
  const whole = new Uint8Array(CHUNK_BYTES);
  whole.set(block.subarray(0, CHUNK_BYTES));
  return whole;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
