import type { Config } from '../config/index.ts';
import type { FeatureShape } from '../core/index.ts';

/** One step of a tenant's pipeline. */
export interface GraphNode {
  readonly id: string;
  readonly kind: 'source' | 'segment-log' | 'parser' | 'pseudonymise' | 'features' | 'detector' | 'alerts' | 'store' | 'sink';
  /** Nodes this one takes from. */
  readonly from: readonly string[];
}

/** What the configuration asks for, as a graph in the order data flows; `replayable` says which source types can be read again. */
export function graphOf(config: Config, tenant: string, replayable: (type: string) => boolean): readonly GraphNode[] {
  const own = config.tenants[tenant];
  if (own === undefined) return [];
  const nodes: GraphNode[] = [];
  const add = (kind: GraphNode['kind'], id: string, ...from: string[]): string => {
    nodes.push({ id, kind, from });
    return id;
  };
  const found: string[] = [];
  const kept: string[] = [];
  for (const source of own.sources) {
    const at = (part: string) => `${source.name}/${part}`;
    let last = add('source', source.name);
    if (!replayable(source.type)) last = add('segment-log', at('segments'), last);
    last = add('parser', at('parser'), last);
    if (own.pseudonymise !== undefined) last = add('pseudonymise', at('pseudonymise'), last);
    if (source.storage === 'everything') kept.push(last);
    const features = add('features', at('features'), last);
    for (const { type } of source.detectors ?? own.detectors) found.push(add('detector', at(type), features));
  }
  const alerts = add('alerts', 'alerts', ...found);
  const store = add('store', 'store', alerts, ...kept);
  for (const sink of own.sinks) add('sink', `sink/${sink.name}`, store);
  return nodes;
}

/** Shapes of feature batches that a source's lines are made into. */
export const SERVED_SHAPES: readonly FeatureShape[] = ['sequences', 'observations', 'series'];

/** Things in a configuration that fit the schema and still cannot work, or lose something; one sentence each. */
export function checkGraph(
  config: Config,
  shapeOf: (detector: string) => FeatureShape | undefined,
  replayable: (type: string) => boolean,
): readonly string[] {
  const problems: string[] = [];
  const listening = new Map<string, string>([[config.listen, 'the control API']]);
  for (const [tenant, own] of Object.entries(config.tenants)) {
    for (const [index, source] of own.sources.entries()) {
      const at = `tenants.${tenant}.sources[${index}]`;
      for (const { type } of source.detectors ?? own.detectors) {
        const shape = shapeOf(type);
        if (shape !== undefined && !SERVED_SHAPES.includes(shape))
          problems.push(`${at}: the detector ${type} works on ${shape}, which logs are not made into here`);
      }
      if (source.storage === 'findings-only' && !replayable(source.type)) {
        problems.push(`${at}: with findings-only nothing is left to read evidence from, because ${source.type} cannot be read again`);
      }
      if (typeof source.listen !== 'string') continue;
      const other = listening.get(source.listen);
      if (other !== undefined) problems.push(`${at}.listen: ${source.listen} is already the address of ${other}`);
      listening.set(source.listen, `${tenant}/${source.name}`);
    }
  }
  return problems;
}

/** Which tenants each worker runs: spread evenly, in order of name, no worker without one. */
export function planWorkers(config: Config): readonly (readonly string[])[] {
  const tenants = Object.keys(config.tenants).sort();
  const count = Math.min(config.limits.workers, tenants.length);
  return Array.from({ length: count }, (_, worker) => tenants.filter((_tenant, index) => index % count === worker));
}
