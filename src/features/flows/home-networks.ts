import { BlockList, isIP } from 'node:net';
import { VedetteError } from '../../core/index.ts';

/** A network in CIDR notation, ready to be asked. */
export type Network = BlockList;

export function networksOf(texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const [address = '', length = ''] = text.split('/');
    const version = isIP(address);
    const bits = length === '' ? (version === 6 ? 128 : 32) : Number(length);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) {
      throw new VedetteError('CONFIG_INVALID', `${JSON.stringify(text)} is no network`, { hint: 'write for example 192.168.0.0/16' });
    }
    const list = new BlockList();
    list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
    return list;
  });
}

export function within(networks: readonly Network[], address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  return networks.some((network) => network.check(address, version === 6 ? 'ipv6' : 'ipv4'));
}
