import { type EvidenceLine, type FeatureBatch, type Micros, seriesStartOf, shownEnd } from '../../core/index.ts';

/** What one row of a feature batch is about. */
export interface Unit {
  readonly key: string;
  readonly entity: string;
  readonly start: Micros;
  readonly end: Micros;
  /** The other end of a connection and the like. */
  readonly related?: readonly string[];
}

export function unitAt(batch: FeatureBatch, row: number): Unit {
  switch (batch.shape) {
    case 'sequences':
    case 'rows':
    case 'groups':
      return {
        key: batch.keys[row] as string,
        entity: batch.entities[row] as string,
        start: batch.start[row] as number,
        end: batch.shape === 'sequences' ? shownEnd(batch, row) : (batch.end[row] as number),
        ...relatedOf(batch, row),
      };
    case 'series': {
      const code = batch.code[row] as number;
      return {
        key: batch.series[code] as string,
        entity: batch.entities[code] as string,
        start: seriesStartOf(batch, row),
        end: batch.end[row] as number,
      };
    }
    case 'observations': {
      const entity = batch.entities[batch.entity[row] as number] as string;
      const field = batch.fields[batch.field[row] as number] as string;
      const value = batch.values[batch.value[row] as number] as string;
      const time = batch.time[row] as number;
      return { key: `${entity} ${field} ${value}`, entity, start: time, end: time };
    }
  }
}

function relatedOf(batch: FeatureBatch, row: number): Pick<Unit, 'related'> {
  const other = batch.shape === 'groups' ? (batch.related[row] as string) : '';
  return other === '' ? {} : { related: [other] };
}

/** Most evidence lines kept with a detection. */
const MAX_LINES = 100;

/** The lines the detector pointed at, else those of the row itself. */
export function evidenceOf(batch: FeatureBatch, row: number, pointed: readonly EvidenceLine[]): readonly EvidenceLine[] {
  if (pointed.length > 0) return pointed.slice(0, MAX_LINES);
  if (batch.shape === 'observations') {
    const input = batch.input[batch.inputCode[row] as number] as string;
    const [line, offset, length] = [batch.line[row] as number, batch.offset[row] as number, batch.length[row] as number];
    return [{ input, line, offset, length, time: batch.time[row] as number }];
  }
  if (batch.shape === 'series') return batch.evidence?.[row] ?? [];
  if (batch.shape !== 'sequences' || batch.eventInput === undefined) return [];
  const lines: EvidenceLine[] = [];
  for (let at = batch.offsets[row] as number; at < (batch.offsets[row + 1] as number) && lines.length < MAX_LINES; at++) {
    lines.push({
      input: batch.inputs?.[batch.eventInput[at] as number] ?? '',
      line: batch.eventLine?.[at] ?? 0,
      offset: batch.eventOffset?.[at] ?? 0,
      length: batch.eventLength?.[at] ?? 0,
      ...(batch.times === undefined ? {} : { time: batch.times[at] as number }),
    });
  }
  return lines;
}
