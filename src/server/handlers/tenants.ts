import { VedetteError } from '../../core/index.ts';
import { sessionBody } from '../access/principal.ts';
import { audit, type ServerContext, tenantConfig, tenantNames } from '../context.ts';
import type { Answer, Handlers } from './handler.ts';

type TenantRoutes = 'tenants' | 'createTenant' | 'removeTenant';

export function tenantHandlers(context: ServerContext): Handlers<TenantRoutes> {
  return {
    async tenants({ principal }) {
      const { tenants } = sessionBody(principal, await tenantNames(context));
      // Those configured first, in the order of the configuration: the first is where who signs in begins.
      const configured = Object.keys(context.config.tenants);
      const sorted = [...tenants].sort((a, b) => placeIn(configured, a.tenant) - placeIn(configured, b.tenant));
      return { items: sorted.map(({ tenant, role }) => tenantBody(context, tenant, role)) };
    },
    async createTenant({ body: { id }, principal }) {
      if ((await tenantNames(context)).includes(id))
        throw new VedetteError('USAGE', `there is a tenant ${id} already`, { hint: 'Choose another name.' });
      await context.home.tenant(id);
      context.signIn.forget();
      await audit(context, principal, 'tenant created', id);
      return tenantBody(context, id, 'admin');
    },
    async removeTenant({ params: { tenant }, principal }) {
      if (tenantConfig(context, tenant) !== undefined)
        await context.configuration.change(() => [{ path: ['tenants', tenant], value: undefined }]);
      await Promise.all([context.sampler.forget(tenant), context.jobs.forget(tenant), context.uploads.forget(tenant)]);
      await revokeAccess(context, tenant);
      await context.home.removeTenant(tenant);
      await audit(context, principal, 'tenant removed', tenant);
      return { status: 'ok' };
    },
  };
}

/** Place in a list; after its end where it is not in it. */
function placeIn(list: readonly string[], one: string): number {
  const at = list.indexOf(one);
  return at < 0 ? list.length : at;
}

/** Who could see a removed tenant does not see another one of its name. */
async function revokeAccess({ home, signIn }: ServerContext, tenant: string): Promise<void> {
  const { accounts, credentials } = home.users;
  for (const { id } of await credentials.tokens(tenant)) await credentials.revokeToken(tenant, id);
  for (const { id, memberships } of await accounts.list()) {
    const others = memberships.filter((one) => one.tenant !== tenant);
    if (others.length < memberships.length) await accounts.change(id, { memberships: others });
  }
  signIn.forget();
}

type TenantBody = Answer<'tenants'>['items'][number];

function tenantBody(context: ServerContext, tenant: string, role: TenantBody['role']): TenantBody {
  const own = tenantConfig(context, tenant);
  const sources = own?.sources ?? [];
  const demo = sources.length > 0 && sources.every(({ type }) => type === 'demo');
  return { id: tenant, role, running: own !== undefined, demo, state: own === undefined ? 'idle' : context.sampler.state(tenant) };
}
