import { ETHERTYPE_ARP, type PacketBatch, PROTOCOL, TCP } from '../../../core/index.ts';
import { ApplicationFields } from './application.ts';
import { hasEnded, SLOT, SLOT_WIDTH, TCP_SEEN } from './layout.ts';
import { type EndReason, type FlowApplication, FlowRecord, type TcpState } from './record.ts';
import { FlowSlots, KEY_WIDTH, type SlotsState } from './slots.ts';
import { accumulate, countBulk } from './statistics.ts';
import { flowValues } from './values.ts';

export interface FlowOptions {
  /** A flow is cut when a packet comes this long after its first (default 120 s). Microseconds, as all times. */
  readonly flowTimeout?: number;
  /** A gap longer than this is idle time (default 5 s). */
  readonly activityTimeout?: number;
  /** A flow unseen this long leaves the table (default 600 s); what comes later takes its direction from its own first packet. */
  readonly idleTimeout?: number;
  /** Flows held at once (default 131,072, about 110 MB); beyond, the one unseen longest ends as `evicted`. */
  readonly maxFlows?: number;
}

/** Open flows and what was counted. */
export interface MeterState {
  readonly now: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly slots: SlotsState;
  readonly application: readonly (readonly [index: number, FlowApplication])[];
}

const SUBFLOW_GAP = 1_000_000;
/** In the key's last word: the first packet went from the greater to the lesser address. */
const REVERSED = 1;

/**
 * Packets -> bidirectional flows with CICFlowMeter's corrected rules (docs/flows.md). Forward is from the initiator: the
 * first packet's source, or its destination when that packet is a SYN-ACK.
 */
export class FlowMeter {
  #slots: FlowSlots;
  readonly #maxFlows: number;
  readonly #onFlow: (flow: FlowRecord) => void;
  readonly #flowTimeout: number;
  readonly #activityTimeout: number;
  readonly #idleTimeout: number;
  readonly #record = new FlowRecord();
  readonly #key = new Int32Array(KEY_WIDTH);
  readonly #application = new ApplicationFields();
  readonly #counts = { flows: 0, flows_evicted: 0, packets_metered: 0, packets_without_flow: 0 };
  #now = Number.NEGATIVE_INFINITY;

  constructor(onFlow: (flow: FlowRecord) => void, options: FlowOptions = {}) {
    this.#onFlow = onFlow;
    this.#flowTimeout = options.flowTimeout ?? 120_000_000;
    this.#activityTimeout = options.activityTimeout ?? 5_000_000;
    this.#idleTimeout = options.idleTimeout ?? 600_000_000;
    this.#maxFlows = options.maxFlows ?? 131_072;
    this.#slots = new FlowSlots(this.#maxFlows);
  }

