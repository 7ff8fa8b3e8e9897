import { z } from 'zod';
import { NETWORK_TEXT, PRIVATE_NETWORKS } from '../../core/index.ts';
import { USE_CASES } from './definitions/index.ts';

const names = USE_CASES.map(({ name }) => name) as [string, ...string[]];

const network = z.string().regex(NETWORK_TEXT, 'must be a network such as 10.0.0.0/8');

const ownCase = z.strictObject({
  feature: z.string().min(1).describe('a declared feature, or a shipped one (`vedette use-cases`)'),
  title: z.string().min(1).max(200).describe('what it means when it fires'),
  levels: z.record(z.string(), z.number()).describe('aggregates and the values from which on it fires; all have to be reached'),
  below: z.record(z.string(), z.number()).default({}).describe('aggregates and the values up to which it fires'),
  history: z
    .strictObject({
      column: z.string().describe('aggregate that is compared with earlier windows of the same key'),
      factor: z.number().positive().default(10).describe('times the 99 % quantile of its earlier windows'),
      windows: z.int().min(2).default(24).describe('earlier windows needed'),
    })
    .optional(),
  severity: z.number().min(0).max(100).default(50).describe('at the levels; grows with how far they are exceeded'),
  techniques: z
    .array(z.string().regex(/^T\d{4}(\.\d{3})?$/, 'must be an ATT&CK technique such as T1046'))
    .default([])
    .describe('ATT&CK techniques'),
  about: z.string().optional().describe('key column the alert is about; absent = the first'),
});

export const config = z.strictObject({
  homeNetworks: z.array(network).min(1).default(PRIVATE_NETWORKS).describe('your own networks (HOME_NET)'),
  allowedScanners: z
    .array(network)
    .default([])
    .describe('networks or addresses of your own scanners and monitoring: their scans are counted (`scans_allowed`), not told'),
  disable: z.array(z.enum(names)).default([]).describe('use cases that are left out'),
  levels: z
    .partialRecord(z.enum(names), z.record(z.string(), z.number()))
    .default({})
    .describe('levels that differ from the shipped ones, by use case and aggregate, such as flow-port-scan: { ports: 40 }'),
  cases: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'a use case is named with 1 to 64 of a-z 0-9 -, starting with a letter'), ownCase)
    .default({})
    .describe('use cases of your own over declared features'),
  maxHistories: z.int().min(16).max(4_194_304).default(50_000).describe('keys whose earlier windows are remembered (about 2.5 KB each)'),
  seed: z.int().default(1).describe('seed of the hashes in features'),
});

export type UseCasesConfig = z.output<typeof config>;
