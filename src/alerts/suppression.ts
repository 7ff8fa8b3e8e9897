import type { Alert, Detection, Micros } from '../core/index.ts';

/** What a rule can match; each given field must match. `*` in a pattern stands for any text. */
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
  /** Why, in the words of whoever made the rule. */
  readonly reason: string;
  /** Event time from which the rule no longer applies; absent = until it is removed. */
  readonly expires?: Micros;
  /** Alerts of at least this severity are never suppressed. */
  readonly below?: number;
}

/** The first rule that suppresses the alert, in the order given; a rule without a field to match suppresses nothing. */
export function suppressedBy(alert: Alert, rules: readonly SuppressionRule[]): SuppressionRule | undefined {
  return rules.find((rule) => applies(rule, alert));
}

function applies({ match, expires, below }: SuppressionRule, { detection, group }: Alert): boolean {
  if (expires !== undefined && !(detection.start < expires)) return false;
  if (below !== undefined && detection.severity >= below) return false;
  const patterns = Object.entries(match).filter(([, pattern]) => pattern !== undefined);
  return (
    patterns.length > 0 &&
    patterns.every(([field, pattern]) =>
      valuesOf(field as keyof SuppressionMatch, detection, group).some((value) => matches(pattern, value)),
    )
  );
}

function valuesOf(field: keyof SuppressionMatch, detection: Detection, group: string): readonly string[] {
  if (field === 'technique') return detection.techniques;
  return [field === 'group' ? group : detection[field]];
}

/** Glob with `*` only, in time linear in the value for each star: values come from attackers, so no regular expression. */
export function matches(pattern: string, value: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] as string;
  if (parts.length === 1) return value === pattern;
  const last = parts.at(-1) as string;
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
