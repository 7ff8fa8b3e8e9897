import type { Config, TenantConfig } from '../config/index.ts';
import { type Logger, type Micros, VedetteError } from '../core/index.ts';
import type { Pipeline } from '../pipeline/index.ts';
import { type ModelRegistry, openRegistry } from '../registry/index.ts';
import type { Home, TenantStore } from '../store/index.ts';
import type { OidcSignIn } from './access/oidc.ts';
import type { Principal } from './access/principal.ts';
import type { SignIn } from './access/sign-in.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Hub } from './live/hub.ts';
import type { Sampler } from './live/sampler.ts';
import type { Configuration, ConfigurationFile } from './settings/configuration.ts';
import type { Uploads } from './uploads/uploads.ts';

/** What the server is made with. */
export interface ServerOptions {
  readonly home: Home;
  readonly config: Config;
  /** `vedette x.y.z`. */
  readonly program: string;
  /** Of the control file; lets the command line of this machine do everything. */
  readonly controlToken: string;
  /** Undefined until it has started. */
  readonly pipeline: () => Pipeline | undefined;
  readonly now: () => Micros;
  readonly log: Logger;
  /** Folder of the built dashboard. */
  readonly dashboard: string;
  /** The configuration as it may be shown: secrets hidden. */
  readonly shown: unknown;
  /** Where changed settings go; without, none can be changed. */
  readonly configurationFile?: ConfigurationFile;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  readonly requestsPerMinute: number;
  /** Requests are turned away while the event loop is behind by more than this. */
  readonly busyMillis: number;
  readonly uploadBytes: number;
  /** Of all uploads of a tenant together. */
  readonly uploadsBytes: number;
  readonly analysisMillis: number;
  /** Of one training or other job. */
  readonly jobMillis: number;
  readonly streamsPerTenant: number;
}

export const LIMITS: ServerLimits = {
  requestsPerMinute: 12_000,
  busyMillis: 3_000,
  uploadBytes: 1024 ** 3,
  uploadsBytes: 5 * 1024 ** 3,
  analysisMillis: 30 * 60_000,
  jobMillis: 12 * 3_600_000,
  streamsPerTenant: 100,
};

/** What handlers share. */
export interface ServerContext extends Omit<ServerOptions, 'config' | 'shown'> {
  /** Those in force now: changed settings replace them. */
  config: Config;
  shown: unknown;
  readonly configuration: Configuration;
  readonly limits: ServerLimits;
  readonly signIn: SignIn;
  readonly oidc: OidcSignIn;
  readonly sampler: Sampler;
  readonly hub: Hub;
  readonly uploads: Uploads;
  readonly jobs: Jobs;
}

/** Configured tenants and those kept in the home, sorted. */
export async function tenantNames({ home, config }: Pick<ServerContext, 'home' | 'config'>): Promise<readonly string[]> {
  return [...new Set([...Object.keys(config.tenants), ...(await home.tenants())])].sort();
}

/** Opens a tenant that exists; never makes one. */
export async function tenantStore(context: Pick<ServerContext, 'home' | 'config'>, tenant: string): Promise<TenantStore> {
  if (Object.hasOwn(context.config.tenants, tenant) || (await context.home.tenants()).includes(tenant)) return context.home.tenant(tenant);
  throw new VedetteError('USAGE', `there is no tenant ${tenant.slice(0, 64)}`, { hint: 'List the tenants that there are.' });
}

export function tenantConfig({ config }: Pick<ServerContext, 'config'>, tenant: string): TenantConfig | undefined {
  return Object.hasOwn(config.tenants, tenant) ? config.tenants[tenant] : undefined;
}

const registries = new WeakMap<TenantStore, ModelRegistry>();

/** One for each tenant: its changes take turns. */
export function tenantModels({ now, program }: Pick<ServerOptions, 'now' | 'program'>, store: TenantStore): ModelRegistry {
  const registry = registries.get(store) ?? openRegistry(store.bytes, { now, program });
  registries.set(store, registry);
  return registry;
}

/** Notes a change in the tenant's audit log, or in the home's for what belongs to no tenant. */
export async function audit(
  context: Pick<ServerOptions, 'home' | 'now'>,
  by: Pick<Principal, 'name'>,
  action: string,
  subject: string,
  detail = '',
  store?: TenantStore,
): Promise<void> {
  const entry = { at: context.now(), by: by.name, action, subject: clipped(subject, 256), detail: clipped(detail, 1024) };
  await (store === undefined ? context.home.users.journal.audit(entry) : store.journal.audit(entry));
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
