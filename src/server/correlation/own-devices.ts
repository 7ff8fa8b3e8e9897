import { BlockList, isIP } from 'node:net';

/** The networks of a tenant that says nothing else. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10', 'fc00::/7'];

export type Place = 'own' | 'outside';
export type PlaceOf = (entity: string) => Place;

/** Tells the devices of a tenant from the rest of the world: what has a name is its own, an address where it lies in a home network. */
export function placesIn(homeNetworks: readonly string[] = PRIVATE): PlaceOf {
  const own = new BlockList();
  for (const text of homeNetworks) {
    const [address = '', bits] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    own.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (entity) => {
    const version = isIP(entity);
    return version === 0 || own.check(entity, version === 6 ? 'ipv6' : 'ipv4') ? 'own' : 'outside';
  };
}
