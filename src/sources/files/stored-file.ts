import { type FileHandle, open } from 'node:fs/promises';
import { concatBytes, handleChunks } from '../bytes/chunks.ts';
import { compressionOf, contentOf, isZip, peek } from '../bytes/content.ts';
import { DEFAULT_EXPANSION } from '../bytes/expansion.ts';
import { encodingOf } from '../bytes/text.ts';
import { isEventXml } from '../evtx/event-xml.ts';
import { isEvtx } from '../evtx/lines.ts';
import { isJournalExport } from '../journald/export.ts';
import { formatGeneration, type Generation, HEAD_BYTES, hashOf } from './generation.ts';
import { isParquet } from './whole-parquet.ts';

/** `growing`: bytes are read as they stand there, and more may come. `whole`: compressed, UTF-16 or binary, read once nobody writes it any more. */
export type StoredKind = 'growing' | 'whole' | 'archive' | 'parquet';

/** Length of a content, and its last bytes. */
export interface ContentEnd {
  readonly offset: number;
  readonly last: Uint8Array;
}

/** A file held open, and what its uncompressed content is. */
export class StoredFile {
  readonly handle: FileHandle;
  readonly name: string;
  readonly device: string;
  readonly inode: string;
  /** Stored bytes when it was opened. */
  readonly size: number;
  /** The first stored bytes, at most `HEAD_BYTES`. */
  readonly head: Uint8Array;
  readonly kind: StoredKind;
  readonly #hashes = new Map<number, string>();
  #content: Promise<{ head: Uint8Array; markBytes: number } | undefined> | undefined;

  private constructor(handle: FileHandle, name: string, device: string, inode: string, size: number, head: Uint8Array, kind: StoredKind) {
    this.handle = handle;
    this.name = name;
    this.device = device;
    this.inode = inode;
    this.size = size;
    this.head = head;
    this.kind = kind;
  }

  /** `pieces`: bytes of any kind are followed, see `OpenFileOptions`. Throws where it is not there or may not be read. */
  static async open(path: string, name: string, pieces: boolean): Promise<StoredFile> {
    const handle = await open(path, 'r');
    try {
      const { dev, ino, size } = await handle.stat({ bigint: true });
      const buffer = new Uint8Array(HEAD_BYTES);
      const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0);
      const head = buffer.subarray(0, bytesRead);
      return new StoredFile(handle, name, String(dev), String(ino), Number(size), head, kindOf(head, pieces));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Its own generation: of the stored bytes, compressed or not. */
  get generation(): string {
    const { device, inode, head } = this;
    return formatGeneration({ device, inode, headBytes: head.length, headHash: hashOf(head) });
  }

  isFile({ device, inode }: Pick<Generation, 'device' | 'inode'>): boolean {
    return this.device === device && this.inode === inode;
  }

  /** The stored bytes begin so. */
  begins({ headBytes, headHash }: Pick<Generation, 'headBytes' | 'headHash'>): boolean {
    if (headBytes === 0 || this.head.length < headBytes) return false;
    let hash = this.#hashes.get(headBytes);
    if (hash === undefined) {
      hash = hashOf(this.head.subarray(0, headBytes));
      this.#hashes.set(headBytes, hash);
    }
    return hash === headHash;
  }

  /** The first bytes of the content, a byte order mark not among them; undefined where it cannot be read. */
  async contentHead(): Promise<Uint8Array | undefined> {
    return (await this.#opened())?.head;
  }

  /** The content begins so. `marked`: the hash is also of a byte order mark, where there was one. */
  async contentBegins({ headBytes, headHash }: Pick<Generation, 'headBytes' | 'headHash'>, marked: boolean): Promise<boolean> {
    const opened = await this.#opened();
    if (opened === undefined || headBytes === 0) return false;
    const whole = marked && opened.markBytes > 0 ? concatBytes([MARK, opened.head]) : opened.head;
    return whole.length >= headBytes && hashOf(whole.subarray(0, headBytes)) === headHash;
  }

  /** `length` bytes of content up to the offset `end`, undefined where it is shorter; what is compressed is expanded up to there. */
  async contentBefore(end: number, length: number): Promise<Uint8Array | undefined> {
    if (this.kind === 'growing') {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await this.handle.read(bytes, 0, length, end - length);
      return bytesRead === length ? bytes : undefined;
    }
    let last: Uint8Array = new Uint8Array(0);
    let at = 0;
    for await (const chunk of this.#chunks()) {
      if (at === 0) at = await this.markBytes();
      const part = chunk.subarray(0, Math.max(0, end - at));
      last = keep(last, part, length);
      at += part.length;
      if (at >= end) break;
    }
    return at === end && last.length === length ? last : undefined;
  }

  /** Length of the content and its last bytes, at most `length`. Of what is damaged: up to there. */
  async contentEnd(length: number): Promise<ContentEnd> {
    if (this.kind === 'growing') {
      const last = new Uint8Array(Math.min(length, this.size));
      const { bytesRead } = await this.handle.read(last, 0, last.length, this.size - last.length);
      return { offset: this.size, last: last.subarray(0, bytesRead) };
    }
    let last: Uint8Array = new Uint8Array(0);
    let offset = await this.markBytes();
    try {
      for await (const chunk of this.#chunks()) {
        last = keep(last, chunk, length);
        offset += chunk.length;
      }
    } catch {
      // Whoever reads it says what is wrong.
    }
    return { offset, last };
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    yield* (await contentOf(handleChunks(this.handle, 0, Number.POSITIVE_INFINITY, 64 << 10), this.name, DEFAULT_EXPANSION)).chunks;
  }

  /** Length of a byte order mark that the content does not show but its offsets count. */
  async markBytes(): Promise<number> {
    return (await this.#opened())?.markBytes ?? 0;
  }

  #opened(): Promise<{ head: Uint8Array; markBytes: number } | undefined> {
    this.#content ??= this.#open();
    return this.#content;
  }

  async #open(): Promise<{ head: Uint8Array; markBytes: number } | undefined> {
    if (this.kind === 'archive' || this.kind === 'parquet') return undefined;
    if (this.kind === 'growing') {
      const markBytes = encodingOf(this.head).encoding === 'utf-8' ? encodingOf(this.head).markBytes : 0;
      return { head: this.head.subarray(markBytes), markBytes };
    }
    try {
      const chunks = handleChunks(this.handle, 0, Number.POSITIVE_INFINITY, 64 << 10);
      const content = await contentOf(chunks, this.name, DEFAULT_EXPANSION);
      const { head, chunks: rest } = await peek(content.chunks, HEAD_BYTES);
      await rest.next();
      await rest.return(undefined);
      return { head, markBytes: content.offset };
    } catch {
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

function kindOf(head: Uint8Array, pieces: boolean): StoredKind {
  if (isParquet(head)) return 'parquet';
  if (isZip(head)) return 'archive';
  const isText = !isEvtx(head) && !isEventXml(head) && !isJournalExport(head) && encodingOf(head).encoding === 'utf-8';
  return compressionOf(head) === undefined && (pieces || isText) ? 'growing' : 'whole';
}

function keep(last: Uint8Array, more: Uint8Array, length: number): Uint8Array {
  if (more.length >= length) return more.slice(more.length - length);
  return concatBytes([last.subarray(Math.max(0, last.length + more.length - length)), more]);
}
