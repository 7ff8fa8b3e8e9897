import { BlockList, isIP } from 'node:net';
import { VedetteError } from './errors.ts';

/** Private and link-local networks. */
export const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
];

/** How networks are written in configurations. */
export const NETWORK_TEXT = /^[0-9a-fA-F:.]+(\/\d{1,3})?$/;

/** Networks, ready to be asked. */
export type Networks = BlockList;

/** Of texts in CIDR notation, or single addresses. Throws CONFIG_INVALID. */
export function networksOf(texts: readonly string[]): Networks {
  const networks = new BlockList();
  for (const text of texts) {
    const [address = '', length = ''] = text.split('/');
    const version = isIP(address);
    const bits = length === '' ? (version === 6 ? 128 : 32) : Number(length);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) {
      throw new VedetteError('CONFIG_INVALID', `${JSON.stringify(text)} is no network`, { hint: 'write for example 192.168.0.0/16' });
    }
    networks.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  }
  return networks;
}

/** Whether an address lies in one of them; nothing else does. */
export function isInNetworks(networks: Networks, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && networks.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
