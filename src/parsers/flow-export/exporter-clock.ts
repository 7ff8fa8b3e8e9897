import type { Micros } from '../../core/index.ts';
import type { ExportedFlow } from './exported-flow.ts';

/** A clock that is off by no more is believed: what is behind is late, as records of a busy router are. */
const BELIEVED: Micros = 5 * 60e6;
/** Flows are exported while they last or soon after; one that ended (or, without its end, began) longer before has no time of the same clock. */
const LONGEST_WAIT: Micros = 86_400e6;

/**
 * Flows of one datagram by the receiver's clock where the exporter's is out by more than five minutes (never set, another time zone,
 * 1970): windows of time would count them nowhere. Times relative to the datagram stay as they were; a flow whose own times
 * are not those of its datagram's clock ended when it was received.
 */
export function withClock(flows: readonly ExportedFlow[], exportMicros: Micros, arrival: Micros): readonly ExportedFlow[] {
  const off = exportMicros - arrival;
  const shift = Math.abs(off) > BELIEVED ? off : 0;
  const isOfClock = ({ time, durationMicros }: ExportedFlow): boolean => {
    const end = time + durationMicros;
    return end <= exportMicros + BELIEVED && end >= exportMicros - LONGEST_WAIT;
  };
  if (shift === 0 && flows.every(isOfClock)) return flows;
  return flows.map((flow) => {
    if (isOfClock(flow)) return shift === 0 ? flow : { ...flow, time: flow.time - shift, clockOffMicros: shift };
    const end = flow.time + flow.durationMicros;
    const duration = flow.durationMicros >= 0 && flow.durationMicros <= LONGEST_WAIT ? flow.durationMicros : 0;
    return { ...flow, time: arrival - duration, durationMicros: duration, clockOffMicros: Number.isFinite(end) ? end - arrival : off };
  });
}
