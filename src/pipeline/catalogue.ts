import { z } from 'zod';
import { type Catalogue, type ComponentConfig, type Config, type ConfigSchema, configSchema, type TenantConfig } from '../config/index.ts';
import {
  acceptedText,
  type ComponentContext,
  type Definition,
  type Detector,
  durationMicros,
  type Registry,
  type RuleDetector,
  type Sink,
  type Source,
  silentLogger,
  VedetteError,
} from '../core/index.ts';
import { detectors, rules } from '../detectors/index.ts';
import { declaredFeatures, featureRunner, flowScoring, pairConfig, seriesConfig, sessionConfig, windowConfig } from '../features/index.ts';
import { compileMask, formatNamed, METRIC_FORMATS, PERSONAL_KINDS, zoneOf } from '../parsers/index.ts';
import { SINKS } from '../sinks/index.ts';
import { sources } from '../sources/index.ts';
import type { ComponentFacts } from './graph.ts';
import { LANES, recordKinds } from './lane/lanes.ts';

/** A pattern as `compileMask` takes it. */
const safePattern = acceptedText(compileMask);
const knownFormat = acceptedText((name) => METRIC_FORMATS.includes(name) || formatNamed(name));
const knownZone = acceptedText(zoneOf);

/** Options of the log parser that a configuration may set; defaults come from the recognised format. */
const parser = z.strictObject({
  format: knownFormat.optional().describe('name of the log format; recognised from the first lines when absent'),
  mixed: z
    .boolean()
    .optional()
    .describe(
      'read lines that the format does not fit by others, and those that fit none as plain lines; absent = where the format is recognised. Otherwise they are put aside',
    ),
  timezone: knownZone.optional().describe('zone of times that name none, such as Europe/Berlin or +02:00; absent = UTC'),
  joinLines: z.boolean().optional().describe('join stack traces and the like to the line before; absent = as the format says'),
  maxRecordBytes: z.number().int().min(256).optional().describe('longer records are put aside; absent = 1 MiB'),
  drain: z
    .strictObject({
      similarity: z.number().min(0).max(1).optional().describe('share of equal words from which a line joins a template'),
      depth: z.number().int().min(3).max(16).optional().describe('levels of the template tree'),
      maxTemplates: z.number().int().min(1).optional().describe('templates kept; the least recently used go first'),
      masks: z.array(safePattern).optional().describe('further patterns of variable parts'),
    })
    .optional()
    .describe('template mining'),
});

const pseudonyms = z.strictObject({
  kinds: z
    .array(z.enum(PERSONAL_KINDS))
    .default(['emails', 'addresses', 'users'])
    .describe(
      'what is replaced wherever it is found in a record: e-mail addresses; IP and MAC addresses; user names in the places where logs name them; host names in headers, under their keys and with a domain; ids (UUIDs, long hexadecimal numbers, Windows SIDs, numbers under keys such as uid and session_id)',
    ),
  namesFile: z
    .string()
    .min(1)
    .optional()
    .describe('file with one name a line, each replaced as a user name wherever it stands as a whole word'),
  values: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z][a-z0-9]{0,30}$/, 'it must be 1 to 31 of a-z 0-9, starting with a letter')
          .describe('what its pseudonyms begin with'),
        after: z.string().min(1).optional().describe('text directly before the value; absent = wherever a word begins'),
        value: safePattern.describe('what is replaced: characters, classes such as [A-Z] or \\d, and quantifiers'),
      }),
    )
    .default([])
    .describe('values of your own'),
  parameters: z
    .boolean()
    .default(true)
    .describe('also replace, in messages, whatever differs between lines of a kind; further fields are then dropped'),
});

/** Of the flows that packets are metered into; microseconds. */
const flow = z
  .strictObject({
    maxFlows: z.number().int().min(64).default(65_536).describe('open flows (about 0.9 KB each); the one unseen longest ends first'),
    flowTimeout: durationMicros().prefault('120s').describe('a flow is cut when a packet comes this long after its first'),
    activityTimeout: durationMicros().prefault('5s').describe('a gap longer than this is idle time'),
    idleTimeout: durationMicros().prefault('120s').describe('a flow unseen this long ends'),
  })
  .prefault({})
  .describe('flows of packets');

const features = z.strictObject({
  mode: z.enum(['session', 'window']).optional().describe('absent = sessions where an identifier is found, windows otherwise'),
  session: sessionConfig.prefault({}),
  window: windowConfig.prefault({}),
  flow,
  flows: flowScoring.prefault({}),
  pairs: pairConfig.prefault({}),
  series: seriesConfig.prefault({}),
});

/** Keys of a configured source that are the pipeline's, not the component's. */
/** Options of a detector that are the pipeline's. */
export const DETECTOR_KEYS = ['promisedRate', 'model'];
export const SOURCE_KEYS = ['name', 'records', 'parser', 'features', 'detectors', 'eventTime', 'learning', 'storage'];

type Definitions<Component> = ReadonlyMap<string, Definition<z.ZodType, Component>>;

/** Every component that a configuration may name, loaded. */
export interface Components {
  readonly sources: Definitions<Source>;
  readonly sinks: Definitions<Sink>;
  readonly detectors: Definitions<Detector | RuleDetector>;
}

