import { DictBuilder, type EventBatch, type TextColumn } from '../../../core/index.ts';
import { FLOW_VALUES } from './columns.ts';
import { communityId } from './community-id.ts';
import { MeasuredFlows } from './measured-flows.ts';
import type { FlowRecord } from './record.ts';

const at = (name: (typeof FLOW_VALUES)[number]): number => FLOW_VALUES.indexOf(name);
const VALUE = {
  duration: at('Flow Duration'),
  forwardPackets: at('Total Fwd Packet'),
  backwardPackets: at('Total Bwd packets'),
  forwardBytes: at('Total Length of Fwd Packet'),
  backwardBytes: at('Total Length of Bwd Packet'),
  icmpCode: at('ICMP Code'),
  icmpType: at('ICMP Type'),
};
const NUMBERS = ['time', 'durationMicros', 'forwardBytes', 'backwardBytes', 'forwardPackets', 'backwardPackets'] as const;
const WHOLE = ['sourcePort', 'destinationPort', 'protocol'] as const;

/** Events of flows, and all that was measured of them where it was asked for. */
export interface TakenFlows {
  readonly batch: EventBatch;
  readonly measured?: MeasuredFlows;
}

/** Finished flows gathered as events of kind `flow`. */
export class FlowEvents {
  readonly #byInput = new Map<number, Gathered>();
  readonly #measuring: boolean;

  /** `measuring`: all columns are kept beside the events, for models. */
  constructor(measuring = false) {
    this.#measuring = measuring;
  }

  get rows(): number {
    let rows = 0;
    for (const { offset } of this.#byInput.values()) rows += offset.length;
    return rows;
  }

  add(flow: FlowRecord): void {
    let gathered = this.#byInput.get(flow.inputCode);
    if (gathered === undefined) {
      gathered = new Gathered(this.#measuring);
      this.#byInput.set(flow.inputCode, gathered);
    }
    gathered.add(flow);
  }

  /** One batch for each input in which flows began; they are gathered anew from here on. */
  take(source: string, inputOf: (code: number) => string): EventBatch[] {
    return this.takeMeasured(source, inputOf).map(({ batch }) => batch);
  }

  takeMeasured(source: string, inputOf: (code: number) => string): TakenFlows[] {
    const taken = [...this.#byInput].map(([code, gathered]) => {
      const { measured } = gathered;
      return { batch: gathered.batch(source, inputOf(code)), ...(measured && { measured }) };
    });
    this.#byInput.clear();
    return taken;
  }
}

class Gathered {
  readonly offset: number[] = [];
  readonly #line: number[] = [];
  readonly #numbers: number[][] = NUMBERS.map(() => []);
  readonly #whole: number[][] = WHOLE.map(() => []);
  /** Source and destination, 8 words a flow. */
  readonly #addresses: number[] = [];
  readonly #states = new DictBuilder();
  readonly #state: number[] = [];
  readonly #attributes: string[] = [];
  readonly measured: MeasuredFlows | undefined;

  constructor(measuring: boolean) {
    this.measured = measuring ? new MeasuredFlows() : undefined;
  }

  add(flow: FlowRecord): void {
    const { values } = flow;
    this.measured?.add(flow);
    this.offset.push(flow.firstOffset);
    this.#line.push(flow.firstPacket);
    const numbers = [
      flow.start,
      values[VALUE.duration],
      values[VALUE.forwardBytes],
      values[VALUE.backwardBytes],
      values[VALUE.forwardPackets],
      values[VALUE.backwardPackets],
    ];
    for (const [i, value] of numbers.entries()) this.#numbers[i]?.push(value as number);
    for (const [i, value] of [flow.sourcePort, flow.destinationPort, flow.protocol].entries()) this.#whole[i]?.push(value);
    for (const word of flow.addresses) this.#addresses.push(word);
    this.#state.push(this.#states.code(flow.state === 'none' ? flow.reason : flow.state));
    this.#attributes.push(attributesOf(flow));
  }

  batch(source: string, input: string): EventBatch {
    const rows = this.offset.length;
    const columns = [
      ...NUMBERS.map((name, i) => [name, Float64Array.from(this.#numbers[i] ?? [])] as const),
      ...WHOLE.map((name, i) => [name, Int32Array.from(this.#whole[i] ?? [])] as const),
      ['sourceAddress', this.#side(0)] as const,
      ['destinationAddress', this.#side(4)] as const,
      ['state', this.#states.finish(Int32Array.from(this.#state))] as const,
      ['attributes', textColumn(this.#attributes)] as const,
    ];
    return {
      kind: 'flow',
      rows,
      source,
      origin: { input, offset: Float64Array.from(this.offset), line: Float64Array.from(this.#line), length: new Int32Array(rows) },
      columns: Object.fromEntries(columns),
    };
  }

  #side(from: number): Uint8Array {
    const bytes = new Uint8Array(this.offset.length * 16);
    const view = new DataView(bytes.buffer);
    for (let row = 0; row < this.offset.length; row++) {
      for (let i = 0; i < 4; i++) view.setInt32(row * 16 + i * 4, this.#addresses[row * 8 + from + i] as number);
    }
    return bytes;
  }
}

function attributesOf(flow: FlowRecord): string {
  const { values, reason, application } = flow;
  const community = communityId(flow, values[VALUE.icmpType] as number, values[VALUE.icmpCode] as number);
  return JSON.stringify({ communityId: community, reason, ...application });
}

function textColumn(texts: readonly string[]): TextColumn {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const start = new Int32Array(texts.length);
  const end = new Int32Array(texts.length);
  let to = 0;
  for (const [row, part] of parts.entries()) {
    start[row] = to;
    bytes.set(part, to);
    to += part.length;
    end[row] = to;
  }
  return { bytes, start, end };
}
