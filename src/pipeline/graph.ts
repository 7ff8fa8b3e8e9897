import type { Config, DetectorConfig, SourceConfig, TenantConfig } from '../config/index.ts';
import { LANES, type LaneKind, laneKind, type RecordKind } from './lane/lanes.ts';
import { declarationOf, MEASURED_BY, measurable, measuresOf } from './lane/measures.ts';
import { portProblems } from './ports.ts';

/** Detectors of flows one by one: they work with a model that was trained before. */
const FLOW_ROWS = 'rows';

/** One step of a tenant's pipeline. */
export interface GraphNode {
  readonly id: string;
  readonly kind: 'source' | 'segment-log' | 'parser' | 'pseudonymise' | 'features' | 'detector' | 'alerts' | 'store' | 'sink';
  /** Nodes this one takes from. */
  readonly from: readonly string[];
}

/** What the components say of themselves. */
export interface ComponentFacts {
  /** Whether what the source gives can be read again. */
  readonly replayable: (source: SourceConfig) => boolean;
  /** Why a source cannot work as it is configured though its options fit their schema; undefined where it can. */
  readonly problemOf: (source: SourceConfig) => string | undefined;
  /** Kinds of records a type of source can give, the usual one first. */
  readonly records: (source: string) => readonly string[];
  /** What a detector works on: a shape of features, kinds of events. */
  readonly worksOn: (detector: string) => readonly string[];
  /** A detector with the defaults of all its options. */
  readonly withDefaults: (detector: string) => DetectorConfig;
}

/** The lane of a source, by the kind of its records. */
export function laneKindOf(source: SourceConfig, { records }: Pick<ComponentFacts, 'records'>): LaneKind {
  return laneKind(source.records ?? records(source.type)[0] ?? 'lines') ?? LANES.lines;
}

/** Its own detectors, else those of the tenant that work on its records, else what the lane uses by itself. */
export function detectorsOf(source: SourceConfig, tenant: TenantConfig, facts: ComponentFacts): TenantConfig['detectors'] {
  const lane = laneKindOf(source, facts);
  if (source.detectors !== undefined) return source.detectors;
  const fits = ({ type, model }: DetectorConfig) =>
    lane.unsuited?.has(type) !== true &&
    facts.worksOn(type).some((what) => lane.serves.has(what) && (what !== FLOW_ROWS || model !== undefined));
  const fitting = tenant.detectors.filter(fits);
  const own = fitting.length > 0 ? fitting : lane.detectors.map(facts.withDefaults);
  const signatures = tenant.signatures.filter(fits);
  return [...own.filter(({ type }) => !signatures.some((rule) => rule.type === type)), ...signatures];
}

/** What the configuration asks for, as a graph in the order data flows. */
export function graphOf(config: Config, tenant: string, facts: ComponentFacts): readonly GraphNode[] {
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
    if (!facts.replayable(source)) last = add('segment-log', at('segments'), last);
    last = add('parser', at('parser'), last);
    if (own.pseudonymise !== undefined && laneKindOf(source, facts).pseudonymises) last = add('pseudonymise', at('pseudonymise'), last);
    if (source.storage === 'everything') kept.push(last);
    const features = add('features', at('features'), last);
    const { measures } = measuresOf(source);
    for (const { type } of detectorsOf(source, own, facts))
      if (type !== MEASURED_BY || measures.length === 0) found.push(add('detector', at(type), features));
    for (const name of measures) found.push(add('detector', at(`${MEASURED_BY}.${name}`), features));
  }
  const alerts = add('alerts', 'alerts', ...found);
  const store = add('store', 'store', alerts, ...kept);
  for (const sink of own.sinks) add('sink', `sink/${sink.name}`, store);
  return nodes;
}