async function loadAll<Component>(registry: Registry<Component>, wanted?: ReadonlySet<string>): Promise<Definitions<Component>> {
  const entries = Object.entries(registry).filter(([name]) => wanted === undefined || wanted.has(name));
  return new Map(await Promise.all(entries.map(async ([name, load]) => [name, (await load()).default] as const)));
}

/** Loads the definitions of all components: for `config check`, help and reference pages. With `config` only those it names. */
export async function loadComponents(config?: Config): Promise<Components> {
  const tenants = config === undefined ? undefined : Object.values(config.tenants);
  const types = (of: (tenant: TenantConfig) => readonly ComponentConfig[]) =>
    tenants === undefined ? undefined : new Set(tenants.flatMap((tenant) => of(tenant).map(({ type }) => type)));
  const ofLanes = Object.values(LANES).flatMap((lane) => lane.detectors);
  const named = types((tenant) => [
    ...tenant.detectors,
    ...tenant.signatures,
    ...tenant.sources.flatMap((source) => source.detectors ?? []),
  ]);
  const wantedDetectors = named && new Set([...named, ...ofLanes]);
  const [loadedSources, loadedSinks, loadedDetectors] = await Promise.all([
    loadAll(
      sources,
      types((tenant) => tenant.sources),
    ),
    loadAll(
      SINKS,
      types((tenant) => tenant.sinks),
    ),
    loadAll<Detector | RuleDetector>({ ...detectors, ...rules }, wantedDetectors),
  ]);
  return { sources: loadedSources, sinks: loadedSinks, detectors: loadedDetectors };
}

export function catalogueOf(components: Components): Catalogue {
  return {
    sources: [...components.sources.values()],
    sinks: [...components.sinks.values()],
    detectors: [...components.detectors.values()],
    records: recordKinds,
    parser,
    features,
    pseudonyms,
    declared: declaredFeatures,
  };
}

/** What the components of a build say of themselves. */
export function factsOf({ sources, detectors }: Components): ComponentFacts {
  const context = { name: 'check', log: silentLogger, now: () => 0, random: () => 0, features: featureRunner };
  const works = new Map<string, readonly string[]>();
  return {
    problemOf(source) {
      try {
        instantiate('source', sources, source, SOURCE_KEYS, { ...context, name: source.name });
        return undefined;
      } catch (error) {
        if (!(error instanceof VedetteError)) throw error;
        return [error.message.replace(`source ${source.name}: `, ''), error.hint].filter(Boolean).join('; ');
      }
    },
    replayable: (source) => instantiate('source', sources, source, SOURCE_KEYS, context).replayable,
    records: (source) => sources.get(source)?.records ?? ['lines'],
    withDefaults: (type) => ({ type, ...(detectors.get(type)?.config.parse({}) as object | undefined) }),
    worksOn(type) {
      const definition = detectors.get(type);
      const known = works.get(type);
      if (definition === undefined || known !== undefined) return known ?? [];
      const detector = definition.create(definition.config.parse({}), context);
      const what = 'reads' in detector ? detector.reads : [detector.shape];
      works.set(type, what);
      return what;
    },
  };
}

/** Detectors whose options fit their schema and still cannot work: use cases of features that are not there. One sentence each. */
export async function checkDetectors(config: Config): Promise<readonly string[]> {
  const { detectors: definitions } = await loadComponents(config);
  const problems: string[] = [];
  for (const [tenant, own] of Object.entries(config.tenants)) {
    const context = { name: 'check', log: silentLogger, now: () => 0, random: () => 0, features: featureRunner, declared: own.features };
    const lists = [
      ['detectors', own.detectors] as const,
      ...own.sources.map((source, i) => [`sources[${i}].detectors`, source.detectors ?? []] as const),
    ];
    for (const [where, list] of lists) {
      for (const [i, configured] of list.entries()) {
        try {
          instantiate('detector', definitions, configured, DETECTOR_KEYS, context);
        } catch (error) {
          if (!(error instanceof VedetteError)) throw error;
          problems.push(`tenants.${tenant}.${where}[${i}]: ${error.message}. ${error.hint ?? ''}`.trim());
        }
      }
    }
  }
  return problems;
}

/** The schema of `vedette.yaml` with every component of this build. */
export async function pipelineSchema(): Promise<ConfigSchema> {
  return configSchema(catalogueOf(await loadComponents()));
}

/** Makes a component from its configured options; `shared` are the keys that are not its own. */
export function instantiate<Component>(
  kind: string,
  definitions: Definitions<Component>,
  configured: { readonly type: string; readonly [option: string]: unknown },
  shared: readonly string[],
  context: ComponentContext,
): Component {
  const definition = definitions.get(configured.type);
  if (definition === undefined) {
    throw new VedetteError('CONFIG_INVALID', `there is no ${kind} "${configured.type}"`, {
      hint: `Known: ${[...definitions.keys()].join(', ')}.`,
    });
  }
  const own = Object.entries(configured).filter(([key]) => key !== 'type' && !shared.includes(key));
  // What a lane uses by itself comes without options: those have their defaults.
  return definition.create(own.length === 0 ? definition.config.parse({}) : Object.fromEntries(own), context);
}
