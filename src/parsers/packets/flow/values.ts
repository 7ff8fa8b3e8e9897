import { SLOT } from './layout.ts';
import { deviationOf, meanOf, varianceOf } from './statistics.ts';

/** The values of FLOW_VALUES from a flow's accumulators, written to out[0 ..]. `tcp`: TCP has a connection time. */
export function flowValues(slots: Float64Array, slot: number, tcp: boolean, out: Float64Array): void {
  const at = (offset: number): number => slots[slot + offset] as number;
  const forward = slot + SLOT.forwardLength;
  const backward = slot + SLOT.backwardLength;
  const [packets, backPackets] = [slots[forward] as number, slots[backward] as number];
  const [bytes, backBytes] = [slots[forward + 1] as number, slots[backward + 1] as number];
  const all = packets + backPackets;
  const duration = at(SLOT.last) - at(SLOT.start);
  const seconds = duration / 1e6;
  let k = 0;
  const put = (value: number): void => {
    out[k++] = value;
  };
  const length = (from: number): void => {
    put(slots[from + 4] as number);
    put(slots[from + 3] as number);
    put(meanOf(slots, from));
    put(deviationOf(slots, from));
  };
  const times = (from: number, total: boolean): void => {
    if (total) put(slots[from + 1] as number);
    put(meanOf(slots, from));
    put(deviationOf(slots, from));
    put(slots[from + 4] as number);
    put(slots[from + 3] as number);
  };
  put(duration);
  put(packets);
  put(backPackets);
  put(bytes);
  put(backBytes);
  length(forward);
  length(backward);
  put(duration > 0 ? (bytes + backBytes) / seconds : -1);
  put(duration > 0 ? all / seconds : -1);
  times(slot + SLOT.interArrival, false);
  times(slot + SLOT.forwardInterArrival, true);
  times(slot + SLOT.backwardInterArrival, true);
  for (let offset = SLOT.forwardPush; offset <= SLOT.backwardReset; offset++) put(at(offset));
  put(at(SLOT.forwardHeader));
  put(at(SLOT.backwardHeader));
  put(duration > 0 ? packets / seconds : 0);
  put(duration > 0 ? backPackets / seconds : 0);
  const least = backPackets === 0 ? (slots[forward + 3] as number) : Math.min(slots[forward + 3] as number, slots[backward + 3] as number);
  put(packets === 0 ? (slots[backward + 3] as number) : least);
  put(Math.max(slots[forward + 4] as number, slots[backward + 4] as number));
  const mean = (bytes + backBytes) / all;
  const variance = varianceOf(all, bytes + backBytes, (slots[forward + 2] as number) + (slots[backward + 2] as number));
  put(mean);
  put(Math.sqrt(variance));
  put(variance);
  for (let offset = SLOT.fin; offset <= SLOT.ece; offset++) put(at(offset));
  put(packets > 0 ? backPackets / packets : 0);
  put(mean);
  put(meanOf(slots, forward));
  put(meanOf(slots, backward));
  for (const from of [slot + SLOT.forwardBulk, slot + SLOT.backwardBulk]) {
    const bulks = slots[from + 4] as number;
    const lasted = slots[from + 7] as number;
    put(bulks === 0 ? 0 : (slots[from + 6] as number) / bulks);
    put(bulks === 0 ? 0 : (slots[from + 5] as number) / bulks);
    put(lasted > 0 ? (slots[from + 6] as number) / (lasted / 1e6) : 0);
  }
  const subflows = at(SLOT.subflows);
  for (const value of [packets, bytes, backPackets, backBytes]) put(subflows === 0 ? 0 : value / subflows);
  put(at(SLOT.forwardWindow));
  put(at(SLOT.backwardWindow));
  put(at(SLOT.forwardData));
  put(at(SLOT.forwardHeaderMin));
  for (const from of [slot + SLOT.active, slot + SLOT.idle]) times(from, false);
  put(at(SLOT.icmpCode));
  put(at(SLOT.icmpType));
  put(tcp ? at(SLOT.last) - at(SLOT.connectionStart) : 0);
}
