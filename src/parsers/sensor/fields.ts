/** A record of a sensor: JSON, or the fields of a TSV line by name. Nothing of it is trusted. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function inner(fields: Fields, name: string): Fields {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return isFields(value) ? value : {};
}

export function text(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return undefined;
}

export function number(fields: Fields, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const parsed = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    if (Number.isFinite(parsed)) return parsed;
  }
  return undefined;
}

/** A whole number that fits an i32 column, or undefined. */
export function whole(fields: Fields, ...names: readonly string[]): number | undefined {
  const value = number(fields, ...names);
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff ? value : undefined;
}

export function port(fields: Fields, ...names: readonly string[]): number | undefined {
  const value = whole(fields, ...names);
  return value !== undefined && value <= 65_535 ? value : undefined;
}

const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  'ipv6-icmp': 58,
  icmpv6: 58,
  icmp6: 58,
  sctp: 132,
};

/** IANA number of a protocol by name or number. */
export function protocolNumber(name: string | undefined): number | undefined {
  const lower = name?.toLowerCase() ?? '';
  if (Object.hasOwn(PROTOCOLS, lower)) return PROTOCOLS[lower];
  return /^\d{1,3}$/.test(lower) && Number(lower) <= 255 ? Number(lower) : undefined;
}

/** What is left when the named fields are taken. */
export function without(fields: Fields, taken: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => !taken.has(name) && value !== null));
}
