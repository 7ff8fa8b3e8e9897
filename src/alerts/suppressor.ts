import { type Alert, canonicalJson, type Micros, stableId } from '../core/index.ts';
import { applies, type SuppressionRule } from './suppression.ts';

/** Patterns remembered for rules with `once`. */
const REMEMBERED = 10_000;

/** Suppression rules at work: those with `once` remember what they let through. */
export class Suppressor {
  private rules: readonly SuppressionRule[] = [];
  /** Event time a pattern was last seen, by rule, entity and group. */
  private seen = new Map<string, Micros>();

  use(rules: readonly SuppressionRule[]): void {
    this.rules = rules;
  }

  /** The rule that suppresses the alert. */
  decide(alert: Alert): SuppressionRule | undefined {
    for (const rule of this.rules) {
      if (!applies(rule, alert)) continue;
      if (rule.once === undefined || this.again(rule, rule.once, alert)) return rule;
    }
    return undefined;
  }

  private again(rule: SuppressionRule, once: Micros, { detection, group }: Alert): boolean {
    const key = stableId(rule.id, detection.entity, group);
    const last = this.seen.get(key);
    this.seen.delete(key);
    this.seen.set(key, Math.max(detection.end, last ?? detection.end));
    if (this.seen.size > REMEMBERED) {
      const oldest = this.seen.keys().next().value;
      if (oldest !== undefined) this.seen.delete(oldest);
    }
    return last !== undefined && detection.start - last < once;
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson([...this.seen]));
  }

  restore(snapshot: Uint8Array): void {
    this.seen = new Map(JSON.parse(new TextDecoder().decode(snapshot)) as [string, Micros][]);
  }
}
