import { expect, it } from 'vitest';
import { checkConfig } from '../config/index.ts';
import type { LogBatch, Template } from '../core/index.ts';
import { backtest } from './backtest.ts';
import { pipelineSchema } from './catalogue.ts';

async function* nothing(): AsyncGenerator<{ batch: LogBatch; templates: readonly Template[] }> {}

it('refuses what stored lines cannot tell, and a source without lines, instead of raising nothing', { timeout: 60_000 }, async () => {
  const { config } = checkConfig({ tenants: { t: { sources: [{ type: 'stdin', name: 'in' }] } } }, await pipelineSchema());
  const source = config.tenants.t?.sources[0];
  if (source === undefined) throw new Error('no source');
  const of = (type: string) => backtest({ tenant: 't', source, detector: { type }, promise: 0.01, seed: 1, lines: nothing() });
  await expect(of('flow-novelty')).rejects.toMatchObject({ code: 'USAGE' });
  await expect(of('flow-alarm')).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
  await expect(of('novelty')).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
});
