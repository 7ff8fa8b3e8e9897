import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { Episodes } from './episodes.ts';
import { Fingerprint } from './fingerprint.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { SeenSet } from './seen-set.ts';
import { WINDOW } from './windows.ts';

const DISCOVER = 1;
const REQUEST = 3;

/** DHCP floods: different hardware addresses that ask one destination (mostly the broadcast address) for leases. */
export class Leases {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #clients: SeenSet;
  readonly #print = new Fingerprint();

  constructor(config: PacketWindowsConfig, episodes: Episodes) {
    this.#config = config;
    this.#rule = new RuleWindows('dhcp-flood', config.maxKeys, config.floodWindow, episodes);
    this.#clients = new SeenSet(config.memory);
  }

  dhcp(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'dhcp' }): void {
    if (event.message !== DISCOVER && event.message !== REQUEST) return;
    const { dhcpClients, floodWindow } = this.#config;
    const at = this.#rule.open(batch, event.row, 'destination');
    const { values } = this.#rule.windows;
    const print = this.#print
      .start(51)
      .add(values[at + WINDOW.id] as number)
      .text(event.client);
    if (!this.#clients.add(print.value())) return;
    const count = plus(values, at + WINDOW.a);
    if (count < dhcpClients) return;
    const measures = [
      { subject: 'hardware addresses asking for a lease', value: count, threshold: dhcpClients, unit: `in ${floodWindow} s` },
    ];
    this.#rule.fire(batch, event.row, at, 'destination', measures);
  }
}
