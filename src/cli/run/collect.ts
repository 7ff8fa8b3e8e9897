import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { type CollectConfig, type CollectStatus, collectSchema, collectUntil, STATUS_FILE } from '../../collect/index.ts';
import { checkConfig, loadConfig } from '../../config/index.ts';
import { type Definition, type Source, VedetteError } from '../../core/index.ts';
import { sources } from '../../sources/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { programLog } from './program-log.ts';
import { untilSignal } from './until-signal.ts';

export interface CollectOptions extends CommonOptions {
  readonly logs?: string;
  readonly metrics?: string;
  readonly packets?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly name?: string;
  readonly file: readonly string[];
  readonly directory: readonly string[];
  readonly journald?: boolean;
  readonly capture?: string;
  readonly hostMetrics?: boolean;
  readonly status?: boolean;
}

/** Collects until SIGTERM or SIGINT; what was not sent by then is sent by the next run. */
export async function collectHost(options: CollectOptions): Promise<void> {
  const definitions = new Map<string, Definition<z.ZodType, Source>>();
  for (const [name, load] of Object.entries(sources)) definitions.set(name, (await load()).default);
  if (options.status === true) return tellStatus(await folderOf(options, definitions), options);
  const config = await configOf(options, definitions);
  const folder = config.spool.path ?? join(options.home, 'collect');
  const log = await programLog();
  const stop = new AbortController();
  untilSignal().then(() => stop.abort());
  const names = config.sources.map(({ name }) => name);
  const started = (): void => {
    if (process.getuid?.() === 0) log.warn('the collector runs as root; a user that may read the logs is enough, see docs/collect.md');
    if (options.output === 'json') printJson({ event: 'collect', name: config.name, spool: resolve(folder), sources: names });
    else print(`collecting ${names.join(', ')} as ${config.name}; spool ${folder}; stop with Ctrl-C`);
  };
  await collectUntil(stop.signal, { config, folder, definitions, log, now: () => Date.now() * 1000, random: Math.random, started });
}

type Definitions = ReadonlyMap<string, Definition<z.ZodType, Source>>;

async function configOf(options: CollectOptions, definitions: Definitions): Promise<CollectConfig> {
  const schema = collectSchema([...definitions.values()]);
  const load = { environment: process.env, set: options.set };
  const flags = fileOf(options);
  if (options.config !== undefined) {
    if (flags.sources.length > 0 || Object.keys(flags.server).length > 0)
      throw new VedetteError('USAGE', '-c and the options that stand for it do not go together', { hint: 'Put all of it in the file.' });
    return (await loadConfig(options.config, schema, load)).config;
  }
  if (flags.sources.length === 0) {
    throw new VedetteError('USAGE', 'nothing to collect', {
      hint: 'Name a configuration with -c, or --file, --directory, --journald, --capture or --host-metrics with --logs, --packets or --metrics.',
    });
  }
  return checkConfig(flags, schema, load).config;
}

async function folderOf(options: CollectOptions, definitions: Definitions): Promise<string> {
  const own = join(options.home, 'collect');
  return options.config === undefined ? own : ((await configOf(options, definitions)).spool.path ?? own);
}

function fileOf(options: CollectOptions): { name?: string; server: Record<string, string>; sources: Record<string, string>[] } {
  const { logs, metrics, packets, tokenFile, ca, name } = options;
  const server = Object.fromEntries(Object.entries({ logs, metrics, packets, tokenFile, ca }).filter(([, value]) => value !== undefined));
  const found: Record<string, string>[] = [
    ...options.file.map((path) => ({ type: 'file', name: basename(path), path })),
    ...options.directory.map((path) => ({ type: 'directory', name: basename(resolve(path)), path })),
    ...(options.journald === true ? [{ type: 'journald', name: 'journald' }] : []),
    ...(options.capture === undefined ? [] : [{ type: 'capture', name: 'capture', interface: options.capture }]),
    ...(options.hostMetrics === true ? [{ type: 'host-metrics', name: 'host' }] : []),
  ];
  const taken = new Set<string>();
  for (const source of found) {
    const wanted = (source.name ?? '').replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'source';
    let free = wanted;
    for (let i = 2; taken.has(free); i++) free = `${wanted}-${i}`;
    taken.add(free);
    source.name = free;
  }
  return { ...(name === undefined ? {} : { name }), server: server as Record<string, string>, sources: found };
}

async function tellStatus(folder: string, options: CollectOptions): Promise<void> {
  const text = await readFile(join(folder, STATUS_FILE), 'utf8').catch((cause: unknown) => {
    throw new VedetteError('INPUT_MISSING', `no collector has run with the spool ${folder}`, { hint: 'Give its -c or --home.', cause });
  });
  const all = JSON.parse(text) as CollectStatus[];
  if (options.output === 'json') {
    printJson({ sources: all });
    return;
  }
  for (const { source, records, spooledBytes, waitingBatches, problem, counters } of all) {
    print(
      `${source} (${records}): ${(counters.sent_batches ?? 0).toLocaleString('en')} batches sent, ${waitingBatches} waiting in ${spooledBytes.toLocaleString('en')} bytes`,
    );
    if (problem !== '') print(`  ${problem}`);
    const odd = Object.entries(counters).filter(
      ([name, value]) => value > 0 && /drop|refused|fail|damaged|missing|skipped|oversized/.test(name),
    );
    if (odd.length > 0) print(`  ${odd.map(([name, value]) => `${name.replaceAll('_', ' ')} ${value.toLocaleString('en')}`).join(', ')}`);
  }
}
