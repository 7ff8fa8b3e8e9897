import ipaddr from 'ipaddr.js';
import { type Alert, type Micros, VedetteError } from '../core/index.ts';
import { matches } from './glob.ts';
import { type Schedule, withinSchedule } from './schedule.ts';

/** What a rule can match; each given field must match. `*` stands for any text; an entity may also be a network such as 10.0.0.0/8. */
export interface SuppressionMatch {
  readonly detector?: string;
  readonly source?: string;
  readonly entity?: string;
  readonly key?: string;
  readonly title?: string;
  readonly group?: string;
  readonly technique?: string;
}

export interface SuppressionRule {
  readonly id: string;
  readonly match: SuppressionMatch;
  /** Alerts that match one of these are raised all the same. */
  readonly except?: readonly SuppressionMatch[];
  /** Why, in the words of whoever made the rule. */
  readonly reason: string;
  /** Event time from which the rule applies; absent = always. */
  readonly from?: Micros;
  /** Event time from which the rule no longer applies; absent = until it is removed. */
  readonly expires?: Micros;
  /** Alerts of at least this severity are never suppressed. */
  readonly below?: number;
  /** Applies in these hours of the week only (a maintenance window). */
  readonly schedule?: Schedule;
  /** Raise the first of a pattern on an entity, and again once none came for so long: a level that shifted and stays is told once. */
  readonly once?: Micros;
}

/** The first rule that applies to the alert whatever came before, in the order given; a rule without a field to match applies to nothing. */
export function suppressedBy(alert: Alert, rules: readonly SuppressionRule[]): SuppressionRule | undefined {
  return rules.find((rule) => applies(rule, alert));
}

/** Whether a rule covers the alert; of a rule with `once` it is the alerts after the first that are suppressed. */
export function applies({ match, except = [], from, expires, below, schedule }: SuppressionRule, alert: Alert): boolean {
  const { start, severity } = alert.detection;
  if (from !== undefined && !(start >= from)) return false;
  if (expires !== undefined && !(start < expires)) return false;
  if (below !== undefined && severity >= below) return false;
  if (schedule !== undefined && !withinSchedule(schedule, start)) return false;
  return fits(match, alert) && !except.some((one) => fits(one, alert));
}

/** Refuses what can never apply: a time zone that there is not, or a network that is none. Throws USAGE. */
export function checkRule({ match, except = [], schedule }: Omit<SuppressionRule, 'id'>): void {
  if (schedule !== undefined) withinSchedule(schedule, 0);
  for (const { entity } of [match, ...except]) {
    if (entity === undefined || !NETWORK.test(entity) || ipaddr.isValidCIDR(entity)) continue;
    throw new VedetteError('USAGE', `${entity} is no network`, { hint: 'Write one as 10.0.0.0/8 or fd00::/8, or a name with *.' });
  }
}

/** What is meant as a network: hexadecimal digits, dots and colons, and a length. */
const NETWORK = /^(?=[\da-f]*[.:])[\d.:a-f]{1,64}\/\d{1,9}$/i;

function fits(match: SuppressionMatch, alert: Alert): boolean {
  const patterns = Object.entries(match).filter(([, pattern]) => pattern !== undefined);
  return (
    patterns.length > 0 &&
    patterns.every(([field, pattern]) => valuesOf(field as keyof SuppressionMatch, alert).some((value) => fitsOne(field, pattern, value)))
  );
}

function fitsOne(field: string, pattern: string, value: string): boolean {
  return matches(pattern, value) || (field === 'entity' && pattern.includes('/') && inNetwork(pattern, value));
}

function inNetwork(network: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(network) || !ipaddr.isValid(address)) return false;
  const [range, bits] = ipaddr.parseCIDR(network);
  const own = ipaddr.process(address);
  return own.kind() === range.kind() && own.match(range, bits);
}

function valuesOf(field: keyof SuppressionMatch, { detection, group }: Alert): readonly string[] {
  if (field === 'technique') return detection.techniques;
  return [field === 'group' ? group : detection[field]];
}
