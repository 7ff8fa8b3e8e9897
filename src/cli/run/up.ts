import { randomUUID } from 'node:crypto';
import { type Logger, VedetteError } from '../../core/index.ts';
import { type Pipeline, startPipeline } from '../../pipeline/index.ts';
import {
  buildApp,
  localOperations,
  newToken,
  type Operations,
  pipelineMetrics,
  removeControlFile,
  writeControlFile,
} from '../../server/index.ts';
import { levelOf } from '../../sinks/report/index.ts';
import { type Home, openHome } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { programVersion } from '../version.ts';
import { readConfig } from './read-config.ts';

/** Runs until SIGTERM or SIGINT; then drains, commits and ends. */
export async function up(options: CommonOptions & { listen?: string }): Promise<void> {
  const set = options.listen === undefined ? options.set : [...options.set, `listen=${options.listen}`];
  const { loaded, origin } = await readConfig({ ...options, set });
  const { pino } = await import('pino');
  const log = pino({ name: 'vedette', base: { run: randomUUID().slice(0, 8) } }, pino.destination(2));
  const home = await openHome(options.home, { memoryBytes: Math.floor(loaded.config.limits.memory / 4) });
  let pipeline: Pipeline | undefined;
  try {
    pipeline = await startPipeline(loaded, { home, program: programVersion(), log: loggerOf(log) });
    await serve(home, pipeline, loaded.config.listen, Object.keys(loaded.config.tenants), origin, options);
  } finally {
    await pipeline?.stop();
    await removeControlFile(options.home);
    await home.close();
  }
}

async function serve(
  home: Home,
  pipeline: Pipeline,
  listen: string,
  tenants: readonly string[],
  origin: string,
  options: CommonOptions,
): Promise<void> {
  const operations = new Map<string, Promise<Operations>>();
  const operationsOf = (tenant: string): Promise<Operations> => {
    if (!tenants.includes(tenant)) {
      return Promise.reject(
        new VedetteError('USAGE', `there is no tenant ${tenant.slice(0, 64)}`, { hint: `Tenants: ${tenants.join(', ')}.` }),
      );
    }
    const known = operations.get(tenant);
    if (known !== undefined) return known;
    const opening = localOperations(home, tenant, {
      by: 'control',
      now: () => Date.now() * 1000,
      ownsHome: false,
      onLabel: () => pipeline.applyLabels(),
      status: async () => (await pipeline.status()).tenants.find((one) => one.tenant === tenant),
    });
    operations.set(tenant, opening);
    return opening;
  };
  const token = newToken();
  const app = buildApp({
    token,
    operations: operationsOf,
    ready: async () => Object.fromEntries((await pipeline.status()).tenants.map((tenant) => [tenant.tenant, tenant.state !== 'failed'])),
    metrics: async () => pipelineMetrics(await pipeline.status()),
  });
  const at = listen.lastIndexOf(':');
  const host = listen.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const address = await app.listen({ host, port: Number(listen.slice(at + 1)) });
  await writeControlFile(options.home, { address, token, pid: process.pid });
  announce(address, tenants, origin, options);
  const stop = pipeline.on('alert', (alert) => {
    if (!alert.notified) return;
    const line = `${levelOf(alert.detection.severity).toUpperCase()} ${alert.detection.entity}: ${alert.detection.title} (vedette alerts show ${alert.id.slice(0, 12)})`;
    if (options.output === 'json')
      print(
        JSON.stringify({
          event: 'alert',
          id: alert.id,
          tenant: alert.tenant,
          severity: alert.detection.severity,
          title: alert.detection.title,
        }),
      );
    else print(line);
  });
  await Promise.race([untilSignal(), pipeline.finished().then(() => untilSignal())]);
  stop();
  await app.close();
}

function announce(address: string, tenants: readonly string[], origin: string, options: CommonOptions): void {
  if (options.output === 'json') {
    printJson({ event: 'up', address, home: options.home, tenants, configuration: origin });
    return;
  }
  print(`vedette ${programVersion()} is up on ${address}`);
  print(`  home ${options.home}, configuration: ${origin}, tenants: ${tenants.join(', ')}`);
  print('  see `vedette alerts list`; stop with Ctrl-C');
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

interface Pino {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

function loggerOf(log: Pino): Logger {
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
}
