import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { plus, RuleWindows } from './rule-windows.ts';

const MOST_CLIENTS = 1024;
const MOST_SIZES = 512;
const TLS_PORT = 443;

interface Window {
  start: number;
  records: number;
  /** Windows that looked machine-made, one after the other. */
  windows: number;
  readonly sizes: Map<number, number>;
}

/** Sizes of what a client uploads over TLS: few different ones, again and again, are typical of a tunnel. Low severity only. */
export class Uploads {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #windows = new Map<number, Window>();
  readonly #clients = {
    snapshot: () => structuredClone(this.#windows),
    restore: (windows: ReadonlyMap<number, Window>) => {
      this.#windows.clear();
      for (const [print, window] of structuredClone(windows)) this.#windows.set(print, window);
    },
  };
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#rule = new RuleWindows('doh-tunnel', 86_400, context);
  }

  get kept(): KeptParts {
    return { uploads: this.#rule.windows, clients: this.#clients };
  }

  record(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'tls-record' }): void {
    const { row, length } = event;
    if (batch.destinationPort[row] !== TLS_PORT) return;
    const time = batch.time[row] as number;
    const print = this.#print
      .start(41)
      .address(batch.addresses, row * 8)
      .address(batch.addresses, row * 8 + 4)
      .value();
    let window = this.#windows.get(print);
    if (window === undefined) {
      window = { start: time, records: 0, windows: 0, sizes: new Map() };
      this.#windows.set(print, window);
      if (this.#windows.size > MOST_CLIENTS) this.#windows.delete(this.#windows.keys().next().value as number);
    }
    if (time - window.start >= this.#config.scanWindow * 1e6) {
      this.#judge(batch, row, window);
      window.start = time;
      window.records = 0;
      window.sizes.clear();
    }
    window.records++;
    const known = window.sizes.get(length);
    if (known !== undefined || window.sizes.size < MOST_SIZES) window.sizes.set(length, (known ?? 0) + 1);
  }

  #judge(batch: PacketBatch, row: number, window: Window): void {
    const { dohEntropy, dohMode, dohRecords, dohWindows } = this.#config;
    if (window.records < dohRecords) return;
    const { entropy, mode } = shapeOf(window.sizes, window.records);
    if (entropy > dohEntropy || mode < dohMode) {
      window.windows = 0;
      return;
    }
    window.windows++;
    const at = this.#rule.open(batch, row, 'pair');
    plus(this.#rule.windows.values, at + 2);
    if (window.windows < dohWindows) return;
    this.#rule.fire(batch, row, at, 'pair', [
      { subject: 'windows of like uploads', value: window.windows, threshold: dohWindows, unit: 'one after the other' },
      { subject: 'bits of entropy of upload sizes', value: entropy, threshold: dohEntropy, unit: '', below: true },
    ]);
  }
}

/** Shannon entropy in bits and the share of the commonest value. */
export function shapeOf(sizes: ReadonlyMap<number, number>, total: number): { entropy: number; mode: number } {
  let entropy = 0;
  let most = 0;
  for (const many of sizes.values()) {
    entropy -= (many / total) * Math.log2(many / total);
    most = Math.max(most, many);
  }
  return { entropy, mode: most / total };
}
