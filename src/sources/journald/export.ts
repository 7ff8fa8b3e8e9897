import { type Chunks, concatBytes } from '../bytes/chunks.ts';

const LF = 10;
const EQUALS = 61;
const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Fields of an entry that are kept; a hostile file may claim any number of them. */
const MAX_FIELDS = 1024;

type Value = string | number[];

/** First field of every entry. */
const MARK = encoder.encode('__CURSOR=');

/** Whether bytes begin as the journal export format does. */
export function isJournalExport(head: Uint8Array): boolean {
  return head.length > MARK.length && MARK.every((byte, at) => head[at] === byte);
}

/**
 * The journal export format as lines of JSON, as `journalctl -o json` prints them: text as strings, other bytes as lists of
 * numbers, repeated fields as lists. Format: systemd, JOURNAL_EXPORT_FORMATS. Entries beyond `maxBytes` are left out and told.
 */
export async function* exportLines(chunks: Chunks, maxBytes: number, bad: (reason: string) => void): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  let parts: Uint8Array[] = [];
  let length = 0;
  let wanted = 1;
  let entry = new Entry();
  let skip = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length < wanted) continue;
    held = concatBytes(parts, length);
    let at = 0;
    const lines: string[] = [];
    wanted = 1;
    while (at < held.length) {
      if (skip > 0) {
        const step = Math.min(skip, held.length - at);
        skip -= step;
        at += step;
        continue;
      }
      const lf = held.indexOf(LF, at);
      if (lf === -1) {
        if (held.length - at > maxBytes) {
          bad(`a field is longer than ${maxBytes} bytes`);
          entry.spoilt = true;
          at = held.length;
        }
        break;
      }
      if (lf === at) {
        const line = entry.json();
        if (line !== undefined) lines.push(line);
        entry = new Entry();
        at = lf + 1;
        continue;
      }
      const equals = held.subarray(at, lf).indexOf(EQUALS);
      if (equals !== -1) {
        entry.add(held.subarray(at, at + equals), held.subarray(at + equals + 1, lf));
        at = lf + 1;
        continue;
      }
      if (held.length < lf + 9) {
        wanted = lf + 9 - at;
        break;
      }
      const size = Number(new DataView(held.buffer, held.byteOffset + lf + 1, 8).getBigUint64(0, true));
      if (size > maxBytes) {
        bad(`a field claims ${size} bytes, more than ${maxBytes}`);
        entry.spoilt = true;
        skip = size + 1;
        at = lf + 9;
        continue;
      }
      if (held.length < lf + 9 + size + 1) {
        wanted = lf + 9 + size + 1 - at;
        break;
      }
      entry.add(held.subarray(at, lf), held.subarray(lf + 9, lf + 9 + size));
      at = lf + 9 + size + 1;
    }
    parts = at < held.length ? [held.slice(at)] : [];
    length = held.length - at;
    if (lines.length > 0) yield encoder.encode(`${lines.join('\n')}\n`);
  }
  if (length > 0) bad('the last entry is cut off');
  const line = entry.json();
  if (line !== undefined) yield encoder.encode(`${line}\n`);
}

class Entry {
  spoilt = false;
  #count = 0;
  readonly #fields: { [name: string]: Value | Value[] } = Object.create(null);

  add(name: Uint8Array, value: Uint8Array): void {
    if (this.spoilt || ++this.#count > MAX_FIELDS) return;
    const key = new TextDecoder().decode(name);
    const text = textOf(value);
    const before = this.#fields[key];
    if (before === undefined) this.#fields[key] = text;
    else if (Array.isArray(before) && typeof before[0] !== 'number') (before as Value[]).push(text);
    else this.#fields[key] = [before as Value, text];
  }

  json(): string | undefined {
    return this.#count === 0 || this.spoilt ? undefined : JSON.stringify(this.#fields);
  }
}

function textOf(bytes: Uint8Array): Value {
  try {
    return strict.decode(bytes);
  } catch {
    return [...bytes];
  }
}
