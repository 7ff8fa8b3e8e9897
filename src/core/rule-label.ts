import type { LabelledRow } from './contracts.ts';

/** What a label of a rule's finding keeps: the rule and whom it was about. */
export function ruleLabel(rule: string, entity: string): string {
  return `${rule}\0${entity}`;
}

/** Pairs of rule and entity that labels in force call wrong or expected. */
export function rulesAllowed(labels: readonly LabelledRow[]): ReadonlySet<string> {
  return new Set(labels.filter(({ verdict }) => verdict !== 'true-positive').map(({ row }) => new TextDecoder().decode(row)));
}
