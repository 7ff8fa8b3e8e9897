import { type DeadLetter, dictAt, formatMicros, type LogBatch, type RecordBatch } from '../../core/index.ts';
import type { SenderClocks } from '../time/sender-clocks.ts';
import type { EventTimeOptions, Watermark } from '../time/watermark.ts';

export interface Admitted {
  /** 1 = kept as an event; 0 = from the future, put aside. */
  readonly kept: Uint8Array;
  /** 1 = takes part in sessions and windows; 0 = put aside, or later than `lateness` allows. */
  readonly timely: Uint8Array;
  /** By which rows are judged, in place of the times they came with; the same object where no row needs another. */
  readonly times: Float64Array;
  readonly future: number;
  readonly late: number;
}

/**
 * Decides line by line what event time allows, and by which time a line is judged. With `past` the input has a track of its own and
 * neither moves nor heeds the watermark.
 */
export function admit(
  events: LogBatch,
  records: Pick<RecordBatch, 'input' | 'arrival'>,
  { watermark, clocks, options }: { readonly watermark: Watermark; readonly clocks: SenderClocks; readonly options: EventTimeOptions },
  past: boolean,
  dead: (letter: DeadLetter) => void,
): Admitted {
  const kept = new Uint8Array(events.rows).fill(1);
  const timely = new Uint8Array(events.rows).fill(1);
  const { input, arrival } = records;
  const limit = arrival + options.maxSkew;
  const onTime = arrival + options.disorder;
  let { time: times } = events;
  let future = 0;
  let late = 0;
  for (let row = 0; row < events.rows; row++) {
    const time = events.time[row] as number;
    if (Number.isNaN(time)) continue;
    if (time > limit) {
      kept[row] = 0;
      timely[row] = 0;
      future++;
      dead(letterOf(events, records, row, `its time ${formatMicros(time)} lies in the future of its arrival`));
      continue;
    }
    if (past) continue;
    if (time <= onTime && time >= watermark.value - options.lateness) {
      watermark.observe(input, time);
      continue;
    }
    const host = dictAt(events.host, row) ?? '';
    const judged = clocks.judge(host === '' || host === input ? input : `${host} by ${input}`, time, arrival, watermark.value);
    if (Number.isNaN(judged)) {
      timely[row] = 0;
      late++;
      continue;
    }
    if (judged !== time) {
      if (times === events.time) times = times.slice();
      times[row] = judged;
    }
    // What is late says nothing of the time that others have reached.
    if (judged <= time) watermark.observe(input, judged);
  }
  return { kept, timely, times, future, late };
}

function letterOf(events: LogBatch, { input, arrival }: Pick<RecordBatch, 'input' | 'arrival'>, row: number, reason: string): DeadLetter {
  const { message, origin } = events;
  const start = message.start[row] as number;
  const bytes = start < 0 ? new Uint8Array() : message.bytes.slice(start, message.end[row] as number);
  return { source: events.source, input, offset: origin.offset[row] as number, line: origin.line[row] as number, reason, bytes, arrival };
}
