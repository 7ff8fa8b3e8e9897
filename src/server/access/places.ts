import type { z } from 'zod';
import type { TenantConfig } from '../../config/index.ts';
import { placesOf, VedetteError } from '../../core/index.ts';
import type { Principal } from './principal.ts';

type Options = Readonly<Record<string, unknown>>;

/**
 * Whether options name a place on this machine. FORBIDDEN where the tenant's configuration does not name it for a component of that
 * type and the caller is not the home's administrator, signed in: what such a place holds, or that it exists, is none of a tenant's business.
 */
export function checkPlaces(
  principal: Principal,
  tenant: TenantConfig | undefined,
  { type, config, options }: { readonly type: string; readonly config: z.ZodType; readonly options: Options },
): boolean {
  const given = placesOf(config).filter((name) => options[name] !== undefined);
  if (given.length === 0) return false;
  if (principal.administrator && principal.by !== 'token') return true;
  const configured = configuredOf(tenant, type);
  const foreign = given.find((name) => !configured.some((own) => own[name] === options[name]));
  if (foreign === undefined) return true;
  throw new VedetteError('FORBIDDEN', `${type}: ${foreign} may only name a place that the configuration of this tenant names`, {
    hint: `Leave ${foreign} out, or ask an administrator of this server to configure it.`,
  });
}

function configuredOf(tenant: TenantConfig | undefined, type: string): readonly Options[] {
  if (tenant === undefined) return [];
  const own = tenant.sources.flatMap(({ detectors = [] }) => detectors);
  return [...own, ...tenant.detectors, ...tenant.signatures].filter((one) => one.type === type);
}
