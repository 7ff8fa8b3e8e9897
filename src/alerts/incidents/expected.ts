import type { ExpectedRule } from '../../core/index.ts';

/** Rules in force. They are an overlay over what was found: taking one back rates the incidents as if it had never been. */
export class ExpectedRules {
  readonly #rules = new Map<string, ExpectedRule>();

  constructor(rules: readonly ExpectedRule[] = []) {
    this.set(rules);
  }

  set(rules: readonly ExpectedRule[]): void {
    this.#rules.clear();
    for (const rule of rules) this.#rules.set(keyOf(rule.type, rule.host, rule.user), rule);
  }

  list(): ExpectedRule[] {
    return [...this.#rules.values()];
  }

  covers(type: string, host: string, user?: string): boolean {
    if (this.#rules.size === 0) return false;
    return this.#rules.has(keyOf(type, host, undefined)) || (user !== undefined && this.#rules.has(keyOf(type, host, user)));
  }
}

function keyOf(type: string, host: string, user: string | undefined): string {
  return JSON.stringify([type, host, user ?? null]);
}
