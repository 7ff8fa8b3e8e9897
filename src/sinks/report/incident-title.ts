import { plural } from './words.ts';

/** `Discovery → impact: 10.0.0.7`: how far along the kill chain, and who. */
export function incidentTitle(incident: {
  readonly tactics: readonly string[];
  readonly hosts: readonly string[];
  readonly hostCount: number;
}): string {
  const { tactics, hosts, hostCount } = incident;
  const chain = tactics.length === 0 ? 'unusual behaviour' : tactics.map((tactic) => tactic.replaceAll('-', ' ')).join(' → ');
  const title = `${chain.charAt(0).toUpperCase()}${chain.slice(1)}`;
  const [first] = hosts;
  if (first === undefined) return title;
  return `${title}: ${hostCount > 1 ? `${first} and ${plural(hostCount - 1, 'other')}` : first}`;
}

/** True where an incident says more than its findings one by one: several that span hosts, detectors or a kill chain. */
export function isTelling(incident: {
  readonly alerts: number;
  readonly hosts: readonly string[];
  readonly tactics: readonly string[];
  readonly detectors: readonly string[];
}): boolean {
  const { alerts, hosts, tactics, detectors } = incident;
  return alerts > 1 && (hosts.length > 1 || tactics.length > 0 || detectors.length > 1);
}
