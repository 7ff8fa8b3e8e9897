import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../core/index.ts';

/** Namespace of observables whose id follows from their content (STIX 2.1, 2.9). */
const OBSERVABLES = '00abedb4-aa42-466c-9c01-fed23315a9b7';
/** Our own, for everything else. */
const OWN = '3b0f6a52-5f0c-5d2e-9a6b-7c1d4e8f2a90';

/** UUID version 5 (RFC 9562). */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Id of an object of ours; the same content gives the same id. */
export const stixId = (type: string, ...parts: readonly string[]): string => `${type}--${uuid5(OWN, JSON.stringify([type, ...parts]))}`;

/** Id of an observable from the properties that identify it. */
export const observableId = (type: string, identifying: Readonly<Record<string, string>>): string =>
  `${type}--${uuid5(OBSERVABLES, canonicalJson(identifying))}`;
