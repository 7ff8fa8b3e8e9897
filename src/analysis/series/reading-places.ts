import type { EvidenceLine, SeriesFrame } from '../../core/index.ts';
import type { ReportLine } from '../../sinks/report/index.ts';
import type { FileInput } from '../../sources/index.ts';
import { lineTexts } from '../evidence-text.ts';
import type { ReadingPlace } from './series-scorer.ts';

/** Each reading with its time and value, and the line it was read from where it was a line. */
export function placesOf(input: string, { channels, times, values, ...frame }: SeriesFrame, from: number): ReadingPlace {
  return (i) => {
    const row = from + Math.floor(i / channels.length);
    const lines = frame.channelLines?.[i % channels.length] ?? frame.lines;
    return {
      input,
      line: lines?.line[row] ?? row + 1,
      offset: lines?.offset[row] ?? 0,
      length: lines?.length[row] ?? 0,
      time: times[row] as number,
      value: (values[i % channels.length] as Float64Array)[row] as number,
    };
  };
}

export async function textsOf(file: FileInput | undefined, evidence: readonly EvidenceLine[]): Promise<ReportLine[]> {
  const lines = evidence.filter(({ length }) => length > 0);
  return file === undefined || lines.length === 0 ? [] : lineTexts(file, lines);
}
