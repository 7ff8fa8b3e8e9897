import { type MessagePort, parentPort } from 'node:worker_threads';
import { ioThreads } from '../analytical/duckdb.ts';
import { UserDatabase } from '../users/user-database.ts';
import { type Reply, type Request, SERVICES, sendableError } from './protocol.ts';
import { TenantCore } from './tenant-core.ts';

const tenants = new Map<string, Promise<TenantCore>>();
const io = ioThreads();
const users = new Map<string, Promise<UserDatabase>>();

function usersAt(path: string): Promise<UserDatabase> {
  const known = users.get(path);
  if (known !== undefined) return known;
  const opening = UserDatabase.open(path);
  users.set(path, opening);
  opening.catch(() => users.delete(path));
  return opening;
}

async function answer(request: Request): Promise<unknown> {
  if (request.kind === 'users') return (await usersAt(request.path)).call(request.service, request.method, request.args);
  if (request.kind === 'snapshot-users') return (await usersAt(request.path)).copyTo(request.target);
  if (request.kind === 'close-users') {
    (await users.get(request.path))?.close();
    users.delete(request.path);
    return undefined;
  }
  if (request.kind === 'open') {
    const opening = TenantCore.open(request.folder, request.options, io);
    tenants.set(request.tenant, opening);
    try {
      return (await opening).epoch();
    } catch (error) {
      tenants.delete(request.tenant);
      throw error;
    }
  }
  if (request.kind === 'connect') {
    const { tenant, port } = request;
    listen(port, (call) => {
      if (call.kind !== 'call' || call.tenant !== tenant) throw new Error(`no call of tenant ${tenant}`);
      return answer(call);
    });
    return undefined;
  }
  const core = await tenants.get(request.tenant);
  if (core === undefined) throw new Error(`tenant ${request.tenant} is not open`);
  if (request.kind === 'snapshot') return core.snapshot(request.target);
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

function listen(port: Pick<MessagePort, 'on' | 'postMessage'>, work: (request: Request) => Promise<unknown>): void {
  const reply = (message: Reply) => port.postMessage(message);
  port.on('message', (request: Request) => {
    const done = async () => work(request);
    done().then(
      (value) => reply({ id: request.id, value }),
      (error: unknown) => reply({ id: request.id, error: sendableError(error) }),
    );
  });
}

if (parentPort !== null) listen(parentPort, answer);
