import { Worker } from 'node:worker_threads';
import { VedetteError, workerUrl } from '../../core/index.ts';
import { type Call, type Reply, receivedError, SERVICES, type Service } from './protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The main thread's end of the store worker: calls in order, answers by number. */
export class StoreClient {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lost: VedetteError | undefined;
  private nextId = 0;

  constructor() {
    this.worker = new Worker(workerUrl(import.meta.url, './store.worker.ts'), { name: 'store' });
    this.worker.on('message', (reply: Reply) => this.settle(reply));
    this.worker.on('error', (error) => this.lose(error instanceof Error ? error.message : String(error)));
    this.worker.on('exit', (code) => this.lose(`it stopped with code ${code}`));
    this.worker.unref();
  }

  call(call: Call, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.lost !== undefined) return Promise.reject(this.lost);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      // The process stays alive while an answer is due, and only then.
      if (this.waiting.size === 0) this.worker.ref();
      this.waiting.set(id, { resolve, reject });
      try {
        this.worker.postMessage({ ...call, id }, transfer);
      } catch (error) {
        this.take(id);
        reject(error);
      }
    });
  }

  async stop(): Promise<void> {
    this.lost ??= new VedetteError('INTERNAL', 'The store is closed');
    await this.worker.terminate();
  }

  private settle(reply: Reply): void {
    const waiting = this.take(reply.id);
    if ('error' in reply) waiting?.reject(receivedError(reply.error));
    else waiting?.resolve(reply.value);
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.worker.unref();
    return waiting;
  }

  private lose(reason: string): void {
    this.lost ??= new VedetteError('INTERNAL', `The store worker is gone: ${reason}`, {
      hint: 'Start vedette again; everything acknowledged is on disk.',
    });
    for (const waiting of this.waiting.values()) waiting.reject(this.lost);
    this.waiting.clear();
  }
}

/** A service of a tenant as an object whose methods run in the worker. */
export function remote<T extends object>(client: StoreClient, tenant: string, service: Service): T {
  const methods = SERVICES[service].map((method) => [
    method,
    (...args: readonly unknown[]) => client.call({ kind: 'call', tenant, service, method, args }),
  ]);
  return Object.fromEntries(methods) as T;
}
