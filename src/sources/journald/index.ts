import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState, VedetteError } from '../../core/index.ts';
import { fileChunks } from '../bytes/chunks.ts';
import { contentOf } from '../bytes/content.ts';
import { DEFAULT_EXPANSION } from '../bytes/expansion.ts';
import { skipBytes } from '../bytes/skip.ts';
import { fileLimits } from '../files/settings.ts';
import { LineAssembler } from '../records/lines.ts';

const config = z.strictObject({
  command: z.string().min(1).default('journalctl').describe('Program that reads the journal'),
  matches: z
    .array(z.string().regex(/^[A-Z0-9_]+=/, 'must be FIELD=value'))
    .default([])
    .describe('Only entries with these fields, as FIELD=value'),
  from: z.enum(['beginning', 'end']).default('beginning').describe('Where to begin when nothing was read before'),
  path: z.string().optional().describe('Read this file of `journalctl -o export` or `-o json` instead, then end'),
  gatherMs: z.number().int().min(0).default(200).describe('How long an entry waits for more, in milliseconds'),
  batchBytes: fileLimits.batchBytes,
  maxRecordBytes: fileLimits.maxRecordBytes,
});

type Config = z.output<typeof config>;

export default define({
  name: 'journald',
  summary: 'Follows the systemd journal, or reads a file in its export format; one JSON record per entry',
  config,
  create: (settings, context): Source => new Journald(settings, context),
});

const INPUT = 'journald';
const CURSOR = /"__CURSOR"\s*:\s*"([^"\\]+)"/;

/** Live batches carry the journal's cursor of their last entry as generation, which is what a resume hands back. */
class Journald implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #counters = { oversized: 0, skipped_bytes: 0, bad_records: 0 };
  #child: ChildProcessByStdio<null, Readable, Readable> | undefined;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#child?.kill();
  }

  read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    return this.#config.path === undefined ? this.#follow(resume, signal) : this.#file(this.#config.path, resume, signal);
  }

  async *#file(path: string, resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const { chunks: entries } = await contentOf(fileChunks(path), path, DEFAULT_EXPANSION, (reason) => {
      this.#counters.bad_records++;
      this.#context.log.warn(`${path}: ${reason}`);
    });
    const from = resume.positions.find(({ input }) => input === INPUT) ?? { input: INPUT, generation: 'export', offset: 0, line: 1 };
    const rest = from.offset === 0 ? entries : (await skipBytes(entries, from.offset - 1)).rest;
    const assembler = new LineAssembler(from, this.#config, this.#context.now, this.#counters);
    for await (const chunk of rest) {
      if (signal.aborted) return;
      yield* assembler.push(chunk);
    }
    yield* assembler.finish();
  }

  async *#follow(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    let position = resume.positions.find(({ input }) => input === INPUT) ?? { input: INPUT, generation: '', offset: 0, line: 1 };
    const child = this.#start(position.generation);
    this.#child = child;
    const stop = () => child.kill();
    signal.addEventListener('abort', stop, { once: true });
    let failure = '';
    child.stderr.on('data', (text: Uint8Array) => {
      failure = (failure + Buffer.from(text).toString()).slice(-2000);
    });
    const ended = new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code) => resolve(code === 0 ? undefined : failure.trim() || `exit code ${code}`));
    });
    const assembler = new LineAssembler({ ...position, offset: 0 }, this.#config, this.#context.now, this.#counters);
    try {
      const iterator = (child.stdout as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      let next = iterator.next();
      for (;;) {
        const result = await Promise.race([next, pause(this.#config.gatherMs)]);
        const batches = result === undefined ? assembler.flush() : result.done === true ? [] : assembler.push(result.value);
        for (const batch of batches) {
          const generation = cursorOf(batch.bytes) ?? position.generation;
          position = { ...position, generation };
          yield { ...batch, generation };
        }
        if (result === undefined) await next;
        else if (result.done === true) break;
        else next = iterator.next();
        if (result === undefined) continue;
      }
      const reason = await ended;
      if (reason !== undefined && !signal.aborted) throw unavailable(this.#config.command, reason);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      child.kill();
    }
  }

  #start(cursor: string): ChildProcessByStdio<null, Readable, Readable> {
    const { command, matches, from } = this.#config;
    const place = cursor !== '' ? [`--after-cursor=${cursor}`, '--no-tail'] : from === 'end' ? ['--lines=0'] : ['--no-tail'];
    return spawn(command, ['--follow', '--output=json', '--all', '--quiet', ...place, ...matches], { stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

function cursorOf(bytes: Uint8Array): string | undefined {
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  return CURSOR.exec(Buffer.from(bytes.subarray(start)).toString())?.[1];
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}

function unavailable(command: string, reason: string): VedetteError {
  return new VedetteError('INPUT_UNREADABLE', `${command} cannot follow the journal: ${reason}`, {
    hint: 'systemd must run on this host, and the user must be in the group systemd-journal',
  });
}
