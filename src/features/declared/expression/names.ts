import { getDomain, getSubdomain } from 'tldts';

/** Names under which others carry data by design; they are not domains of someone. */
const LISTS =
  /(?:^|\.)(?:dnsbl|rbl|dnswl|uribl|surbl)[^.]*\.|\.(?:spamhaus\.org|spamcop\.net|sorbs\.net|barracudacentral\.org|surbl\.org|uribl\.com|dnswl\.org|senderbase\.org|njabl\.org|mcafee\.com|sophosxl\.net|e5\.sk)$/;

const TOP_LEVEL = /^(?:[a-z]+|xn--[a-z0-9-]+)$/;

/**
 * The registered domain by the public suffix list: `a.b.example.co.uk` -> `example.co.uk`. Absent for names that carry nothing
 * outwards: `.arpa`, `.local`, reputation lists, single labels. Names without a real top-level domain are below `.`.
 */
export function registeredDomain(name: string): string | undefined {
  const lower = plain(name);
  if (lower.endsWith('.arpa') || lower.endsWith('.local') || LISTS.test(lower)) return undefined;
  const labels = lower.split('.');
  if (labels.length < 2) return undefined;
  if (!TOP_LEVEL.test(labels.at(-1) ?? '')) return '.';
  return getDomain(lower, OPTIONS) ?? undefined;
}

/** What stands before the registered domain; absent where there is nothing, or only numbers. */
export function subdomain(name: string): string | undefined {
  const domain = registeredDomain(name);
  if (domain === undefined) return undefined;
  const lower = plain(name);
  const below = domain === '.' ? lower : getSubdomain(lower, OPTIONS);
  return below === null || below === '' || /^[\d.]+$/.test(below) ? undefined : below;
}

/** Entropy of the characters in bits: 0 for `aaaa`, 2 for `abcd`. */
export function characterEntropy(text: string): number {
  const counts = new Map<string, number>();
  let total = 0;
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
    total++;
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / total) * Math.log2(count / total);
  return Math.max(0, entropy);
}

/** Names as resolvers write them; hostile ones may be long, odd or contain anything. */
const OPTIONS = { allowPrivateDomains: false, extractHostname: false, validateHostname: false, detectIp: false } as const;

function plain(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}
