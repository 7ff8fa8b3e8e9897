/** How many of the learnt flows went to each port of a protocol. */
export interface PortCounts {
  /** By `portCode`. */
  readonly counts: ReadonlyMap<number, number>;
  readonly flows: number;
}

/** Most ports that are told apart; the rest are as rare as unseen ones. */
const MOST_PORTS = 8192;

/** Protocol and destination port as one number, exact in float32; what is absent, or no such number, counts as 0. */
export function portCode(protocol: number, port: number): number {
  return within(protocol, 255) * 65_536 + within(port, 65_535);
}

function within(value: number, most: number): number {
  return value >= 0 && value <= most ? value : 0;
}

/** `codes`: of every learnt flow. */
export function countPorts(codes: Iterable<number>): PortCounts {
  const counts = new Map<number, number>();
  let flows = 0;
  for (const code of codes) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
    flows++;
  }
  const kept = [...counts].sort(([a, m], [b, n]) => n - m || a - b).slice(0, MOST_PORTS);
  return { counts: new Map(kept), flows };
}

/** -ln of the share of learnt flows that went to a port, half a flow added. */
export function portRarity({ counts, flows }: PortCounts, code: number): number {
  return -Math.log(((counts.get(code) ?? 0) + 0.5) / (flows + 1));
}
