import { parentPort } from 'node:worker_threads';
import { type Reply, type Request, SERVICES, sendableError } from './protocol.ts';
import { TenantCore } from './tenant-core.ts';

const tenants = new Map<string, Promise<TenantCore>>();

async function answer(request: Request): Promise<unknown> {
  if (request.kind === 'open') {
    const opening = TenantCore.open(request.folder, request.options);
    tenants.set(request.tenant, opening);
    try {
      return (await opening).epoch();
    } catch (error) {
      tenants.delete(request.tenant);
      throw error;
    }
  }
  const core = await tenants.get(request.tenant);
  if (core === undefined) throw new Error(`tenant ${request.tenant} is not open`);
  if (request.kind === 'close') {
    tenants.delete(request.tenant);
    return core.close();
  }
  const { service, method, args } = request;
  if (!(SERVICES[service] as readonly string[]).includes(method)) throw new Error(`no such store call: ${service}.${method}`);
  const target = service === 'core' ? core : core[service];
  const call = (target as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[method];
  return call?.apply(target, [...args]);
}

parentPort?.on('message', (request: Request) => {
  answer(request).then(
    (value) => reply({ id: request.id, value }),
    (error: unknown) => reply({ id: request.id, error: sendableError(error) }),
  );
});

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}
