import type { CallName } from './functions.ts';
import type { Network } from './network.ts';

export type ValueType = 'number' | 'text' | 'boolean' | 'address';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/';

/**
 * A typed expression over the columns of one event kind. Absent values follow SQL: they make a comparison absent, and a condition
 * holds only where it is true.
 */
export type Expression =
  | { readonly kind: 'column'; readonly type: ValueType; readonly name: string }
  | { readonly kind: 'literal'; readonly type: 'number'; readonly value: number }
  | { readonly kind: 'literal'; readonly type: 'text'; readonly value: string }
  | { readonly kind: 'literal'; readonly type: 'boolean'; readonly value: boolean }
  | { readonly kind: 'not'; readonly type: 'boolean'; readonly operand: Expression }
  | { readonly kind: 'logic'; readonly type: 'boolean'; readonly op: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly type: 'boolean'; readonly op: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'arithmetic'; readonly type: 'number'; readonly op: Arithmetic; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'among'; readonly type: 'boolean'; readonly operand: Expression; readonly values: readonly (string | number)[] }
  | { readonly kind: 'inside'; readonly type: 'boolean'; readonly operand: Expression; readonly networks: readonly Network[] }
  | { readonly kind: 'absent'; readonly type: 'boolean'; readonly operand: Expression }
  | {
      readonly kind: 'if';
      readonly type: ValueType;
      readonly condition: Expression;
      readonly value: Expression;
      readonly other?: Expression;
    }
  | { readonly kind: 'call'; readonly type: ValueType; readonly name: CallName; readonly operands: readonly Expression[] };

/** Wrong text; `at` is the 0-based position of the first wrong character. */
export class ExpressionError extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}
