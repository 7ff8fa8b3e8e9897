import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { featuresOf, UseCases } from './detector.ts';

export { config as useCasesConfig, type UseCasesConfig } from './config.ts';
export { USE_CASES } from './definitions/index.ts';
export { UseCases } from './detector.ts';
export { FEATURES } from './features.ts';
export type { UseCase } from './use-case.ts';

export default define({
  name: 'use-cases',
  summary: 'denial of service, data loss, scans, brute force and lateral movement in windows of flows, names, readings and signatures',
  config,
  create: (options, context) => new UseCases(options, featuresOf(context.features), context),
});
