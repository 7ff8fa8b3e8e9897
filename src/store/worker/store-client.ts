import { MessageChannel, type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { VedetteError, workerUrl } from '../../core/index.ts';
import { Answers } from './answers.ts';
import { type Call, type Reply, receivedError, SERVICES, type Service } from './protocol.ts';

/** The main thread's end of the store worker: calls in order, answers by number. */
export class StoreClient {
  private readonly worker: Worker;
  private readonly answers = new Answers();

  constructor() {
    this.worker = new Worker(workerUrl(import.meta.url, './store.worker.ts'), { name: 'store' });
    this.worker.on('message', (reply: Reply) => {
      this.answers.settle(reply.id, 'error' in reply ? { error: receivedError(reply.error) } : { value: reply.value });
      this.holdOpen();
    });
    this.worker.on('error', (error) => this.lose(error instanceof Error ? error.message : String(error)));
    this.worker.on('exit', (code) => this.lose(`it stopped with code ${code}`));
    this.worker.unref();
  }

  call(call: Call, transfer: readonly Transferable[] = []): Promise<unknown> {
    const answer = this.answers.ask((id) => this.worker.postMessage({ ...call, id }, transfer));
    this.holdOpen();
    return answer;
  }

  /** One end of a line to the worker for calls of an open tenant, to be handed to another thread. */
  connect(tenant: string): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.call({ kind: 'connect', tenant, port: port1 }, [port1]).catch(() => port2.close());
    return port2;
  }

  async stop(): Promise<void> {
    this.answers.lose(new VedetteError('INTERNAL', 'The store is closed'));
    await this.worker.terminate();
  }

  /** The process stays alive while an answer is due, and only then. */
  private holdOpen(): void {
    if (this.answers.due > 0) this.worker.ref();
    else this.worker.unref();
  }

  private lose(reason: string): void {
    const error = new VedetteError('INTERNAL', `The store worker is gone: ${reason}`, {
      hint: 'Start vedette again; everything acknowledged is on disk.',
    });
    this.answers.lose(error);
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
