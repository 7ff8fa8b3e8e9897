import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { backoffMillis, type Logger, pause, type RecordBatch, type Source } from '../core/index.ts';
import { type SegmentEntry, writeDurably } from '../store/index.ts';
import { CaptureCutter } from './capture-cutter.ts';
import type { Answer, Client } from './client.ts';
import type { RecordKind } from './config.ts';
import { requestOf, type Sender } from './request.ts';
import type { Spool } from './spool.ts';

export interface ForwarderOptions {
  readonly kind: RecordKind;
  readonly sender: Sender;
  readonly spool: Spool;
  readonly client: Client;
  /** Where batches go that the server refuses for good. */
  readonly refusedFolder: string;
  readonly open: () => Source;
  readonly log: Logger;
  readonly random: () => number;
}

const LONGEST_PAUSE_MS = 30_000;
const SAVE_MS = 1_000;
const MOST_REFUSED = 100;
/** The server will never take such a batch; it must not hold up what comes after it. */
const FOR_GOOD = new Set([400, 410, 413, 415, 422]);

/** One source: what it reads goes to the spool, what is in the spool to the server, each at its own pace. */
export class Forwarder {
  readonly counters = { read_batches: 0, sent_batches: 0, sent_bytes: 0, refused_batches: 0, failures: 0, damaged_bytes: 0 };
  /** What is wrong now; empty while all is well. */
  problem = '';
  private readonly options: ForwarderOptions;
  private readonly cutter = new CaptureCutter();
  private source: Source | undefined;

  constructor(options: ForwarderOptions) {
    this.options = options;
  }

  sourceCounters(): Readonly<Record<string, number>> {
    return this.source?.counters() ?? {};
  }

  /** Runs until `signal` aborts; what is unsent then stays in the spool. */
  async run(signal: AbortSignal): Promise<void> {
    const saving = setInterval(() => {
      this.options.spool.save().catch((error: unknown) => this.tell(`the spool cannot be saved: ${messageOf(error)}`));
    }, SAVE_MS);
    try {
      await Promise.all([this.read(signal), this.send(signal)]);
    } finally {
      clearInterval(saving);
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { spool, open, random, log, sender } = this.options;
    for (let attempt = 0; !signal.aborted; ) {
      const before = this.counters.read_batches;
      try {
        this.source = open();
        const resume = this.source.replayable ? spool.positions : [];
        for await (const batch of this.source.read({ positions: resume }, signal)) {
          const kept = this.asSent(batch);
          if (kept !== undefined && !(await spool.append(kept, signal))) return;
          this.source.acknowledge?.(batch);
          this.counters.read_batches++;
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (this.counters.read_batches !== before) attempt = 0;
        const wait = backoffMillis(attempt++, random, 500, LONGEST_PAUSE_MS);
        this.counters.failures++;
        log.warn('a source failed and is opened again', { source: sender.source, error: messageOf(error), waitMs: wait });
        await pause(wait, signal);
      } finally {
        await this.source?.close().catch(() => undefined);
      }
    }
  }

  private asSent(batch: RecordBatch): RecordBatch | undefined {
    // A batch without records still says where its source goes on: a file that was read under another name.
    if (this.options.kind !== 'packets') return batch;
    const bytes = this.cutter.take(batch);
    this.counters.damaged_bytes = this.cutter.damagedBytes;
    if (bytes === undefined) return undefined;
    const { ends: _ends, ...rest } = batch;
    return { ...rest, bytes };
  }

  private async send(signal: AbortSignal): Promise<void> {
    const { spool } = this.options;
    for await (const entry of spool.unsent(signal)) {
      if (entry.batch.bytes.length > 0 && !(await this.deliver(entry, signal))) return;
      spool.answered(entry.sequence);
    }
  }

  /** Resolves once the server has answered for the entry; false when `signal` aborted before. */
  private async deliver(entry: SegmentEntry, signal: AbortSignal): Promise<boolean> {
    const { client, kind, sender, random } = this.options;
    const request = requestOf(entry, kind, sender);
    for (let attempt = 0; !signal.aborted; attempt++) {
      const answer = await client.send(request, signal);
      if (answer.status >= 200 && answer.status < 300) {
        this.counters.sent_batches++;
        this.counters.sent_bytes += entry.batch.bytes.length;
        this.tell('');
        return true;
      }
      if (signal.aborted) return false;
      if (FOR_GOOD.has(answer.status)) {
        await this.refuse(entry, answer);
        return true;
      }
      this.tell(problemOf(answer));
      const wait = answer.retryAfterMs ?? backoffMillis(attempt, random, 500, LONGEST_PAUSE_MS);
      await pause(wait, signal);
    }
    return false;
  }

  /** Kept aside, up to a number, so that somebody can look. */
  private async refuse({ sequence, batch }: SegmentEntry, { status, text }: Answer): Promise<void> {
    const { refusedFolder, sender, log } = this.options;
    this.counters.refused_batches++;
    await mkdir(refusedFolder, { recursive: true, mode: 0o700 });
    const isKept = (await readdir(refusedFolder)).length < MOST_REFUSED;
    const path = join(refusedFolder, `${sender.source}-${sequence}`);
    if (isKept) await writeDurably(path, batch.bytes);
    log.error('the server refuses a batch for good; it is left out', {
      ...{ source: sender.source, input: batch.input, line: batch.line, status, answer: text },
      kept: isKept ? path : `no: ${refusedFolder} holds ${MOST_REFUSED} already`,
    });
  }

  /** Said once when it begins and once when it ends. */
  private tell(problem: string): void {
    if (problem === this.problem) return;
    const { log, sender } = this.options;
    if (problem === '') log.info('the server takes records again', { source: sender.source });
    else log.warn('records wait in the spool', { source: sender.source, problem });
    this.problem = problem;
  }
}

function problemOf({ status, text }: Answer): string {
  if (status === 0) return `the server cannot be reached: ${text}`;
  if (status === 401 || status === 403) return `the server does not take the token (${status})`;
  if (status === 404 || status === 405) return `nothing takes records at this address (${status}): check server in the configuration`;
  return `the server answers ${status}: ${text}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
