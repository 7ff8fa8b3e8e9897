import { expect, it } from 'vitest';
import { checkConfig } from '../config/index.ts';
import type { LogBatch, Template } from '../core/index.ts';
import { createLogParser } from '../parsers/index.ts';
import { backtest } from './backtest.ts';
import { backtestReads } from './backtest-rules.ts';
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
  await expect(of('sigma')).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
});

it('replays rules over stored lines, and says which cannot be', { timeout: 60_000 }, async () => {
  const { config } = checkConfig({ tenants: { t: { sources: [{ type: 'stdin', name: 'in' }] } } }, await pipelineSchema());
  const source = config.tenants.t?.sources[0];
  if (source === undefined) throw new Error('no source');
  const guesses = Array.from(
    { length: 60 },
    (_, i) => `Jan  5 10:00:${String(i).padStart(2, '0')} gate sshd[${i}]: Failed password for root from 203.0.113.7 port ${4000 + i} ssh2`,
  );
  const signIn = 'Jan  5 10:01:10 gate sshd[99]: Accepted password for root from 203.0.113.7 port 5000 ssh2';
  const lines = async function* () {
    const parser = createLogParser({ format: 'syslog' });
    const bytes = new TextEncoder().encode(`${[...guesses, signIn].join('\n')}\n`);
    const arrival = Date.UTC(2026, 0, 5, 12) * 1000;
    const batch = parser.parse({ input: 'auth.log', generation: '', offset: 0, line: 1, bytes, arrival, last: true }, 'in', () => {});
    yield { batch, templates: parser.templates };
  };
  const found = await backtest({ tenant: 't', source, detector: { type: 'sigma' }, promise: 0.01, seed: 1, lines: lines() });
  expect(found.lines).toBe(61);
  expect(found.raised.map(({ title }) => title).join('; ')).toMatch(/sign-in|guess|brute/i);
  expect(found.raised[0]).toMatchObject({ entity: '203.0.113.7' });
  expect(await backtestReads('sigma', {})).toBe('log');
  expect(await backtestReads('use-cases', {})).toBe('flow');
  await expect(backtestReads('packet-windows', {})).rejects.toMatchObject({ code: 'USAGE' });
});
