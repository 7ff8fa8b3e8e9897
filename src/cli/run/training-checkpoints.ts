import { join } from 'node:path';
import { checkTenantId } from '../../store/index.ts';
import { FolderCheckpoints } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';

/** Checkpoints of a model that `vedette train` trains; interrupted, it goes on from them when it is called again. */
export class TrainingFolder extends FolderCheckpoints {
  constructor({ home, tenant }: Pick<CommonOptions, 'home' | 'tenant'>, model: string) {
    super(join(home, 'tenants', checkTenantId(tenant), 'training', encodeURIComponent(model)));
  }
}
