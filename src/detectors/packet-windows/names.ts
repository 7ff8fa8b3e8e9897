import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

/** Second-level labels under which others register, below a country's domain. */
const SECOND_LEVEL = new Set(['co', 'com', 'net', 'org', 'gov', 'edu', 'ac', 'or', 'ne', 'go', 'gob', 'gouv']);
/** Reputation lists carry addresses or hashes in names by design. */
const LISTS = [
  'spamhaus.org',
  'spamcop.net',
  'sorbs.net',
  'barracudacentral.org',
  'surbl.org',
  'uribl.com',
  'dnswl.org',
  'senderbase.org',
  'njabl.org',
  'mcafee.com',
  'sophosxl.net',
  'e5.sk',
];

/** DNS tunnels: bytes of different subdomains a client asks for below one registered domain. */
export class Names {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #seen: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#rule = new RuleWindows('dns-tunnel', config.scanWindow, context);
    this.#seen = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return { names: this.#rule.windows, asked: this.#seen };
  }

  dns(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'dns' }): void {
    const { row, name, response } = event;
    // Multicast DNS names what is in the house; nothing of it leaves.
    if (batch.sourcePort[row] === 5353 || batch.destinationPort[row] === 5353) return;
    const split = splitName(name);
    if (split === undefined) return;
    const { tunnelBytes, scanWindow } = this.#config;
    const key = response ? 'reverse-pair' : 'pair';
    const domain = this.#print.start(31).text(split.domain).value();
    const at = this.#rule.open(batch, row, key, domain);
    const { values } = this.#rule.windows;
    const print = this.#print
      .start(32)
      .add(values[at + WINDOW.id] as number)
      .text(split.subdomain);
    if (!this.#seen.add(print.value())) return;
    const names = plus(values, at + WINDOW.b);
    const bytes = plus(values, at + WINDOW.a, split.subdomain.length);
    if (bytes < tunnelBytes) return;
    const measures = [
      { subject: 'bytes of different subdomains', value: bytes, threshold: tunnelBytes, unit: `in ${scanWindow} s` },
      { subject: 'different names', value: names, threshold: Math.max(2, Math.round(tunnelBytes / 20)), unit: `in ${scanWindow} s` },
    ];
    this.#rule.fire(batch, row, at, key, measures, split.domain === '' ? 'names without a domain' : `names below ${split.domain}`);
  }
}

/** Registered domain and what stands before it; undefined for names that carry no data outwards. */
export function splitName(name: string): { domain: string; subdomain: string } | undefined {
  if (name.endsWith('.arpa') || name.endsWith('.local')) return undefined;
  if (LISTS.some((list) => name.endsWith(`.${list}`)) || /(?:^|\.)(?:dnsbl|rbl|dnswl|uribl|surbl)[^.]*\./.test(name)) return undefined;
  const labels = name.split('.');
  const last = labels[labels.length - 1] ?? '';
  // No top-level domain has digits (but for encoded ones): a tunnel that speaks straight to its server needs no real domain.
  if (!/^(?:[a-z]+|xn--[a-z0-9-]+)$/.test(last))
    return labels.length < 2 || isNumeric(labels) ? undefined : { domain: '', subdomain: name };
  const below = labels.length > 2 && last.length === 2 && SECOND_LEVEL.has(labels[labels.length - 2] as string) ? 3 : 2;
  if (labels.length <= below) return undefined;
  const data = labels.slice(0, -below);
  if (isNumeric(data)) return undefined;
  return { domain: labels.slice(-below).join('.'), subdomain: data.join('.') };
}

function isNumeric(labels: readonly string[]): boolean {
  return labels.every((label) => /^\d+$/.test(label));
}
