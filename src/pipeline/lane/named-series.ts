import type { ForecastPoint, SeriesModel } from '../../core/index.ts';
import type { LiveSeries, LiveSeriesRow } from './live-series.ts';
import { seriesId } from './series-id.ts';

/** Series of a lane by code, which only grows. */
export interface SeriesNames {
  readonly slots: readonly { readonly entity: string; readonly name: string }[];
  /** Name that the model knows the series by. */
  nameOf(code: number): string;
}

/** Series of a lane with what its model knows of them. */
export class NamedSeries implements LiveSeries {
  private readonly source: string;
  private readonly names: SeriesNames;
  private readonly model: SeriesModel | undefined;
  private readonly ids: string[] = [];

  constructor(source: string, names: SeriesNames, model: SeriesModel | undefined) {
    this.source = source;
    this.names = names;
    this.model = model;
  }

  rows(): readonly LiveSeriesRow[] {
    return this.idsUpTo().flatMap((_id, code) => this.rowOf(code) ?? []);
  }

  find(id: string): LiveSeriesRow | undefined {
    const code = this.idsUpTo().indexOf(id);
    return code < 0 ? undefined : this.rowOf(code);
  }

  forecast(id: string, steps: number): readonly ForecastPoint[] {
    const code = this.idsUpTo().indexOf(id);
    return code < 0 ? [] : (this.model?.forecast(this.names.nameOf(code), steps) ?? []);
  }

  private idsUpTo(): readonly string[] {
    const { slots } = this.names;
    if (slots.length < this.ids.length) this.ids.length = 0;
    for (let code = this.ids.length; code < slots.length; code++) {
      const { entity, name } = slots[code] as (typeof slots)[number];
      this.ids.push(seriesId(this.source, entity, name));
    }
    return this.ids;
  }

  private rowOf(code: number): LiveSeriesRow | undefined {
    const slot = this.names.slots[code];
    const view = slot === undefined ? undefined : this.model?.view(this.names.nameOf(code));
    if (slot === undefined || view === undefined) return undefined;
    return { id: this.idsUpTo()[code] as string, source: this.source, entity: slot.entity, name: slot.name, view };
  }
}
