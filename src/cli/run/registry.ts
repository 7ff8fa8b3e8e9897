import { join } from 'node:path';
import { type ModelRegistry, openRegistry } from '../../registry/index.ts';
import { checkTenantId, diskBytes } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { programVersion } from '../version.ts';

/** A tenant's models. They are files of their own, so no command needs to own the home for them. */
export function tenantRegistry(options: Pick<CommonOptions, 'home' | 'tenant'>): ModelRegistry {
  const folder = join(options.home, 'tenants', checkTenantId(options.tenant));
  return openRegistry(diskBytes(folder), { now: () => Date.now() * 1000, program: programVersion() });
}
