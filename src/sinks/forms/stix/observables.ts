import { isIP } from 'node:net';
import type { Detection } from '../../../core/index.ts';
import { observableId } from './ids.ts';

export type StixObject = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** What can be a host name: labels of letters, digits, `-` and `_`. */
const HOST = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

function observable(type: string, identifying: Readonly<Record<string, string>>): StixObject {
  return { type, spec_version: '2.1', id: observableId(type, identifying), ...identifying };
}

/** An address or host; undefined for what is neither, such as a session's key. */
export function hostObservable(name: string): StixObject | undefined {
  const version = isIP(name);
  if (version !== 0) return observable(version === 4 ? 'ipv4-addr' : 'ipv6-addr', { value: name });
  return HOST.test(name) ? observable('domain-name', { value: name }) : undefined;
}

export const userObservable = (name: string): StixObject => observable('user-account', { account_login: name });

/** What was seen in a detection: addresses and hosts, the user, the inputs it was read from. */
export function observablesOf({ entity, related = [], user, evidence, lineage }: Detection): readonly StixObject[] {
  const hosts = [entity, ...related].flatMap((name) => hostObservable(name) ?? []);
  const inputs = new Set([...evidence, ...lineage.inputs].map(({ input }) => input).filter((input) => input !== ''));
  return [...hosts, ...(user === undefined ? [] : [userObservable(user)]), ...[...inputs].map((name) => observable('file', { name }))];
}
