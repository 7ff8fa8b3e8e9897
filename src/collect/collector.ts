import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { type ComponentContext, type Definition, isSystemError, type Logger, type Source, VedetteError } from '../core/index.ts';
import { lockHome, writeDurably } from '../store/index.ts';
import { Client } from './client.ts';
import { type CollectConfig, type CollectSource, KINDS, type RecordKind } from './config.ts';
import { Forwarder } from './forwarder.ts';
import { Spool } from './spool.ts';

export interface CollectorOptions {
  readonly config: CollectConfig;
  readonly folder: string;
  readonly definitions: ReadonlyMap<string, Definition<z.ZodType, Source>>;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** Everything is in order; collecting begins. */
  readonly started?: () => void;
}

/** Of one source, as `vedette collect --status` prints it. */
export interface CollectStatus {
  readonly source: string;
  readonly records: RecordKind;
  readonly spooledBytes: number;
  readonly waitingBatches: number;
  readonly problem: string;
  readonly counters: Readonly<Record<string, number>>;
}

export const STATUS_FILE = 'status.json';
const STATUS_MS = 2_000;
const ENDPOINT = { lines: 'logs', sensor: 'logs', readings: 'metrics', packets: 'packets' } as const;

interface Running {
  readonly name: string;
  readonly kind: RecordKind;
  readonly spool: Spool;
  readonly forwarder: Forwarder;
}

/** Sends what the sources of a host give to a server until `signal` aborts. */
export async function collectUntil(signal: AbortSignal, options: CollectorOptions): Promise<void> {
  const { folder, config } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = lockHome(folder);
  const clients = new Map<string, Client>();
  const running: Running[] = [];
  let telling: NodeJS.Timeout | undefined;
  let told: Promise<void> | undefined;
  try {
    const collector = await idOf(folder);
    const connection = await connectionOf(config.server);
    for (const source of config.sources) {
      const { kind, endpoint } = wayOf(source, options);
      const client = clients.get(endpoint) ?? new Client(endpoint, connection);
      clients.set(endpoint, client);
      const spool = await Spool.open(join(folder, 'sources', source.name), config.spool.maxBytes);
      const forwarder = new Forwarder({
        ...{ kind, spool, client, log: options.log, random: options.random },
        sender: { collector, host: config.name, source: source.name },
        refusedFolder: join(folder, 'refused'),
        open: () => openSource(source, kind, options),
      });
      running.push({ name: source.name, kind, spool, forwarder });
    }
    telling = setInterval(() => {
      told ??= tell(folder, running).finally(() => {
        told = undefined;
      });
    }, STATUS_MS);
    options.started?.();
    // One that cannot go on stops the others in order, so that nothing of theirs is lost.
    const stop = new AbortController();
    const all = AbortSignal.any([signal, stop.signal]);
    const runs = running.map(({ forwarder }) => forwarder.run(all).finally(() => stop.abort()));
    const failed = (await Promise.allSettled(runs)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    clearInterval(telling);
    for (const { spool } of running) await spool.close();
    for (const client of clients.values()) client.close();
    await told;
    await tell(folder, running);
    lock.release();
  }
}

/** Whole or not at all: it is read by others at any time. That it cannot be written stops nothing. */
async function tell(folder: string, running: readonly Running[]): Promise<void> {
  const status = new TextEncoder().encode(JSON.stringify(running.map(statusOf)));
  await writeDurably(join(folder, STATUS_FILE), status).catch(() => undefined);
}

function statusOf({ name, kind, spool, forwarder }: Running): CollectStatus {
  return {
    source: name,
    records: kind,
    spooledBytes: spool.bytes,
    waitingBatches: spool.last - spool.sent,
    problem: forwarder.problem,
    counters: { ...forwarder.counters, ...forwarder.sourceCounters() },
  };
}

/** What the source's records are, and where they go. */
function wayOf(source: CollectSource, { config, definitions }: CollectorOptions): { kind: RecordKind; endpoint: string } {
  const [usual = 'lines', ...others] = definitions.get(source.type)?.records ?? ['lines'];
  const kind = (source.records ?? usual) as RecordKind;
  const fail = (message: string, hint: string): never => {
    throw new VedetteError('CONFIG_INVALID', `source ${source.name}: ${message}`, { hint });
  };
  const inFiles = source.type !== 'capture' && kind === 'packets';
  if (!KINDS.includes(kind) || ![usual, ...others].includes(kind) || inFiles)
    return fail(
      `${source.type} gives no ${kind} to send`,
      'Packets are sent by a source of the type capture, readings by host-metrics and the like.',
    );
  const isFile = ['file', 'directory', 'stdin'].includes(source.type);
  if (kind === 'readings' && isFile)
    return fail('tables of readings are not sent', 'Read them at the server, or send them by OTLP or Prometheus remote-write.');
  const endpoint = config.server[ENDPOINT[kind]];
  return endpoint === undefined ? fail(`server.${ENDPOINT[kind]} is not set`, `It is where ${kind} are sent to.`) : { kind, endpoint };
}

function openSource({ type, name, records: _records, ...settings }: CollectSource, kind: RecordKind, options: CollectorOptions): Source {
  const definition = options.definitions.get(type) as Definition<z.ZodType, Source>;
  const context: ComponentContext = { name, log: options.log, now: options.now, random: options.random, records: kind };
  return definition.create(settings, context);
}

async function connectionOf({ ca, token, tokenFile, timeout }: CollectConfig['server']): Promise<ConstructorParameters<typeof Client>[1]> {
  const secret = tokenFile === undefined ? token : (await readOwn(tokenFile, 'the token')).toString('utf8').trim();
  return {
    timeoutMs: timeout / 1000,
    ...(secret === undefined || secret === '' ? {} : { token: secret }),
    ...(ca === undefined ? {} : { ca: await readOwn(ca, 'the authorities') }),
  };
}

async function readOwn(path: string, what: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new VedetteError('CONFIG_INVALID', `${what} in ${path} cannot be read: ${isSystemError(cause) ? cause.code : String(cause)}`, {
      hint: 'Name a file that this user may read.',
      cause,
    });
  });
}

/** Made with the spool and gone with it: numbers of another spool mean other batches. */
async function idOf(folder: string): Promise<string> {
  const path = join(folder, 'id');
  const known = await readFile(path, 'utf8').catch(() => '');
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const id = randomBytes(16).toString('hex');
  await writeDurably(path, new TextEncoder().encode(id));
  return id;
}
