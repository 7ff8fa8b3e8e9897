import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isSystemError, VedetteError } from '../core/index.ts';
import type { Home, HomeOptions, TenantStore } from './contract.ts';
import { FOLDER_MODE, syncFolder } from './disk.ts';
import { storeError } from './errors.ts';
import { type HomeLock, lockHome } from './lock.ts';
import { openTenant } from './tenant.ts';
import type { UserStore } from './users/contract.ts';
import { remoteUsers } from './users/remote-users.ts';
import { StoreClient } from './worker/store-client.ts';

const SNAPSHOT = 'snapshot-';
const ABANDONED_MILLIS = 3_600_000;
const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Takes ownership of a home, making it when it is new. HOME_LOCKED when another process has it. */
export async function openHome(path: string, options: HomeOptions = {}): Promise<Home> {
  const root = resolve(path);
  try {
    mkdirSync(join(root, 'tenants'), { recursive: true, mode: FOLDER_MODE });
    for (const folder of [root, join(root, 'tenants')]) chmodSync(folder, FOLDER_MODE);
  } catch (error) {
    throw storeError(error, `Opening the home ${root}`);
  }
  const lock = lockHome(root);
  await removeAbandoned(root);
  return new DiskHome(root, lock, options);
}

/** Snapshots of a backup or replay that was killed. One that is younger may still be read by a command that asked the owner before. */
async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(SNAPSHOT)) continue;
    const path = join(root, name);
    const made = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (made !== undefined && Date.now() - made > ABANDONED_MILLIS) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** USAGE unless it is a name that is safe as a folder on every system. */
export function checkTenantId(id: string): string {
  if (TENANT_ID.test(id)) return id;
  throw new VedetteError('USAGE', `not a tenant name: ${JSON.stringify(id.slice(0, 80))}`, {
    hint: 'Use 1 to 64 lower-case letters, digits, `-` and `_`, starting with a letter or digit.',
  });
}

class DiskHome implements Home {
  readonly path: string;
  readonly users: UserStore;
  private readonly lock: HomeLock;
  private readonly options: HomeOptions;
  private readonly open = new Map<string, Promise<TenantStore>>();
  private client: StoreClient | undefined;
  private closed = false;

  constructor(path: string, lock: HomeLock, options: HomeOptions) {
    this.path = path;
    this.lock = lock;
    this.options = options;
    this.users = remoteUsers(() => this.worker(), this.userFile);
  }

  private get userFile(): string {
    return join(this.path, 'home.db');
  }

  private worker(): StoreClient {
    if (this.closed) throw new VedetteError('INTERNAL', 'The home is closed');
    this.client ??= new StoreClient();
    return this.client;
  }

  async tenants(): Promise<readonly string[]> {
    const names = await readdir(join(this.path, 'tenants')).catch((error: unknown) => {
      throw storeError(error, 'Listing the tenants');
    });
    return names.filter((name) => TENANT_ID.test(name)).sort();
  }

  async tenant(id: string): Promise<TenantStore> {
    checkTenantId(id);
    if (this.closed) throw new VedetteError('INTERNAL', 'The home is closed');
    const known = this.open.get(id);
    if (known !== undefined) return known;
    const opening = openTenant(this.worker(), id, this.folder(id), this.options, () => this.open.delete(id));
    this.open.set(id, opening);
    opening.catch(() => this.open.delete(id));
    return opening;
  }

  async removeTenant(id: string): Promise<void> {
    checkTenantId(id);
    const folder = this.folder(id);
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined)
      throw new VedetteError('USAGE', `There is no tenant ${id}`, { hint: `Tenants: ${(await this.tenants()).join(', ') || 'none'}.` });
    await (await this.open.get(id)?.catch(() => undefined))?.close();
    await rm(folder, { recursive: true, force: true });
    await syncFolder(join(this.path, 'tenants'));
  }

  async snapshot(tenant?: string): Promise<string> {
    const target = join(this.path, `${SNAPSHOT}${randomBytes(6).toString('hex')}`);
    mkdirSync(join(target, 'tenants'), { recursive: true, mode: FOLDER_MODE });
    try {
      for (const id of tenant === undefined ? await this.tenants() : [checkTenantId(tenant)]) {
        await this.tenant(id);
        await this.worker().call({ kind: 'snapshot', tenant: id, target: join(target, 'tenants', id) });
      }
      if (tenant !== undefined) return target;
      await this.worker().call({ kind: 'snapshot-users', path: this.userFile, target: join(target, 'home.db') });
      const own = join(this.path, 'vedette.yaml');
      await copyFile(own, join(target, 'vedette.yaml')).catch((error: unknown) => {
        if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
      });
      return target;
    } catch (error) {
      await rm(target, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      for (const opening of [...this.open.values()]) await (await opening.catch(() => undefined))?.close();
      await this.client?.call({ kind: 'close-users', path: this.userFile });
      await this.client?.stop();
    } finally {
      this.lock.release();
    }
  }

  private folder(id: string): string {
    return join(this.path, 'tenants', id);
  }
}
