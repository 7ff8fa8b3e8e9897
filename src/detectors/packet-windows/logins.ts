import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const AUTHENTICATION = new Set(['ssh', 'ftp', 'telnet', 'rdp', 'pop3', 'imap', 'mysql', 'vnc']);

/** Brute force: how often a login service greets one client, each connection once. The port may be any. */
export class Logins {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #greeted: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#rule = new RuleWindows('brute-force', config.scanWindow, context);
    this.#greeted = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return { logins: this.#rule.windows, greeted: this.#greeted };
  }

  /** A banner goes from the server to the client. */
  banner(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'banner' }): void {
    if (!AUTHENTICATION.has(event.service)) return;
    const { row } = event;
    const { logins, scanWindow } = this.#config;
    const server = batch.sourcePort[row] as number;
    const at = this.#rule.open(batch, row, 'reverse-pair', server);
    const { values } = this.#rule.windows;
    const connection = this.#print
      .start(21)
      .add(values[at + WINDOW.id] as number)
      .add(batch.destinationPort[row] as number);
    if (!this.#greeted.add(connection.value())) return;
    const count = plus(values, at + WINDOW.a);
    if (count < logins) return;
    const measures = [{ subject: `connections to ${event.service}`, value: count, threshold: logins, unit: `in ${scanWindow} s` }];
    this.#rule.fire(batch, row, at, 'reverse-pair', measures, `port ${server} (${event.service})`);
  }
}
