import { describe, expect, it } from 'vitest';
import { builtInConfig, type Config, checkConfig } from '../config/index.ts';
import { planWorkers } from './graph.ts';
import { type ComponentFacts, checkGraph, graphOf, pipelineSchema } from './index.ts';
import { LANES } from './lane/lanes.ts';

const facts: ComponentFacts = {
  replayable: ({ type }) => type === 'file',
  problemOf: () => undefined,
  records: () => ['lines'],
  withDefaults: (type) => ({ type }),
  worksOn: (detector) => (detector === 'pca' ? ['rows'] : ['sequences']),
};
const file = (name: string, more: Record<string, unknown> = {}) => ({ type: 'file', name, path: `/var/log/${name}`, ...more });
const load = async (value: unknown) => checkConfig(value, await pipelineSchema()).config;

describe('graph of a configuration', () => {
  it('leads from sources to sinks; every node takes from nodes before it', async () => {
    const config = await load({
      tenants: {
        t: {
          sources: [file('a'), { type: 'http', name: 'in' }],
          sinks: [{ type: 'file', name: 'out', path: '/tmp/alerts' }],
          pseudonymise: { key: 'a key that is long enough' },
        },
      },
    });
    const nodes = graphOf(config, 't', facts);
    const seen = new Set<string>();
    for (const node of nodes) {
      for (const from of node.from) expect(seen.has(from), `${node.id} takes from ${from}`).toBe(true);
      expect(seen.has(node.id)).toBe(false);
      seen.add(node.id);
    }
    expect(nodes.filter(({ kind }) => kind === 'segment-log').map(({ id }) => id)).toEqual(['in/segments']);
    expect(nodes.filter(({ kind }) => kind === 'pseudonymise')).toHaveLength(2);
    expect(nodes.at(-1)).toMatchObject({ kind: 'sink', from: ['store'] });
  });

  it('says what cannot work though it fits the schema', async () => {
    const pca = { detectors: [{ type: 'pca' }] };
    const config = await load({ tenants: { t: { sources: [{ type: 'http', name: 'in', storage: 'findings-only' }, file('a', pca)] } } });
    const problems = checkGraph(config, facts);
    expect(problems).toHaveLength(2);
    expect(problems.some((problem) => problem.includes('cannot be read again'))).toBe(true);
    expect(problems.some((problem) => problem.includes('works on rows'))).toBe(true);
    expect(checkGraph(config, { ...facts, records: () => ['other'] })[0]).toBe('tenants.t.sources[0].records: no lane takes other');
  });

  it('gives a source those detectors of its tenant that work on its records, else what its lane uses by itself', async () => {
    const mixed = await load({ tenants: { t: { sources: [file('a')], detectors: [{ type: 'pca' }, { type: 'sequence' }] } } });
    const detectors = (config: Config) => graphOf(config, 't', facts).flatMap(({ kind, id }) => (kind === 'detector' ? [id] : []));
    expect(detectors(mixed)).toEqual(['a/sequence']);
    const unfit = await load({ tenants: { t: { sources: [file('a')], detectors: [{ type: 'pca' }] } } });
    expect(detectors(unfit)).toEqual(LANES.lines.detectors.map((type) => `a/${type}`));
  });

  it('accepts the built-in configuration, whatever the host lets be read', async () => {
    expect(Object.keys((await load(builtInConfig(() => false))).tenants)).toEqual(['default']);
    const all = (await load(builtInConfig(() => true))).tenants.default;
    expect(all?.sources.map(({ name }) => name)).toContain('auth');
    expect(all?.sources.at(-1)).toMatchObject({ type: 'http', host: '127.0.0.1' });
  });

  it('spreads tenants over workers, each once', async () => {
    const tenants = Object.fromEntries(['e', 'b', 'd', 'a', 'c'].map((name) => [name, { sources: [file('x')] }]));
    for (const workers of [1, 2, 4, 64]) {
      const plan = planWorkers(await load({ limits: { workers }, tenants }));
      expect(plan.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(plan.every((names) => names.length > 0)).toBe(true);
    }
  });
});