  counters(): Record<string, number> {
    return { ...this.#counts };
  }

  add(batch: PacketBatch): void {
    let event = 0;
    const { application } = batch;
    for (let row = 0; row < batch.rows; row++) {
      const slot = this.#packet(batch, row);
      while (event < application.length && (application[event] as { row: number }).row <= row) {
        if (slot >= 0) this.#application.note(slot, application[event] as (typeof application)[number]);
        event++;
      }
    }
  }

  /** Time has passed without packets: flows unseen for longer than the idle time-out end. */
  advance(time: number): void {
    if (time > this.#now) this.#now = time;
    this.#expire();
  }

  /** Ends all flows, the one unseen longest first; what comes next may be of any time. */
  flush(): void {
    while (this.#slots.oldest >= 0) this.#end(this.#slots.oldest, 'end');
    this.#now = Number.NEGATIVE_INFINITY;
  }

  get openFlows(): number {
    return this.#slots.size;
  }

  snapshot(): MeterState {
    const order = this.#slots.order();
    const application = this.#application.snapshot(order);
    return { now: this.#now, counts: { ...this.#counts }, slots: this.#slots.snapshot(order), application };
  }

  restore({ now, counts, slots, application }: MeterState): void {
    this.#now = now;
    Object.assign(this.#counts, counts);
    this.#slots = new FlowSlots(this.#maxFlows);
    this.#application.restore(application, this.#slots.restore(slots));
  }

  #packet(batch: PacketBatch, row: number): number {
    if (batch.version[row] === 0 || batch.etherType[row] === ETHERTYPE_ARP) {
      this.#counts.packets_without_flow++;
      return -1;
    }
    this.#counts.packets_metered++;
    const slots = this.#slots;
    const time = batch.time[row] as number;
    if (time > this.#now) this.#now = time;
    const protocol = batch.protocol[row] as number;
    const flags = protocol === PROTOCOL.tcp ? (batch.tcpFlags[row] as number) : 0;
    const reversed = this.#makeKey(batch, row, protocol);
    const hash = hashOf(this.#key);
    let slot = slots.find(this.#key, hash);
    let connectionStart = time;
    let firstReversed = (flags & (TCP.syn | TCP.ack)) === (TCP.syn | TCP.ack) ? 1 - reversed : reversed;
    if (slot >= 0) {
      const at = slot * SLOT_WIDTH;
      const seen = slots.values[at + SLOT.seen] as number;
      const isNew = hasEnded(seen) && (flags & TCP.syn) !== 0;
      if (isNew) {
        this.#end(slot, 'closed');
        slot = -1;
      } else if (time - (slots.values[at + SLOT.start] as number) > this.#flowTimeout) {
        firstReversed = (slots.keys[slot * KEY_WIDTH + 10] as number) & REVERSED;
        connectionStart = slots.values[at + SLOT.connectionStart] as number;
        this.#end(slot, 'timeout');
        slot = -1;
      }
    }
    if (slot < 0) {
      this.#expire();
      if (slots.isFull) {
        this.#counts.flows_evicted++;
        this.#end(slots.oldest, 'evicted');
      }
      this.#key[10] = firstReversed;
      slot = slots.add(this.#key, hash);
      this.#begin(batch, row, slot, time, connectionStart);
    } else {
      slots.touch(slot);
      this.#continue(slot, time, reversed === ((slots.keys[slot * KEY_WIDTH + 10] as number) & REVERSED));
    }
    this.#count(batch, row, slot, time, flags, reversed === ((slots.keys[slot * KEY_WIDTH + 10] as number) & REVERSED));
    return slot;
  }

  /** Writes the canonical key; 1 when the packet goes from the greater endpoint to the lesser. */
  #makeKey(batch: PacketBatch, row: number, protocol: number): number {
    const { addresses } = batch;
    const key = this.#key;
    const from = row * 8;
    const source = batch.sourcePort[row] as number;
    const destination = batch.destinationPort[row] as number;
    let order = 0;
    for (let i = 0; i < 4 && order === 0; i++)
      order = ((addresses[from + i] as number) >>> 0) - ((addresses[from + 4 + i] as number) >>> 0);
    if (order === 0) order = source - destination;
    const reversed = order > 0 ? 1 : 0;
    for (let i = 0; i < 4; i++) {
      key[i + reversed * 4] = addresses[from + i] as number;
      key[i + 4 - reversed * 4] = addresses[from + 4 + i] as number;
    }
    key[8] = reversed === 0 ? (source << 16) | destination : (destination << 16) | source;
    key[9] = protocol | (batch.sensor << 8);
    return reversed;
  }

  #begin(batch: PacketBatch, row: number, slot: number, time: number, connectionStart: number): void {
    const values = this.#slots.values;
    const at = slot * SLOT_WIDTH;
    const isIcmp = batch.protocol[row] === PROTOCOL.icmp || batch.protocol[row] === PROTOCOL.icmp6;
    values[at + SLOT.start] = time;
    values[at + SLOT.last] = time;
    values[at + SLOT.connectionStart] = connectionStart;
    values[at + SLOT.activeStart] = time;
    values[at + SLOT.activeEnd] = time;
    values[at + SLOT.icmpCode] = isIcmp ? (batch.icmpCode[row] as number) : -1;
    values[at + SLOT.icmpType] = isIcmp ? (batch.icmpType[row] as number) : -1;
    values[at + SLOT.firstPacket] = batch.firstNumber + row;
    values[at + SLOT.firstOffset] = batch.offset[row] as number;
    values[at + SLOT.input] = batch.inputCode;
  }

  /** Gaps between packets; a packet stamped earlier than the one before it makes a gap of 0. */
  #continue(slot: number, packetTime: number, forward: boolean): void {
    const values = this.#slots.values;
    const at = slot * SLOT_WIDTH;
    const time = Math.max(packetTime, values[at + SLOT.last] as number);
    const gap = time - (values[at + SLOT.last] as number);
    accumulate(values, at + SLOT.interArrival, gap);
    values[at + SLOT.last] = time;
    if (gap > SUBFLOW_GAP) values[at + SLOT.subflows] = (values[at + SLOT.subflows] as number) + 1;
    if (gap > this.#activityTimeout) {
      const active = (values[at + SLOT.activeEnd] as number) - (values[at + SLOT.activeStart] as number);
      if (active > 0) accumulate(values, at + SLOT.active, active);
      accumulate(values, at + SLOT.idle, gap);
      values[at + SLOT.activeStart] = time;
    }
    values[at + SLOT.activeEnd] = time;
    const had = values[at + (forward ? SLOT.forwardLength : SLOT.backwardLength)] as number;
    if (had > 0) {
      const last = at + (forward ? SLOT.forwardLast : SLOT.backwardLast);
      accumulate(values, at + (forward ? SLOT.forwardInterArrival : SLOT.backwardInterArrival), time - (values[last] as number));
    }
  }

  #count(batch: PacketBatch, row: number, slot: number, packetTime: number, flags: number, forward: boolean): void {
    const values = this.#slots.values;
    const at = slot * SLOT_WIDTH;
    const time = Math.max(packetTime, values[at + SLOT.last] as number);
    const payload = batch.payloadBytes[row] as number;
    const header = batch.headerBytes[row] as number;
    const lengths = at + (forward ? SLOT.forwardLength : SLOT.backwardLength);
    const isFirst = values[lengths] === 0;
    const isFirstOfFlow = isFirst && values[at + (forward ? SLOT.backwardLength : SLOT.forwardLength)] === 0;
    if (forward) {
      if (isFirst || header < (values[at + SLOT.forwardHeaderMin] as number)) values[at + SLOT.forwardHeaderMin] = header;
      if (payload > 0 && !isFirstOfFlow) increment(values, at + SLOT.forwardData);
    }
    if (isFirst && batch.protocol[row] === PROTOCOL.tcp)
      values[at + (forward ? SLOT.forwardWindow : SLOT.backwardWindow)] = batch.window[row] as number;
    accumulate(values, lengths, payload);
    const headers = at + (forward ? SLOT.forwardHeader : SLOT.backwardHeader);
    values[headers] = (values[headers] as number) + header;
    values[at + (forward ? SLOT.forwardLast : SLOT.backwardLast)] = time;
    countBulk(values, at, time, payload, forward);
    if (flags !== 0) this.#flags(values, at, flags, forward);
  }

  #flags(values: Float64Array, at: number, flags: number, forward: boolean): void {
    let seen = values[at + SLOT.seen] as number;
    if (flags & TCP.fin) {
      increment(values, at + SLOT.fin);
      seen |= forward ? TCP_SEEN.forwardFin : TCP_SEEN.backwardFin;
    }
    if (flags & TCP.syn) {
      increment(values, at + SLOT.syn);
      seen |= flags & TCP.ack ? TCP_SEEN.synAck : TCP_SEEN.syn;
    }
    if (flags & TCP.rst) {
      increment(values, at + SLOT.rst);
      increment(values, at + (forward ? SLOT.forwardReset : SLOT.backwardReset));
      seen |= forward ? TCP_SEEN.forwardReset : TCP_SEEN.backwardReset;
    }
    if (flags & TCP.psh) {
      increment(values, at + SLOT.psh);
      increment(values, at + (forward ? SLOT.forwardPush : SLOT.backwardPush));
    }
    if (flags & TCP.ack) increment(values, at + SLOT.ack);
    if (flags & TCP.urg) {
      increment(values, at + SLOT.urg);
      increment(values, at + (forward ? SLOT.forwardUrgent : SLOT.backwardUrgent));
    }
    if (flags & TCP.cwr) increment(values, at + SLOT.cwr);
    if (flags & TCP.ece) increment(values, at + SLOT.ece);
    values[at + SLOT.seen] = seen;
  }

  #expire(): void {
    const slots = this.#slots;
    while (slots.oldest >= 0 && this.#now - (slots.values[slots.oldest * SLOT_WIDTH + SLOT.last] as number) > this.#idleTimeout) {
      this.#end(slots.oldest, 'idle');
    }
  }

  #end(slot: number, why: EndReason): void {
    const { values, keys } = this.#slots;
    const record = this.#record;
    const at = slot * SLOT_WIDTH;
    const key = slot * KEY_WIDTH;
    const reversed = (keys[key + 10] as number) & REVERSED;
    const ports = keys[key + 8] as number;
    for (let i = 0; i < 4; i++) {
      record.addresses[i] = keys[key + i + reversed * 4] as number;
      record.addresses[i + 4] = keys[key + i + 4 - reversed * 4] as number;
    }
    record.sourcePort = reversed === 0 ? ports >>> 16 : ports & 0xffff;
    record.destinationPort = reversed === 0 ? ports & 0xffff : ports >>> 16;
    record.protocol = (keys[key + 9] as number) & 0xff;
    record.start = values[at + SLOT.start] as number;
    record.end = values[at + SLOT.last] as number;
    record.firstPacket = values[at + SLOT.firstPacket] as number;
    record.firstOffset = values[at + SLOT.firstOffset] as number;
    record.inputCode = values[at + SLOT.input] as number;
    const seen = values[at + SLOT.seen] as number;
    record.state = record.protocol === PROTOCOL.tcp ? stateOf(seen, values[at + SLOT.backwardLength] as number) : 'none';
    record.reason = hasEnded(seen) ? 'closed' : why;
    record.application = this.#application.take(slot);
    flowValues(values, at, record.protocol === PROTOCOL.tcp, record.values);
    this.#counts.flows++;
    record.id = this.#counts.flows;
    this.#slots.remove(slot);
    this.#onFlow(record);
  }
}

function increment(values: Float64Array, at: number): void {
  values[at] = (values[at] as number) + 1;
}

function stateOf(seen: number, answers: number): TcpState {
  const began = (seen & TCP_SEEN.syn) !== 0;
  if (seen & (TCP_SEEN.forwardReset | TCP_SEEN.backwardReset))
    return began && (seen & TCP_SEEN.synAck) === 0 && (seen & TCP_SEEN.backwardReset) !== 0 ? 'rejected' : 'reset';
  if ((seen & 12) === 12) return 'closed';
  if (!began && (seen & TCP_SEEN.synAck) === 0) return 'partial';
  return (seen & TCP_SEEN.synAck) !== 0 && answers > 0 ? 'established' : 'attempt';
}

function hashOf(key: Int32Array): number {
  let hash = 0x9e3779b9 | 0;
  for (let i = 0; i < 10; i++) {
    hash = Math.imul(hash ^ (key[i] as number), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
