import type { MessagePort } from 'node:worker_threads';
import { VedetteError } from '../../core/index.ts';
import { Answers } from './answers.ts';
import { type Reply, type Request, receivedError, type Service } from './protocol.ts';

/** Another thread's own line to the store worker, for calls of one tenant: nothing passes through the main thread. */
export class StoreLink {
  private readonly port: MessagePort;
  private readonly tenant: string;
  private readonly answers = new Answers();

  /** `port` is what `TenantStore.connect` gave. */
  constructor(port: MessagePort, tenant: string) {
    this.port = port;
    this.tenant = tenant;
    port.on('message', (reply: Reply) => {
      this.answers.settle(reply.id, 'error' in reply ? { error: receivedError(reply.error) } : { value: reply.value });
    });
    port.on('close', () =>
      this.answers.lose(
        new VedetteError('INTERNAL', 'The store worker is gone', { hint: 'Start vedette again; everything acknowledged is on disk.' }),
      ),
    );
  }

  /** No further calls. */
  close(): void {
    this.port.close();
  }

  call(service: Service, method: string, args: readonly unknown[], transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    const { tenant } = this;
    return this.answers.ask((id) => this.port.postMessage({ kind: 'call', tenant, service, method, args, id } satisfies Request, transfer));
  }
}