/** Things in a configuration that fit the schema and still cannot work, or lose something; one sentence each. */
export function checkGraph(config: Config, facts: ComponentFacts): readonly string[] {
  const problems: string[] = [];
  problems.push(...portProblems(config));
  const reading = Object.entries(config.tenants).flatMap(([tenant, { sources }]) =>
    sources.flatMap(({ type, name }) => (type === 'stdin' ? [`${tenant}/${name}`] : [])),
  );
  if (reading.length > 1) problems.push(`tenants: standard input can be read by one source, not by ${reading.join(' and ')}`);
  for (const [tenant, own] of Object.entries(config.tenants)) {
    for (const [index, source] of own.sources.entries()) {
      const at = `tenants.${tenant}.sources[${index}]`;
      const possible = facts.records(source.type);
      const kind = source.records ?? possible[0] ?? 'lines';
      if (laneKind(kind) === undefined) problems.push(`${at}.records: no lane takes ${kind}`);
      else if (!possible.includes(kind))
        problems.push(`${at}.records: a ${source.type} source gives ${possible.join(' or ')}, not ${kind}`);
      const unusable = facts.problemOf(source);
      if (unusable !== undefined) {
        problems.push(`${at} (${source.name}): ${unusable}`);
        continue;
      }
      const lane = laneKindOf(source, facts);
      const { measures } = measuresOf(source);
      for (const name of measures) {
        const from = declarationOf(name, own)?.from;
        if (from === undefined)
          problems.push(`${at}.features.series.measures: there is no feature ${name}; known are ${measurable(own).join(', ')}`);
        else if (!lane.serves.has(from))
          problems.push(
            `${at}.features.series.measures: ${name} is made from ${from} events, which ${kind} are not made into${insteadOf(source, kind, possible, [from])}`,
          );
      }
      for (const { type, model } of source.detectors ?? []) {
        const works = facts.worksOn(type);
        const isMeasured = type === MEASURED_BY && measures.length > 0;
        if (!isMeasured && !works.some((what) => lane.serves.has(what)))
          problems.push(
            `${at}: the detector ${type} works on ${works.join(', ')}, which ${kind} are not made into${insteadOf(source, kind, possible, works)}`,
          );
        else if (works.includes(FLOW_ROWS) && model === undefined)
          problems.push(`${at}: the detector ${type} scores flows with a model trained before; name it with model: NAME`);
      }
      if (own.pseudonymise !== undefined && !lane.pseudonymises)
        problems.push(`${at}: pseudonymise has no effect on ${kind}; put this source into a tenant without it`);
      if (source.storage === 'findings-only' && !facts.replayable(source)) {
        problems.push(`${at}: with findings-only nothing is left to read evidence from, because ${source.type} cannot be read again`);
      }
    }
  }
  return problems;
}

/** What a source may hold. */
const HOLDS: Readonly<Record<RecordKind, string>> = {
  sensor: 'the log of a sensor (Suricata EVE, Zeek)',
  'flow-exports': 'NetFlow, IPFIX or sFlow',
  readings: 'readings',
  packets: 'packets',
  lines: 'lines of a log',
};

/** The line that is missing where a source could give other records, which are made into what is wanted. */
function insteadOf({ name, records }: SourceConfig, kind: string, possible: readonly string[], wanted: readonly string[]): string {
  const others = possible.filter((other) => other !== kind && wanted.some((what) => laneKind(other)?.serves.has(what)));
  if (others.length === 0) return '';
  const why = records === undefined ? `${name} does not say what it holds, which counts as ${kind}` : `${name} says records: ${kind}`;
  return `. ${why}; ${others.map((other) => `if it is ${HOLDS[other as RecordKind] ?? other}, write \`records: ${other}\``).join(', ')} in that source`;
}

/** Which tenants each worker runs: spread evenly, in order of name, no worker without one. */
export function planWorkers(config: Config): readonly (readonly string[])[] {
  const tenants = Object.keys(config.tenants).sort();
  const count = Math.min(config.limits.workers, tenants.length);
  return Array.from({ length: count }, (_, worker) => tenants.filter((_tenant, index) => index % count === worker));
}
