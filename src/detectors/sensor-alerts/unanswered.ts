import { addressAt, type EventBatch, type RuleFinding } from '../../core/index.ts';

/** Of an attempt from the internet that nothing has answered: kept, and no evidence of an incident. */
export const UNANSWERED_SEVERITY = 5;
/** Findings that wait for the end of their flow; the oldest make room. */
const MOST_WAITING = 10_000;
const MOST_PACKETS = 3;
const TCP = 6;

/** What a signature event says of its flow so far (Suricata's EVE). */
export interface FlowSoFar {
  readonly flow_id?: unknown;
  readonly flow?: { readonly pkts_toserver?: unknown; readonly pkts_toclient?: unknown } | null;
}

/**
 * True for a match on the first packets of a TCP connection that an address of the internet tries and nothing has answered yet: no
 * payload can have arrived. Whoever has an address there is tried all day.
 */
export function isUnanswered({ columns }: EventBatch, row: number, { flow }: FlowSoFar): boolean {
  const protocol = columns.protocol instanceof Int32Array ? columns.protocol[row] : -1;
  if (protocol !== TCP || typeof flow?.pkts_toserver !== 'number' || flow.pkts_toserver > MOST_PACKETS) return false;
  const source = columns.sourceAddress instanceof Uint8Array ? addressAt(columns.sourceAddress, row) : '';
  return flow.pkts_toclient === 0 && source !== '' && !PRIVATE.test(source);
}

/** RFC 1918, shared, loopback, link-local, multicast; IPv6 loopback, unique local, link-local, multicast. */
const PRIVATE =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|(22[4-9]|2[3-5]\d)\.|0\.|::1?$|f[cdef])/i;

/** Findings of attempts whose flows have not ended, by flow. */
export class Unanswered {
  private readonly waiting = new Map<string, RuleFinding[]>();

  get size(): number {
    return this.waiting.size;
  }

  add(flow: string, finding: RuleFinding): void {
    const list = this.waiting.get(flow) ?? [];
    this.waiting.delete(flow);
    this.waiting.set(flow, [...list, finding].slice(-10));
    const oldest = this.waiting.keys().next().value;
    if (this.waiting.size > MOST_WAITING && oldest !== undefined) this.waiting.delete(oldest);
  }

  /** The flow has ended: what is to be told where it was answered after all, by more than a refusal. */
  ended(flow: string, answers: number): readonly RuleFinding[] {
    const list = this.waiting.get(flow) ?? [];
    this.waiting.delete(flow);
    return answers > 1 ? list : [];
  }

  snapshot(): readonly (readonly [string, readonly RuleFinding[]])[] {
    return [...this.waiting];
  }

  restore(state: readonly (readonly [string, readonly RuleFinding[]])[]): void {
    this.waiting.clear();
    for (const [flow, findings] of state) this.waiting.set(flow, [...findings]);
  }
}
