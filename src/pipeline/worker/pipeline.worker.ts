import { parentPort } from 'node:worker_threads';
import { type Incident, type Logger, systemClock, VedetteError } from '../../core/index.ts';
import { stopModelThreads } from '../../ml/index.ts';
import { StoreLink } from '../../store/worker/store-link.ts';
import { type BuildOptions, buildTenant, planTenant } from '../build.ts';
import { loadComponents } from '../catalogue.ts';
import { labelEffects } from '../label-effects.ts';
import { oneSeriesNow, seriesNow } from '../series-now.ts';
import type { TenantRun } from '../tenant-run.ts';
import type { ControlVerb, LogLevel, StoreMethod, TenantChange, TenantStart, ToMain, ToWorker } from './protocol.ts';
import { remoteStore } from './remote-store.ts';
import { fromWire, toWire } from './wire-error.ts';

const port = parentPort;
if (port === null) throw new VedetteError('INTERNAL', 'the pipeline worker runs only as a worker thread');

const send = (message: ToMain) => port.postMessage(message);
const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let calls = 0;

function callStore(tenant: string, method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
  const id = ++calls;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send({ kind: 'store', id, tenant, method, args });
  });
}

const write = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) =>
  send({ kind: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };

interface Run {
  readonly run: TenantRun;
  readonly link: StoreLink;
  readonly built: BuildOptions;
}

const running = new Map<string, Run>();
const runOf = (tenant: string): TenantRun | undefined => running.get(tenant)?.run;

async function control(verb: ControlVerb): Promise<unknown> {
  const runs = [...running.values()].map(({ run }) => run);
  if (verb === 'status') return runs.map((run) => run.status());
  await Promise.all(
    runs.map((run) => {
      if (verb === 'labels') return run.applyLabels();
      if (verb === 'settings') return run.applySettings();
      if (verb === 'models') return run.applyModels();
      return verb === 'flush' ? run.flush() : verb === 'finish' ? run.finish() : run.stop();
    }),
  );
  // This thread is ended next: no thread of it may be cut off within a step of a model.
  if (verb === 'stop') await stopModelThreads();
  return undefined;
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'answer') {
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(fromWire(message.error));
    return;
  }
  const { id } = message;
  Promise.resolve(workOf(message)).then(
    (value) => send({ kind: 'done', id, value }),
    (error: unknown) => send({ kind: 'done', id, error: toWire(error) }),
  );
});

function workOf(message: Exclude<ToWorker, { kind: 'answer' }>): unknown {
  switch (message.kind) {
    case 'start':
      return start(message.start);
    case 'change':
      return change(message.change);
    case 'end':
      return end(message.tenant);
    case 'finished':
      return runOf(message.tenant)?.finished();
    case 'retry':
      return runOf(message.tenant)?.retry(message.letters);
    case 'series':
      return seriesNow(runOf(message.tenant)?.running ?? [], message.query);
    case 'one-series':
      return oneSeriesNow(runOf(message.tenant)?.running ?? [], message.series, message.steps);
    case 'label-effects':
      return labelEffects(runOf(message.tenant)?.running ?? [], message.queries);
    default:
      return control(message.verb);
  }
}

async function start({ tenant, config, configHash, program, port: line }: TenantStart): Promise<void> {
  const link = new StoreLink(line, tenant);
  try {
    const components = await loadComponents(config);
    const store = await remoteStore(link, (method, args) => callStore(tenant, method, args));
    const onAlerts = (alerts: Parameters<NonNullable<Parameters<typeof buildTenant>[0]['onAlerts']>>[0]) =>
      send({ kind: 'alerts', tenant, alerts });
    const onIncidents = (incidents: readonly Incident[]) => send({ kind: 'incidents', incidents });
    const clock = systemClock;
    const built: BuildOptions = { tenant, config, configHash, program, store, components, clock, log, onAlerts, onIncidents };
    const run = await buildTenant(built);
    await run.start();
    running.set(tenant, { run, link, built });
  } catch (error) {
    link.close();
    throw error;
  }
}

async function change({ tenant, ...changed }: TenantChange): Promise<boolean> {
  const known = running.get(tenant);
  if (known === undefined) return false;
  const components = await loadComponents(changed.config);
  const plan = await planTenant({ ...known.built, ...changed, components });
  return known.run.change(plan);
}

async function end(tenant: string): Promise<void> {
  const ended = running.get(tenant);
  running.delete(tenant);
  await ended?.run.stop();
  ended?.link.close();
}
