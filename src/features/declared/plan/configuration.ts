import { z } from 'zod';
import { featureDeclaration } from './declaration.ts';
import { planFeature } from './plan.ts';

const name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/, 'a name has 1 to 64 of a-z A-Z 0-9 _ -, starting with a letter');

/** Stands for the networks of HOME_NET while a configuration is checked: expressions have types whatever these are. */
const SOME_NETWORK = ['10.0.0.0/8'];

/** Declared features by name, planned for every engine they name. A problem's `params.offset` is the position within its text. */
export const declaredFeatures = z
  .record(name, featureDeclaration)
  .superRefine((value, context) => {
    for (const [feature, declaration] of Object.entries(value)) {
      const planned = planFeature(feature, declaration, SOME_NETWORK);
      if ('plan' in planned) continue;
      for (const { path, at, message } of planned.problems) {
        context.addIssue({ code: 'custom', path: [feature, ...path], message, params: { offset: at } });
      }
    }
  })
  .describe('declared features by name, for use cases of your own');
