import { type MessagePort, Worker } from 'node:worker_threads';
import type { LoadedConfig } from '../../config/index.ts';
import { type Alert, type Incident, type Logger, VedetteError, workerUrl } from '../../core/index.ts';
import type { StoredDeadLetter, TenantStore } from '../../store/contract.ts';
import type { LabelEffectQuery } from '../label-effects.ts';
import type { LabelEffect } from '../lane/label-effect.ts';
import type { OneSeriesNow, SeriesNowPage, SeriesNowQuery } from '../series-now.ts';
import type { ControlVerb, TenantChange, TenantStart, ToMain, ToWorker, WorkerStatus } from './protocol.ts';
import { StoreServer } from './serve-store.ts';
import { fromWire, toWire } from './wire-error.ts';

export interface WorkerClientOptions {
  /** `vedette x.y.z`. */
  readonly program: string;
  readonly memoryBytes: number;
  readonly log: Logger;
  readonly onAlerts: (alerts: readonly Alert[]) => void;
  readonly onIncidents: (incidents: readonly Incident[]) => void;
}

/**
 * The heap's limit by the configured memory. What a pipeline holds is bounded by its own limits; this one stops what has gone wrong. The
 * engine collects garbage the more often the lower it is: from 2 GiB on it lets the heap grow fourfold in between, at 1 GiB to 1.6 times,
 * which took a quarter of the whole pipeline's CPU time and held no less memory.
 */
const HEAP_TIMES = 2;

/** The main thread's end of a pipeline worker: control on one side, the tenants' stores on the other. */
export class WorkerClient {
  private readonly worker: Worker;
  private readonly options: WorkerClientOptions;
  private readonly servers = new Map<string, StoreServer>();
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private readonly gone: Promise<never>;
  private calls = 0;
  /** Whether a tenant of it was given the standard input, which a thread gets only once. */
  readsStdin = false;

  constructor(options: WorkerClientOptions) {
    this.options = options;
    const resourceLimits = { maxOldGenerationSizeMb: Math.max(512, Math.ceil((HEAP_TIMES * options.memoryBytes) / 2 ** 20)) };
    this.worker = new Worker(workerUrl(import.meta.url, './pipeline.worker.ts'), {
      resourceLimits,
      // Standard input is the main thread's; a thread of its own gets it only handed on.
      stdin: true,
    });
    this.gone = new Promise<never>((_resolve, reject) => {
      this.worker.once('error', (error) => reject(error));
      this.worker.once('exit', (code) => reject(new VedetteError('INTERNAL', `the pipeline worker ended with code ${code}`)));
    });
    this.gone.catch((error: Error) => {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    });
    this.worker.on('message', (message: ToMain) => this.receive(message));
  }

  /** Resolves once the tenant is restored and reads; rejects with why it cannot. */
  async start(tenant: string, store: TenantStore, { config, hash: configHash }: LoadedConfig): Promise<void> {
    this.servers.set(tenant, new StoreServer(store));
    if (readsStdin(config, tenant)) this.pipeStdin();
    const start: TenantStart = { tenant, config, configHash, program: this.options.program, port: store.connect() };
    try {
      await this.ask((id) => ({ kind: 'start', id, start }), [start.port]);
    } catch (error) {
      this.servers.delete(tenant);
      throw error;
    }
  }

  /** Runs a tenant on by another configuration; false where it does not run any more. Throws, and it runs as before, where it cannot. */
  async change(tenant: string, { config, hash: configHash }: LoadedConfig): Promise<boolean> {
    const change: TenantChange = { tenant, config, configHash, program: this.options.program };
    return (await this.ask((id) => ({ kind: 'change', id, change }))) as boolean;
  }

  /** Stops one tenant: what it read is committed. */
  async end(tenant: string): Promise<void> {
    await this.ask((id) => ({ kind: 'end', id, tenant }));
    this.servers.delete(tenant);
  }

  /** Resolves when every source of the tenant has ended; rejects when it failed. */
  async finished(tenant: string): Promise<void> {
    await this.ask((id) => ({ kind: 'finished', id, tenant }));
  }

  control(verb: ControlVerb): Promise<unknown> {
    return this.ask((id) => ({ kind: 'control', id, verb }));
  }

  /** Ids of the letters that could not be parsed again. */
  async retry(tenant: string, letters: readonly StoredDeadLetter[]): Promise<readonly number[]> {
    return (await this.ask((id) => ({ kind: 'retry', id, tenant, letters }))) as readonly number[];
  }

  async series(tenant: string, query: SeriesNowQuery): Promise<SeriesNowPage> {
    return (await this.ask((id) => ({ kind: 'series', id, tenant, query }))) as SeriesNowPage;
  }

  async oneSeries(tenant: string, series: string, steps: number): Promise<OneSeriesNow | undefined> {
    return (await this.ask((id) => ({ kind: 'one-series', id, tenant, series, steps }))) as OneSeriesNow | undefined;
  }

  async labelEffects(tenant: string, queries: readonly LabelEffectQuery[]): Promise<readonly (LabelEffect | undefined)[]> {
    return (await this.ask((id) => ({ kind: 'label-effects', id, tenant, queries }))) as readonly (LabelEffect | undefined)[];
  }

  get tenants(): readonly string[] {
    return [...this.servers.keys()];
  }

  private pipeStdin(): void {
    const { stdin } = this.worker;
    this.readsStdin = true;
    if (stdin !== null) process.stdin.pipe(stdin);
    this.worker.once('exit', () => process.stdin.unpipe());
  }

  private ask(message: (id: number) => ToWorker, transfer: readonly MessagePort[] = []): Promise<unknown> {
    const id = ++this.calls;
    const answered = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage(message(id), transfer);
    });
    return Promise.race([answered, this.gone]);
  }

  async status(): Promise<WorkerStatus> {
    return (await this.control('status')) as WorkerStatus;
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  /** Ends the thread after its last tenant, with all threads of its models. */
  async retire(): Promise<void> {
    await this.control('stop');
    await this.terminate();
  }

  private receive(message: ToMain): void {
    const { log, onAlerts, onIncidents } = this.options;
    if (message.kind === 'alerts') onAlerts(message.alerts);
    else if (message.kind === 'incidents') onIncidents(message.incidents);
    else if (message.kind === 'log') log[message.level](message.message, message.fields);
    else if (message.kind === 'store') void this.serve(message);
    else {
      const call = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error === undefined) call?.resolve(message.value);
      else call?.reject(fromWire(message.error));
    }
  }

  private async serve({ id, tenant, method, args }: Extract<ToMain, { kind: 'store' }>): Promise<void> {
    try {
      const value = await this.servers.get(tenant)?.call(method, args);
      this.answer({ kind: 'answer', id, value });
    } catch (error) {
      this.answer({ kind: 'answer', id, error: toWire(error) });
    }
  }

  private answer(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}

export function readsStdin({ tenants }: Pick<LoadedConfig['config'], 'tenants'>, tenant: string): boolean {
  return tenants[tenant]?.sources.some(({ type }) => type === 'stdin') === true;
}
