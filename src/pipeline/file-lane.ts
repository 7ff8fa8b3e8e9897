import type { TenantConfig } from '../config/index.ts';
import { type RecordBatch, silentLogger, systemClock, VedetteError } from '../core/index.ts';
import { buildLane } from './build.ts';
import { loadComponents } from './catalogue.ts';
import type { Lane, LaneOutput } from './lane/lane.ts';
import { laneKind, type RecordKind } from './lane/lanes.ts';
import { oneSource } from './one-source.ts';
import { pseudonymsOf } from './pseudonyms.ts';

export type { LaneOutput } from './lane/lane.ts';

/** A source needs a name that configurations allow; its rows get the one they are stored under. */
const PLACEHOLDER = 'file';

export interface FileLaneOptions {
  readonly tenant: string;
  /** What its events and series are stored under. */
  readonly source: string;
  readonly records: RecordKind;
  readonly pseudonymise?: TenantConfig['pseudonymise'];
  readonly seed: number;
}

/** The way of a running source from records to events, for finite inputs whose findings are made elsewhere: no detector sees them. */
export class FileLane {
  readonly #lane: Lane;
  readonly #replaced: (records: RecordBatch) => RecordBatch;

  private constructor(lane: Lane, replaced: (records: RecordBatch) => RecordBatch) {
    this.#lane = lane;
    this.#replaced = replaced;
  }

  /** CONFIG_INVALID for records that would be stored as they are in a tenant that hides personal data. */
  static async open({ tenant, source, records, pseudonymise, seed }: FileLaneOptions): Promise<FileLane> {
    const hides = pseudonymise !== undefined;
    if (hides && laneKind(records)?.pseudonymises !== true)
      throw new VedetteError('CONFIG_INVALID', `${records} are not kept in a tenant that hides personal data`);
    const configured = { type: 'file', name: PLACEHOLDER, path: source, records };
    const { config, tenant: plain, source: first } = await oneSource(tenant, configured, seed);
    const own: TenantConfig = hides ? { ...plain, pseudonymise } : plain;
    const options = {
      tenant,
      config,
      components: await loadComponents(config),
      clock: systemClock,
      log: silentLogger,
      undated: 'never' as const,
    };
    const lane = await buildLane({ ...first, name: source, detectors: [] }, own, options);
    await lane.restore({});
    const pseudonyms = await pseudonymsOf(own);
    return new FileLane(lane, (batch) => pseudonyms?.records.apply(batch) ?? batch);
  }

  process(records: RecordBatch): Promise<LaneOutput> {
    return this.#lane.process(this.#replaced(records));
  }

  /** What was open ends. */
  async end(): Promise<LaneOutput> {
    const output = await this.#lane.end();
    await this.#lane.close?.();
    return output;
  }
}
