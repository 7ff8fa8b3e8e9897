import { VedetteError } from '../../core/index.ts';
import { eventXmlLines, isEventXml } from '../evtx/event-xml.ts';
import { evtxLines, isEvtx } from '../evtx/lines.ts';
import { exportLines, isJournalExport } from '../journald/export.ts';
import { type Chunks, lookAhead } from './chunks.ts';
import { Expansion, type ExpansionLimit } from './expansion.ts';
import { DamagedStream, gunzip } from './gzip.ts';
import { asGuessedText, asText, type Text } from './text.ts';
import { unzstd } from './zstd.ts';

export interface Content {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Offset of the first byte `chunks` yields. */
  readonly offset: number;
  /** True when the bytes are the file's own, so a reader may start at any offset. */
  readonly plain: boolean;
  readonly encoding: Text['encoding'];
  /** The encoding was recognised from the bytes. */
  readonly guessed: boolean;
  /** The first bytes (up to 64 KiB, or as many as were asked for), to choose the framing by. */
  readonly head: Uint8Array;
}

const HEAD_BYTES = 64 << 10;
/** Of an entry of the journal. */
const LONGEST_FIELD = 16 << 20;

/** Bytes as text; of a stream that goes on, `headBytes` are all that is waited for. Decompressed by their magic number, UTF-16 recoded as UTF-8, Windows event logs (binary and XML) and exports of the journal as lines of JSON. `guess`: of finite inputs, see `asGuessedText`. */
export async function contentOf(
  chunks: Chunks,
  input: string,
  limit: ExpansionLimit,
  bad: (reason: string) => void = () => undefined,
  headBytes = HEAD_BYTES,
  guess = false,
): Promise<Content> {
  const stored = await peek(chunks, 16);
  refuseUnsupported(stored.head, input);
  const expansion = new Expansion(input, limit);
  const compression = compressionOf(stored.head);
  const raw =
    compression === 'gzip'
      ? gunzip(stored.chunks, expansion)
      : compression === 'zstd'
        ? unzstd(stored.chunks, input, expansion)
        : stored.chunks;
  const content = compression === undefined ? stored : await peek(raw, 16);
  refuseUnsupported(content.head, input);
  if (isEvtx(content.head) || isJournalExport(content.head)) {
    const records = isEvtx(content.head) ? evtxLines(content.chunks, bad) : exportLines(content.chunks, LONGEST_FIELD, bad);
    return jsonLines(records);
  }
  const text = guess ? await asGuessedText(content.chunks, input) : await asText(content.chunks);
  const peeked = await peek(text.chunks, headBytes);
  if (isEventXml(peeked.head)) return jsonLines(eventXmlLines(peeked.chunks, bad));
  const { offset, encoding, guessed, verbatim } = text;
  return { chunks: peeked.chunks, offset, plain: compression === undefined && verbatim, encoding, guessed, head: peeked.head };
}

/** Records that a file holds in another form, as lines. */
async function jsonLines(records: AsyncGenerator<Uint8Array>): Promise<Content> {
  const lines = await peek(records, HEAD_BYTES);
  return { chunks: lines.chunks, offset: 0, plain: false, encoding: 'utf-8', guessed: false, head: lines.head };
}

export function compressionOf(head: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return undefined;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

const UNSUPPORTED: readonly [name: string, magic: readonly number[], tool: string][] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz -d'],
  ['bzip2', [0x42, 0x5a, 0x68], 'bzip2 -d'],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf], '7z x'],
  ['RAR', [0x52, 0x61, 0x72, 0x21, 0x1a], 'unrar x'],
];

function refuseUnsupported(head: Uint8Array, input: string): void {
  for (const [name, magic, tool] of UNSUPPORTED) {
    if (!magic.every((byte, i) => head[i] === byte)) continue;
    if (name === 'bzip2' && !(head[3] !== undefined && head[3] >= 0x31 && head[3] <= 0x39 && head[4] === 0x31)) continue;
    throw new VedetteError('UNSUPPORTED', `${input} is compressed with ${name}`, {
      hint: `decompress it with ${tool} first; gzip, zstd and zip are read directly`,
    });
  }
}

/** The first bytes of a stream, and the whole stream again. */
export async function peek(chunks: Chunks, bytes: number): Promise<{ head: Uint8Array; chunks: AsyncGenerator<Uint8Array> }> {
  const { begun, failure, whole } = await lookAhead(chunks, bytes);
  if (failure !== undefined && begun.length === 0 && !(failure.error instanceof DamagedStream)) throw failure.error;
  return { head: begun.subarray(0, bytes), chunks: whole(0) };
}
