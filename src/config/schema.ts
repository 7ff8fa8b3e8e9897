import { z } from 'zod';
import { durationMicros, type FeatureText, VedetteError } from '../core/index.ts';
import type { Catalogue, ComponentSchema } from './catalogue.ts';
import { type OidcConfig, oidc } from './oidc.ts';
import { address, byteSize, rate, secret } from './values.ts';

const NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const TENANT = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const name = () => z.string().regex(NAME, 'it must be 1 to 64 of a-z 0-9 . _ -, starting with a letter or digit');

/** Limits that keep the host's own work undisturbed. */
const limits = z
  .strictObject({
    cpuShare: z.number().positive().max(1).default(1).describe('most of one CPU that ingest and detection take, averaged over a second'),
    memory: byteSize().prefault('1GiB').describe('bytes that queues, windows and the event store hold at most'),
    readRate: byteSize().prefault(0).describe('bytes a second read from each source; 0 = no limit'),
    queueBytes: byteSize().prefault('16MiB').describe('bytes read ahead per source before the source has to wait'),
    workers: z.number().int().min(1).max(64).default(1).describe('pipeline worker threads; tenants are spread over them'),
  })
  .describe('resource limits');

const eventTime = z
  .strictObject({
    maxSkew: durationMicros(false)
      .prefault('10m')
      .describe('records dated later than their arrival plus this are put aside and counted; those less ahead are judged by their arrival'),
    lateness: durationMicros(false)
      .prefault('5m')
      .describe(
        'how far behind event time a record may be before it is late: then signatures judge it, and windows once the offset of its sender is known',
      ),
    disorder: durationMicros(false).prefault('2s').describe('how far out of order records of one input usually are'),
    idle: durationMicros(false).prefault('30s').describe('a silent input holds no window open longer than this'),
    confirm: z.number().int().min(1).max(1000).default(8).describe('consecutive records a leap in time needs before it is believed'),
  })
  .describe('event time and watermarks');

const learning = z
  .strictObject({
    lines: z.number().int().min(1).max(50_000).default(5_000).describe('lines looked at to find what groups lines into sessions'),
    sessions: z
      .number()
      .int()
      .min(10)
      .default(1_000)
      .describe('closed sessions or windows a detector first learns from; a promise of 0.1 % needs 1,000'),
    maxSessions: z.number().int().min(10).default(20_000).describe('most sessions kept for learning'),
    every: durationMicros(false).prefault('1d').describe('event time between two updates of what is normal'),
  })
  .describe('when detectors learn');

const epochs = z
  .strictObject({
    every: durationMicros(false).prefault('2s').describe('longest time between two commits'),
    bytes: byteSize().prefault('64MiB').describe('bytes read between two commits at most'),
    keep: z.number().int().min(1).max(1000).default(3).describe('committed states kept besides those that alerts need'),
  })
  .describe('commits of positions, state and alerts together');

const retention = z
  .strictObject({
    maxAge: durationMicros(false).prefault('30d').describe('events older than this are removed'),
    maxBytes: byteSize().prefault('20GiB').describe('oldest events go first above this'),
    seriesBytes: byteSize().prefault('1GiB').describe('stored points of series; oldest go first above this'),
    alertAge: durationMicros(false).prefault('365d').describe('alerts last seen, and found, longer ago are removed'),
    uploadAge: durationMicros(false).prefault('90d').describe('uploaded files, their records and series are removed after this'),
  })
  .describe('how long things are kept');

/** What is replaced, and the key that it is replaced under. */
function pseudonymise({ pseudonyms }: Catalogue) {
  return pseudonyms
    .safeExtend({
      key: secret().optional().describe('key of the hash; better taken from an environment variable'),
      keyFile: z.string().min(1).optional().describe('file that holds the key'),
    })
    .refine((value) => (value.key === undefined) !== (value.keyFile === undefined), 'exactly one of key and keyFile is needed')
    .describe('replaces personal data in log records by a keyed hash that tells its kind, before anything is stored or looked at');
}

