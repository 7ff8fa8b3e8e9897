import type { PacketBatch } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const KIND = { asked: 21, completed: 22, source: 23 } as const;

/** SYN floods from few sources: connections to one port of one host that are asked for, answered or not, and never completed. */
export class Handshakes {
  readonly #config: PacketWindowsConfig;
  readonly #windows: RuleWindows;
  readonly #seen: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    this.#config = context.config;
    this.#print = context.print;
    this.#windows = new RuleWindows('syn-flood', context.config.floodWindow, context);
    this.#seen = new SeenSet(context.config.memory);
  }

  get kept(): KeptParts {
    return { handshakes: this.#windows.windows, handshakesSeen: this.#seen };
  }

  /** A SYN alone. a: different connections asked for, b: of these, completed, c: sources. */
  request(batch: PacketBatch, row: number): void {
    const { incompleteConnections: threshold, floodWindow } = this.#config;
    const port = batch.destinationPort[row] as number;
    const at = this.#windows.open(batch, row, 'destination', port);
    const { values } = this.#windows.windows;
    if (!this.#seen.add(this.#connection(batch, row, KIND.asked, at))) return;
    const asked = plus(values, at + WINDOW.a);
    if (this.#seen.add(this.#source(batch, row, at).value())) plus(values, at + WINDOW.c);
    const incomplete = asked - (values[at + WINDOW.b] as number);
    if (incomplete < threshold) return;
    const sources = values[at + WINDOW.c] as number;
    this.#windows.fire(
      batch,
      row,
      at,
      sources === 1 ? 'pair' : 'destination',
      [
        { subject: 'connections asked for and not completed', value: incomplete, threshold, unit: `in ${floodWindow} s` },
        { subject: sources === 1 ? 'source' : 'sources', value: sources, threshold: 0, unit: '', expected: 'any number' },
      ],
      `port ${port}`,
    );
  }

  /** The client's first ACK completes its connection. */
  confirmation(batch: PacketBatch, row: number): void {
    const at = this.#windows.find(batch, row, 'destination', batch.destinationPort[row] as number);
    const { values } = this.#windows.windows;
    if (at < 0 || (values[at + WINDOW.b] as number) >= (values[at + WINDOW.a] as number)) return;
    if (!this.#seen.has(this.#connection(batch, row, KIND.asked, at))) return;
    if (this.#seen.add(this.#connection(batch, row, KIND.completed, at))) plus(values, at + WINDOW.b);
  }

  #connection(batch: PacketBatch, row: number, kind: number, at: number): number {
    return this.#source(batch, row, at, kind)
      .add(batch.sourcePort[row] as number)
      .value();
  }

  #source(batch: PacketBatch, row: number, at: number, kind: number = KIND.source): Fingerprint {
    return this.#print
      .start(kind)
      .add(this.#windows.windows.values[at + WINDOW.id] as number)
      .address(batch.addresses, row * 8);
  }
}
