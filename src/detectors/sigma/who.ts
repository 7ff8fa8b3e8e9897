import { type EventBatch, type LogBatch, type TextColumn, textAt } from '../../core/index.ts';
import type { CorrelationFinding } from './correlator.ts';

const HOSTS = ['SourceIp', 'id.orig_h', 'Computer', 'winlog.computer_name', 'host.name', 'Hostname'];
const USERS = ['SubjectUserName', 'User', 'TargetUserName', 'user.name'];
const OTHERS = ['DestinationIp', 'id.resp_h', 'IpAddress', 'Computer', 'host.name'];
/** Fields that say best what an event is about, the most telling first. */
const TELLING = ['CommandLine', 'ScriptBlockText', 'Image', 'TargetObject', 'TargetFilename', 'QueryName', 'c-uri', 'query', 'uri'];

/** Whom a finding is about. */
export interface Who {
  readonly entity: string;
  /** The host whose line says so, where the entity is another. */
  readonly host?: string;
  readonly user?: string;
  readonly related?: readonly string[];
}

/** Whom a finding is about: the peer, else the host, else the account, else the source; with the account, the other end and the host that says so. */
export function whoOf(fields: Readonly<Record<string, unknown>>, batch: LogBatch | EventBatch): Who {
  const user = firstOf(fields, USERS);
  const entity = firstOf(fields, HOSTS) ?? user ?? batch.source;
  const others = new Set(OTHERS.flatMap((name) => textOf(fields, name) ?? []));
  const related = [...others].filter((name) => name !== entity && !EVERYWHERE.has(name));
  const host = firstOf(fields, REPORTING);
  const told = host === undefined || host === entity ? {} : { host };
  return { entity, ...told, ...(user === undefined ? {} : { user }), ...(related.length === 0 ? {} : { related }) };
}

/**
 * Whom a correlation is about: the first of its group. Where that is an account, the host that says so and the account; where the order
 * of events counts, also the account of the last one, which completes it.
 */
export function aboutOf(
  { rule, group }: Pick<CorrelationFinding, 'rule' | 'group'>,
  who: Who,
  fields: Readonly<Record<string, unknown>>,
): { readonly entity: string; readonly account?: string; readonly user?: string } {
  const ofAccount = rule.groupBy[0] === ACCOUNT;
  const account = ofAccount ? group[0] : rule.type === 'temporal_ordered' ? firstOf(fields, [ACCOUNT, 'TargetUserName']) : undefined;
  const entity = (ofAccount ? firstOf(fields, REPORTING) : group[0]) ?? who.entity;
  return { entity, ...(account === undefined ? {} : { account, user: account }) };
}

const ACCOUNT = 'SignInUser';
/** Hosts that report, not their peers. */
const REPORTING = ['Computer', 'winlog.computer_name', 'host.name', 'Hostname'];

/** Addresses that link nothing. */
const EVERYWHERE = new Set(['::1', '127.0.0.1', '0.0.0.0', '::']);

export function observedOf(batch: LogBatch | EventBatch, row: number, fields: Readonly<Record<string, unknown>>): string {
  const name = TELLING.find((one) => textOf(fields, one) !== undefined);
  if (name !== undefined) return `${name}: ${textOf(fields, name)}`;
  if (batch.kind === 'log') return textAt(batch.message, row);
  return batch.kind === 'host' ? textAt(batch.columns.attributes as TextColumn, row) : batch.kind;
}

function firstOf(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = textOf(fields, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function textOf(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
}
