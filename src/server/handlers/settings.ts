import { type ConfigChange, configValue, differences } from '../../config/index.ts';
import { detectorsOf, factsOf, loadComponents } from '../../pipeline/index.ts';
import type { Principal } from '../access/principal.ts';
import { audit, type ServerContext, tenantConfig, tenantModels } from '../context.ts';
import { hiddenAs, withHidden } from '../settings/hidden.ts';
import { type Answer, type Handlers, missing } from './handler.ts';

type SettingsRoutes = 'settings' | 'changeSettings' | 'setSource' | 'removeSource' | 'setSink' | 'removeSink' | 'setDetectorModel';
type Named = { readonly name?: unknown };
interface Typed {
  readonly type?: unknown;
}
interface RawTenant {
  readonly sources?: readonly (Named & { readonly detectors?: readonly Typed[] })[];
  readonly sinks?: readonly Named[];
  readonly detectors?: readonly Typed[];
  readonly signatures?: readonly Typed[];
}

export function settingsHandlers(context: ServerContext): Handlers<SettingsRoutes> {
  const { configuration } = context;

  const change = async (
    tenant: string,
    by: Principal,
    what: string,
    subject: string,
    changes: (own: RawTenant) => readonly ConfigChange[],
  ) => {
    const store = await context.home.tenant(tenant);
    await configuration.change((text) => changes(tenantOf(text, tenant)));
    await audit(context, by, what, subject, '', store);
  };
  const configured = (tenant: string): void => {
    if (tenantConfig(context, tenant) === undefined) throw missing('configured tenant');
  };
  const put = (tenant: string, list: 'sources' | 'sinks', value: Named, own: RawTenant): readonly ConfigChange[] => {
    const items = own[list] ?? [];
    const found = items.findIndex(({ name }) => name === value.name);
    const path = ['tenants', tenant, list, found < 0 ? items.length : found];
    const hidden = hiddenAs(
      items[found],
      inForce(context, tenant)?.[list].find(({ name }) => name === value.name),
    );
    return differences(path, items[found], withHidden(value, items[found], hidden));
  };
  const remove = (tenant: string, list: 'sources' | 'sinks', name: string, own: RawTenant): ConfigChange[] => {
    const found = (own[list] ?? []).findIndex((item) => item.name === name);
    if (found < 0) throw missing(list === 'sources' ? 'source' : 'sink');
    return [{ path: ['tenants', tenant, list, found], value: undefined }];
  };

  return {
    settings: async ({ params }) => shown(context, params.tenant, await configuration.raw()),
    async changeSettings({ params: { tenant }, body, principal }) {
      configured(tenant);
      const { retention = {}, ...plain } = body;
      const given = Object.entries({ ...plain }).map(([key, value]) => ({ path: ['tenants', tenant, key], value }));
      const kept = Object.entries(retention).map(([key, value]) => ({ path: ['tenants', tenant, 'retention', key], value }));
      const all = [...given, ...kept].filter(({ value }) => value !== undefined);
      await change(
        tenant,
        principal,
        'settings changed',
        all.map(({ path, value }) => `${path.slice(2).join('.')}=${String(value)}`).join(' '),
        () => all,
      );
      return shown(context, tenant, await configuration.raw());
    },
    async setSource({ params: { tenant }, body, principal }) {
      await change(tenant, principal, 'source set', body.source.name, (own) => put(tenant, 'sources', body.source, own));
      return { status: 'ok' };
    },
    async removeSource({ params: { tenant, name }, principal }) {
      await change(tenant, principal, 'source removed', name, (own) => remove(tenant, 'sources', name, own));
      return { status: 'ok' };
    },
    async setSink({ params: { tenant }, body, principal }) {
      configured(tenant);
      await change(tenant, principal, 'sink set', body.sink.name, (own) => put(tenant, 'sinks', body.sink, own));
      return { status: 'ok' };
    },
    async removeSink({ params: { tenant, name }, principal }) {
      await change(tenant, principal, 'sink removed', name, (own) => remove(tenant, 'sinks', name, own));
      return { status: 'ok' };
    },
    async setDetectorModel({ params: { tenant, source, detector }, body: { model }, store, principal }) {
      if (model !== null) await tenantModels(context, store).show(model);
      const ownTenant = tenantConfig(context, tenant);
      const running = ownTenant?.sources.find(({ name }) => name === source);
      if (ownTenant === undefined || running === undefined) throw missing('source');
      const effective = detectorsOf(running, ownTenant, factsOf(await loadComponents())).map(({ type }) => type);
      if (!effective.includes(detector)) throw missing('detector');
      await change(tenant, principal, 'detector model set', `${source}/${detector} ${model ?? 'none'}`, (own) => {
        const at = (own.sources ?? []).findIndex(({ name }) => name === source);
        if (at < 0) throw missing('source');
        const path = ['tenants', tenant, 'sources', at, 'detectors'];
        const listed = own.sources?.[at]?.detectors;
        const known = [...(own.detectors ?? []), ...(own.signatures ?? [])];
        const every = listed ?? effective.map((type) => known.find((one) => one.type === type) ?? { type });
        const index = every.findIndex(({ type }) => type === detector);
        const first = listed === undefined ? [{ path, value: every }] : [];
        return [...first, { path: [...path, index, 'model'], value: model ?? undefined }];
      });
      return { status: 'ok' };
    },
  };
}

function tenantOf(text: string, tenant: string): RawTenant {
  const { tenants } = configValue(text) as { tenants?: Readonly<Record<string, RawTenant>> };
  return tenants !== undefined && Object.hasOwn(tenants, tenant) ? (tenants[tenant] as RawTenant) : {};
}

/** The tenant's part of what is in force, secrets hidden. */
function inForce({ shown }: ServerContext, tenant: string): Pick<Answer<'settings'>, 'sources' | 'sinks'> | undefined {
  const { tenants } = shown as { tenants: Readonly<Record<string, Answer<'settings'>>> };
  return Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
}

function shown(context: ServerContext, tenant: string, text: string): Answer<'settings'> {
  const own = tenantConfig(context, tenant);
  if (own === undefined) throw missing('configured tenant');
  const hidden = inForce(context, tenant);
  const { maxAge, maxBytes, alertAge } = own.retention;
  const raw = text === '' ? {} : tenantOf(text, tenant);
  return {
    ...{ file: context.configuration.path, alertBudget: own.alertBudget, promisedRate: own.promisedRate },
    retention: { maxAge, maxBytes, alertAge },
    sources: hidden?.sources ?? [],
    sinks: hidden?.sinks ?? [],
    written: {
      sources: written(raw.sources, hidden?.sources),
      sinks: written(raw.sinks, hidden?.sinks),
    },
  };
}

/** What stands in the file of components that are in force under the same names, their secrets hidden. */
function written(items: readonly Named[] = [], hidden: readonly { readonly name: string }[] = []): Answer<'settings'>['sources'] {
  return items.flatMap((item) => {
    const found = hidden.find(({ name }) => name === item.name);
    return found === undefined ? [] : [hiddenAs(item, found) as Answer<'settings'>['sources'][number]];
  });
}
