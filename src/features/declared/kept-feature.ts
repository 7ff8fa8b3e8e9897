import { z } from 'zod';

/** A declared feature as the manifest of a model keeps it (`features.windows`): what the model scores is computed by the same. */
export const keptFeatureSchema = z.object({
  name: z.string(),
  declaration: z.record(z.string(), z.unknown()),
  /** What HOME_NET stood for. */
  homeNetworks: z.array(z.string()),
});

export type KeptFeature = z.output<typeof keptFeatureSchema>;
