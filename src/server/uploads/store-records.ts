import { type RecordsOfKind, recordsByKind } from '../../analysis/index.ts';
import { failureText, packEvents, type SeriesPoints } from '../../core/index.ts';
import { FileLane, type LaneOutput } from '../../pipeline/index.ts';
import type { StoreLink } from '../../store/index.ts';
import type { AnalysisStart, StoredRows } from './protocol.ts';

/** Readings that are written at a time. */
const READINGS = 200_000;

/**
 * Brings the records of an uploaded file into the store of its tenant: lines, flows and events by the way that records of a running source
 * take, readings as the analysis gives them. They are found there under the name of the upload, once it is listed.
 */
export class RecordStore {
  readonly #start: AnalysisStart;
  readonly #link: StoreLink;
  readonly #rows: Record<string, number> = {};
  readonly #series = new Set<string>();
  readonly #missing: string[] = [];
  #undated = 0;
  #unparsed = 0;
  #points: SeriesPoints[] = [];
  #waiting = 0;

  constructor(start: AnalysisStart, link: StoreLink) {
    this.#start = start;
    this.#link = link;
  }

  /** All but readings. What cannot be read or kept is told, and ends nothing else. */
  async storeEvents(progress: (share: number) => void): Promise<void> {
    for (const records of await recordsByKind([this.#start.path])) {
      try {
        await this.#store(records, progress);
      } catch (error) {
        this.#missing.push(failureText(error));
      }
    }
  }

  async takeReadings(points: SeriesPoints, undated: boolean): Promise<void> {
    if (this.#start.pseudonymise !== undefined) return;
    if (undated) {
      if (this.#undated === 0) this.#missing.push('readings without times are not drawn as series; findings name their rows');
      this.#undated += points.rows;
      return;
    }
    for (const [i, name] of points.names.entries()) this.#series.add(JSON.stringify([points.entities[i], name]));
    this.#points.push({ ...points, source: this.#start.source });
    this.#waiting += points.rows;
    if (this.#waiting >= READINGS) await this.#writeReadings();
  }

  /** Everything that was taken is on its way. */
  async stored(): Promise<StoredRows> {
    await this.#writeReadings();
    const rows = this.#series.size === 0 ? this.#rows : { ...this.#rows, series: this.#series.size };
    return { rows, undated: this.#undated, unparsed: this.#unparsed, missing: this.#missing.join('; ') };
  }

  async #store(records: RecordsOfKind, progress: (share: number) => void): Promise<void> {
    const { tenant, source, pseudonymise, seed } = this.#start;
    const hidden = pseudonymise === undefined ? {} : { pseudonymise };
    const lane = await FileLane.open({ tenant, source, records: records.kind, seed, ...hidden });
    for await (const batch of records.read()) {
      progress(records.share());
      await this.#keep(await lane.process(batch));
    }
    await this.#keep(await lane.end());
  }

  async #keep({ events, dead }: LaneOutput): Promise<void> {
    this.#unparsed += dead.length;
    for (const { batch, templateIds } of events) {
      if (batch.rows === 0) continue;
      this.#rows[batch.kind] = (this.#rows[batch.kind] ?? 0) + batch.rows;
      const times = (batch.kind === 'log' ? batch.time : batch.columns.time) as Float64Array;
      this.#undated += times.reduce((sum, time) => sum + Number(Number.isNaN(time)), 0);
      // A copy goes: lines that the parser holds back share their buffers with those it gave.
      const packed = packEvents(batch, false);
      await this.#link.call('events', 'appendUpload', [this.#start.upload, packed.batch, templateIds], packed.transfer);
    }
  }

  async #writeReadings(): Promise<void> {
    const points = this.#points;
    this.#points = [];
    this.#waiting = 0;
    if (points.length > 0) await this.#link.call('series', 'writeUpload', [this.#start.upload, points]);
  }
}
