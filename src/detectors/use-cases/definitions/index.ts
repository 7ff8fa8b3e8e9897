import type { UseCase } from '../use-case.ts';
import { DATA_LOSS } from './data-loss.ts';
import { DENIAL_OF_SERVICE } from './denial-of-service.ts';
import { ACCOUNTS, LATERAL_MOVEMENT, SCANS } from './scans.ts';

/** Every shipped use case over windows of declared features. */
export const USE_CASES: readonly UseCase[] = [...DENIAL_OF_SERVICE, ...DATA_LOSS, ...SCANS, ...ACCOUNTS, ...LATERAL_MOVEMENT];
