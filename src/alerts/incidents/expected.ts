/** An analyst's word that a type is normal on a host for a user; an absent user means any. */
export interface ExpectedRule {
  readonly id: string;
  readonly type: string;
  readonly host: string;
  readonly user?: string;
  readonly reason: string;
}

/** Rules in force. They are an overlay: taking one back scores the incidents as if it had never been. */
export class ExpectedRules {
  readonly #rules = new Map<string, ExpectedRule>();

  set(rules: readonly ExpectedRule[]): void {
    this.#rules.clear();
    for (const rule of rules) this.#rules.set(keyOf(rule.type, rule.host, rule.user), rule);
  }

  list(): ExpectedRule[] {
    return [...this.#rules.values()];
  }

  covers(type: string, host: string, user: string | undefined): boolean {
    if (this.#rules.size === 0) return false;
    return this.#rules.has(keyOf(type, host, undefined)) || (user !== undefined && this.#rules.has(keyOf(type, host, user)));
  }
}

function keyOf(type: string, host: string, user: string | undefined): string {
  return JSON.stringify([type, host, user ?? null]);
}
