import { DictBuilder, type MetricBatch, READING_TYPES, type ReadingType, type RecordBatch } from '../../core/index.ts';

/** Collects the readings of one record batch into columns. */
export class MetricBuilder {
  private readonly series = new DictBuilder();
  private readonly entities = new DictBuilder();
  private readonly columns = {
    time: [] as number[],
    value: [] as number[],
    type: [] as number[],
    series: [] as number[],
    entity: [] as number[],
    offset: [] as number[],
    line: [] as number[],
    length: [] as number[],
  };

  append(reading: { time: number; entity: string; series: string; value: number; type?: ReadingType }, at: Where): void {
    const { columns } = this;
    columns.time.push(reading.time);
    columns.value.push(reading.value);
    columns.type.push(READING_TYPES.indexOf(reading.type ?? 'gauge'));
    columns.series.push(this.series.code(reading.series));
    columns.entity.push(this.entities.code(reading.entity));
    columns.offset.push(at.offset);
    columns.line.push(at.line);
    columns.length.push(at.length);
  }

  finish(records: Pick<RecordBatch, 'input'>, source: string): MetricBatch {
    const { columns } = this;
    return {
      kind: 'metric',
      rows: columns.time.length,
      source,
      origin: {
        input: records.input,
        offset: Float64Array.from(columns.offset),
        line: Float64Array.from(columns.line),
        length: Int32Array.from(columns.length),
      },
      time: Float64Array.from(columns.time),
      series: this.series.finish(Int32Array.from(columns.series)),
      entity: this.entities.finish(Int32Array.from(columns.entity)),
      value: Float64Array.from(columns.value),
      type: Uint8Array.from(columns.type),
    };
  }
}

/** Where a record stands in its input. */
export interface Where {
  readonly offset: number;
  readonly line: number;
  readonly length: number;
}
