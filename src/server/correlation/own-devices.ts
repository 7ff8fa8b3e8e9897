import { isIP } from 'node:net';
import { isInNetworks, networksOf, PRIVATE_NETWORKS } from '../../core/index.ts';

export type Place = 'own' | 'outside';
export type PlaceOf = (entity: string) => Place;

/** Tells the devices of a tenant from the rest of the world: what has a name is its own, an address where it lies in a home network. */
export function placesIn(homeNetworks: readonly string[] = PRIVATE_NETWORKS): PlaceOf {
  const own = networksOf(homeNetworks);
  return (entity) => (isIP(entity) === 0 || isInNetworks(own, entity) ? 'own' : 'outside');
}