const route = z
  .strictObject({
    minSeverity: z.number().min(0).max(100).default(0).describe('only alerts of at least this severity'),
    sources: z.array(z.string().min(1)).min(1).optional().describe('only of these sources; * stands for any text'),
    detectors: z.array(z.string().min(1)).min(1).optional().describe('only of these detectors'),
  })
  .describe('which alerts are sent here; absent = every alert that people are told of');

/** Every detector by name with its own options; `promisedRate` may be set for one. */
function detectorSchema(catalogue: Catalogue): z.ZodType {
  return oneOf('detector', catalogue.detectors, {
    promisedRate: rate().optional().describe("promised false-alarm rate per scored unit; absent = the tenant's"),
    model: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}(@(\d{1,9}|champion|candidate))?$/, 'is no NAME, NAME@VERSION or NAME@champion')
      .optional()
      .describe(
        'registered model to score with, such as auth or auth@3; a name alone follows its champion; absent = it learns from the source',
      ),
  });
}

/** Components of a kind by their type, each with its own options and the shared ones. */
export function oneOf(kind: string, components: readonly ComponentSchema[], shared: z.ZodRawShape): z.ZodType {
  const options = components.map((component) => withShared(kind, component, shared));
  const [first, ...rest] = options;
  if (first === undefined) throw new VedetteError('INTERNAL', `the catalogue holds no ${kind}`);
  return z.discriminatedUnion('type', [first, ...rest] as [typeof first, ...typeof rest]);
}

function withShared(kind: string, component: ComponentSchema, shared: z.ZodRawShape) {
  const { config } = component;
  if (!(config instanceof z.ZodObject)) throw new VedetteError('INTERNAL', `the configuration of ${kind} ${component.name} is no object`);
  for (const key of ['type', ...Object.keys(shared)]) {
    if (key in config.shape) throw new VedetteError('INTERNAL', `${kind} ${component.name} uses the reserved option "${key}"`);
  }
  const type = z.literal(component.name).describe(component.summary);
  return z.strictObject({ type, ...shared, ...config.shape }).describe(component.summary);
}

function sourceSchema(catalogue: Catalogue, detector: z.ZodType): z.ZodType {
  return oneOf('source', catalogue.sources, {
    name: name().describe('name of the source, unique in its tenant'),
    records: z.enum(catalogue.records).optional().describe('what its records are; absent = what the source usually gives'),
    parser: catalogue.parser.prefault({}).describe('format, time zone and template mining'),
    features: catalogue.features.prefault({}).describe('what one scored unit is: sessions or windows'),
    detectors: z
      .array(detector)
      .min(1)
      .optional()
      .describe('detectors of this source; absent = those of the tenant that work on its records'),
    eventTime: eventTime.prefault({}),
    learning: learning.prefault({}),
    storage: z
      .enum(['everything', 'findings-only'])
      .default('everything')
      .describe('keep every event, or only findings and read evidence again from the source'),
  });
}

export type ConfigSchema = z.ZodType<Config>;

