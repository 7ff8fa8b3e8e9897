import { type ComponentContext, silentLogger } from '../core/index.ts';

/** A component's context with a still clock and fixed randomness. */
export function testContext(name: string): ComponentContext {
  return { name, log: silentLogger, now: () => 1_700_000_000_000_000, random: () => 0.5 };
}
