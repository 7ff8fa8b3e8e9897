/** Five numbers of a statistic: count, sum, sum of squares, least, greatest. */
const STATISTIC = 5;

let next = 0;
const one = (): number => next++;
const statistic = (): number => {
  const at = next;
  next += STATISTIC;
  return at;
};

/** Bulk state of one direction: packets, start, bytes, last; then totals: bulks, packets, bytes, duration. */
const bulk = (): number => {
  const at = next;
  next += 8;
  return at;
};

/** Where each accumulator of a flow lies in its row of the slot array. Times in microseconds. */
export const SLOT = {
  start: one(),
  last: one(),
  forwardLast: one(),
  backwardLast: one(),
  connectionStart: one(),
  forwardLength: statistic(),
  backwardLength: statistic(),
  interArrival: statistic(),
  forwardInterArrival: statistic(),
  backwardInterArrival: statistic(),
  active: statistic(),
  idle: statistic(),
  activeStart: one(),
  activeEnd: one(),
  forwardHeader: one(),
  backwardHeader: one(),
  forwardPush: one(),
  backwardPush: one(),
  forwardUrgent: one(),
  backwardUrgent: one(),
  forwardReset: one(),
  backwardReset: one(),
  fin: one(),
  syn: one(),
  rst: one(),
  psh: one(),
  ack: one(),
  urg: one(),
  cwr: one(),
  ece: one(),
  forwardWindow: one(),
  backwardWindow: one(),
  forwardData: one(),
  forwardHeaderMin: one(),
  subflows: one(),
  forwardBulk: bulk(),
  backwardBulk: bulk(),
  icmpCode: one(),
  icmpType: one(),
  /** Bits of TCP_SEEN. */
  seen: one(),
  firstPacket: one(),
  firstOffset: one(),
  input: one(),
} as const;

export const SLOT_WIDTH = next;

/** What a TCP connection has shown. */
export const TCP_SEEN = { syn: 1, synAck: 2, forwardFin: 4, backwardFin: 8, forwardReset: 16, backwardReset: 32, data: 64 } as const;
/** Closed: only a new SYN may follow. */
export function hasEnded(seen: number): boolean {
  return (seen & 12) === 12 || (seen & 48) !== 0;
}
