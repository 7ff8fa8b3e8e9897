import { stableId } from '../../core/index.ts';
import { HyperLogLog } from '../../ml/index.ts';

/** Hosts of an incident: those listed, and a sketch of all of them once there are more than the list holds. */
export interface CountedHosts {
  hosts: string[];
  manyHosts: HyperLogLog | null;
}

export function addHost(counted: CountedHosts, host: string, limit: number): void {
  if (counted.hosts.includes(host)) return;
  if (counted.hosts.length < limit) counted.hosts.push(host);
  else sketchOf(counted).add(...hashOf(host));
}

/** Those of `other` too. */
export function addHosts(counted: CountedHosts, other: CountedHosts, limit: number): void {
  for (const host of other.hosts) addHost(counted, host, limit);
  if (other.manyHosts !== null) sketchOf(counted).merge(other.manyHosts);
}

/** How many there are: exact as far as the list goes, then within some 5 %, in three figures. */
export function hostCountOf({ hosts, manyHosts }: CountedHosts): number {
  if (manyHosts === null) return hosts.length;
  return Math.max(hosts.length + 1, Number(manyHosts.estimate().toPrecision(3)));
}

function sketchOf(counted: CountedHosts): HyperLogLog {
  if (counted.manyHosts === null) {
    counted.manyHosts = new HyperLogLog();
    for (const host of counted.hosts) counted.manyHosts.add(...hashOf(host));
  }
  return counted.manyHosts;
}

function hashOf(host: string): [number, number] {
  const hex = stableId('host', host);
  return [Number.parseInt(hex.slice(0, 8), 16) | 0, Number.parseInt(hex.slice(8, 16), 16) | 0];
}
