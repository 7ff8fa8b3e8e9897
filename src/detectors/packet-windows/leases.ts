import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { KeptParts } from './kept.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const DISCOVER = 1;
const REQUEST = 3;

/** DHCP floods: requests for leases to one destination, mostly the broadcast address. Hardware addresses may be forged or not. */
export class Leases {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#rule = new RuleWindows('dhcp-flood', config.floodWindow, context);
  }

  get kept(): KeptParts {
    return { leases: this.#rule.windows };
  }

  dhcp(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'dhcp' }): void {
    if (event.message !== DISCOVER && event.message !== REQUEST) return;
    const { dhcpRequests, floodWindow } = this.#config;
    const at = this.#rule.open(batch, event.row, 'destination');
    const count = plus(this.#rule.windows.values, at + WINDOW.a);
    if (count < dhcpRequests) return;
    const measures = [{ subject: 'requests for a lease', value: count, threshold: dhcpRequests, unit: `in ${floodWindow} s` }];
    this.#rule.fire(batch, event.row, at, 'destination', measures);
  }
}
