import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { type KeyOf, plus, RuleWindows } from './rule-windows.ts';
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

/** TXT, NULL and the types for private use carry what a server likes to say. */
const asksForText = (type: number): boolean => type === 16 || type === 10 || type >= 65_280;
/** Long enough for questions that come once in a few minutes. */
const BEACON_SECONDS = 3600;

/** DNS tunnels: bytes of different subdomains a client asks for below one registered domain, and ever new names asked for texts. */
export class Names {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #beacons: RuleWindows;
  readonly #seen: SeenSet;
  readonly #texts: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#rule = new RuleWindows('dns-tunnel', config.scanWindow, context);
    this.#beacons = new RuleWindows('dns-text-beacon', BEACON_SECONDS, context);
    this.#seen = new SeenSet(config.memory);
    this.#texts = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return { names: this.#rule.windows, asked: this.#seen, beacons: this.#beacons.windows, texts: this.#texts };
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
    if (asksForText(event.type) && !/(?:^|\.)_/.test(split.subdomain)) this.#text(batch, row, key, domain, split);
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
    this.#rule.fire(batch, row, at, key, measures, subjectOf(split.domain));
  }

  /** A name that was asked for as text. Those with an underscore are of services: keys and policies of mail, certificates. */
  #text(batch: PacketBatch, row: number, key: KeyOf, domain: number, split: { domain: string; subdomain: string }): void {
    const at = this.#beacons.open(batch, row, key, domain);
    const { values } = this.#beacons.windows;
    const print = this.#print
      .start(33)
      .add(values[at + WINDOW.id] as number)
      .text(split.subdomain);
    if (!this.#texts.add(print.value())) return;
    const { textNames } = this.#config;
    const names = plus(values, at + WINDOW.a);
    if (names < textNames) return;
    const measures = [{ subject: 'different names asked for texts', value: names, threshold: textNames, unit: `in ${BEACON_SECONDS} s` }];
    this.#beacons.fire(batch, row, at, key, measures, subjectOf(split.domain));
  }
}

function subjectOf(domain: string): string {
  return domain === '' ? 'names without a domain' : `names below ${domain}`;
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