/** The schema of the whole file. */
export function configSchema(catalogue: Catalogue): ConfigSchema {
  const detector = detectorSchema(catalogue);
  const sink = oneOf('sink', catalogue.sinks, {
    name: name().describe('name of the sink, unique in its tenant'),
    when: route.optional(),
  });
  const tenant = z
    .strictObject({
      alertBudget: z.number().positive().default(3).describe('expected false alerts a day that people are told about'),
      promisedRate: rate().prefault(0.001).describe('promised false-alarm rate per scored unit (session, window)'),
      sources: z.array(sourceSchema(catalogue, detector)).min(1).describe('where records come from'),
      detectors: z
        .array(detector)
        .default([])
        .describe('detectors of every source that names none itself and whose records they work on; none = what suits the kind of records'),
      features: catalogue.declared.prefault({}),
      signatures: z
        .array(detector)
        .default([])
        .describe(
          'signature rules, such as sigma with rules of yours, for every source whose records they read and that names no detectors',
        ),
      sinks: z.array(sink).default([]).describe('where alerts go besides the store'),
      retention: retention.prefault({}),
      pseudonymise: pseudonymise(catalogue).optional(),
    })
    .superRefine((value, context) => {
      unique(value.sources, 'sources', context);
      unique(value.sinks, 'sinks', context);
      uniqueTypes(value.detectors, ['detectors'], context);
      uniqueTypes(value.signatures, ['signatures'], context);
      value.sources.forEach((source, index) => {
        const own = (source as { detectors?: readonly unknown[] }).detectors;
        if (own !== undefined) uniqueTypes(own, ['sources', index, 'detectors'], context);
      });
    });
  return z.strictObject({
    listen: address().default('127.0.0.1:7734').describe('address of dashboard and API'),
    tls: z
      .strictObject({
        cert: z.string().min(1).describe('PEM file of the certificate and its chain'),
        key: z.string().min(1).describe('PEM file of the private key'),
      })
      .optional()
      .describe('serve HTTPS; needed when others than this machine may connect'),
    oidc: oidc.optional().describe('sign in through an OpenID Connect provider besides name and password'),
    seed: z.number().int().default(1).describe('seed of everything random'),
    limits: limits.prefault({}),
    epochs: epochs.prefault({}),
    tenants: z
      .record(z.string().regex(TENANT, 'a tenant is named with 1 to 64 of a-z 0-9 _ -, starting with a letter or digit'), tenant)
      .refine((value) => Object.keys(value).length > 0, 'at least one tenant is needed')
      .describe('clients; nothing crosses from one to another'),
  }) as unknown as ConfigSchema;
}

function unique(items: readonly unknown[], key: string, context: z.RefinementCtx): void {
  const seen = new Map<string, number>();
  items.forEach((item, index) => {
    const own = (item as { name: string }).name;
    const before = seen.get(own);
    if (before === undefined) seen.set(own, index);
    else context.addIssue({ code: 'custom', path: [key, index, 'name'], message: `"${own}" is also the name of ${key}[${before}]` });
  });
}

function uniqueTypes(items: readonly unknown[], path: (string | number)[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const { type } = item as { type: string };
    if (seen.has(type))
      context.addIssue({ code: 'custom', path: [...path, index, 'type'], message: `the detector "${type}" is listed twice` });
    seen.add(type);
  });
}

/** A component as configured: its type, shared options and its own. */
export interface ComponentConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

export interface DetectorConfig extends ComponentConfig {
  readonly promisedRate?: number;
  /** Reference of a registered model. */
  readonly model?: string;
}

export interface SinkConfig extends ComponentConfig {
  readonly name: string;
  readonly when?: z.output<typeof route>;
}

export interface SourceConfig extends ComponentConfig {
  readonly name: string;
  readonly records?: string;
  readonly parser: unknown;
  readonly features: unknown;
  readonly detectors?: readonly DetectorConfig[];
  readonly eventTime: z.output<typeof eventTime>;
  readonly learning: z.output<typeof learning>;
  readonly storage: 'everything' | 'findings-only';
}

export interface TenantConfig {
  readonly alertBudget: number;
  readonly promisedRate: number;
  readonly sources: readonly SourceConfig[];
  readonly detectors: readonly DetectorConfig[];
  readonly features: Readonly<Record<string, FeatureText>>;
  readonly signatures: readonly DetectorConfig[];
  readonly sinks: readonly SinkConfig[];
  readonly retention: z.output<typeof retention>;
  readonly pseudonymise?: {
    readonly key?: string;
    readonly keyFile?: string;
    readonly kinds: readonly string[];
    readonly namesFile?: string;
    readonly values: readonly { readonly name: string; readonly after?: string; readonly value: string }[];
    readonly parameters: boolean;
  };
}

/** A checked configuration: defaults filled in, durations in microseconds, sizes in bytes. */
export interface Config {
  readonly listen: string;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly oidc?: OidcConfig;
  readonly seed: number;
  readonly limits: z.output<typeof limits>;
  readonly epochs: z.output<typeof epochs>;
  readonly tenants: Readonly<Record<string, TenantConfig>>;
}
