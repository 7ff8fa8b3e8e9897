import { type Arithmetic, type Comparison, type Expression, ExpressionError, type ValueType } from './expression.ts';
import { type CallName, FUNCTIONS } from './functions.ts';
import { type Network, parseNetwork } from './network.ts';
import { type Token, tokens } from './token.ts';

/** What names mean: columns of the events, expressions derived from them, and named lists of networks. */
export interface Scope {
  readonly columns: Pick<ReadonlyMap<string, Expression>, 'get' | 'keys'>;
  readonly networks: ReadonlyMap<string, readonly Network[]>;
}

const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);
const MOST_DEPTH = 100;

/** A typed expression of `source`. Throws ExpressionError with the position of what is wrong. */
export function parseExpression(source: string, scope: Scope): Expression {
  return new Parser(source, scope).whole();
}

/** `name(expression, …)`: the call of an aggregate, whose name may have hyphens. `at` are the positions of the operands. */
export function parseAggregateCall(source: string, scope: Scope): { name: string; operands: readonly Expression[]; at: readonly number[] } {
  const match = /^\s*([a-z][a-z-]*)\s*\(/.exec(source);
  if (match === null) throw new ExpressionError(0, 'must be an aggregate such as count() or sum(forwardBytes)');
  const name = match[1] as string;
  return { name, ...new Parser(' '.repeat(match[0].length - 1) + source.slice(match[0].length - 1), scope).operandList() };
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #scope: Scope;
  #next = 0;
  #depth = 0;

  constructor(source: string, scope: Scope) {
    this.#tokens = tokens(source);
    this.#scope = scope;
  }

  whole(): Expression {
    const expression = this.#or();
    this.#end();
    return expression;
  }

  operandList(): { operands: readonly Expression[]; at: readonly number[] } {
    const list = this.#operands();
    this.#end();
    return list;
  }

  #end(): void {
    const { kind, text, at } = this.#peek();
    if (kind !== 'end') throw new ExpressionError(at, `"${text}" does not belong here`);
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token.text !== text || (token.kind !== 'symbol' && token.kind !== 'name')) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    const token = this.#peek();
    if (!this.#take(text))
      throw new ExpressionError(token.at, `"${text}" is missing before ${token.kind === 'end' ? 'the end' : `"${token.text}"`}`);
  }

  #typed(expression: Expression, type: ValueType, at: number): Expression {
    if (expression.type !== type) throw new ExpressionError(at, `must be ${article(type)}, not ${article(expression.type)}`);
    return expression;
  }

  #nested<T>(at: number, parse: () => T): T {
    if (++this.#depth > MOST_DEPTH) throw new ExpressionError(at, `is nested more than ${MOST_DEPTH} deep`);
    const value = parse();
    this.#depth--;
    return value;
  }

  #or(): Expression {
    return this.#logic('or', () => this.#and());
  }

  #and(): Expression {
    return this.#logic('and', () => this.#not());
  }

  #logic(op: 'and' | 'or', operand: () => Expression): Expression {
    let { at } = this.#peek();
    let left = operand();
    while (this.#take(op)) {
      this.#typed(left, 'boolean', at);
      at = this.#peek().at;
      const right = this.#typed(operand(), 'boolean', at);
      left = { kind: 'logic', type: 'boolean', op, left, right };
    }
    return left;
  }

  #not(): Expression {
    const { at } = this.#peek();
    if (!this.#take('not')) return this.#comparison();
    return { kind: 'not', type: 'boolean', operand: this.#nested(at, () => this.#typed(this.#not(), 'boolean', at)) };
  }

  #comparison(): Expression {
    const { at } = this.#peek();
    const left = this.#sum();
    const operator = this.#peek();
    if (operator.kind === 'name' && (operator.text === 'in' || operator.text === 'not')) return this.#among(left, at);
    if (operator.kind === 'name' && operator.text === 'is') return this.#absent(left);
    if (operator.kind !== 'symbol' || !COMPARISONS.has(operator.text)) return left;
    this.#next++;
    const rightAt = this.#peek().at;
    const right = this.#typed(this.#sum(), left.type, rightAt);
    const op = operator.text as Comparison;
    if (left.type !== 'number' && op !== '=' && op !== '!=') throw new ExpressionError(operator.at, `compares numbers, not ${left.type}`);
    return { kind: 'compare', type: 'boolean', op, left, right };
  }

  /** `is absent`, `is not absent`. */
  #absent(operand: Expression): Expression {
    this.#expect('is');
    const negated = this.#take('not');
    this.#expect('absent');
    const absent: Expression = { kind: 'absent', type: 'boolean', operand };
    return negated ? { kind: 'not', type: 'boolean', operand: absent } : absent;
  }

  /** `x in (1, 2)`, `x not in ('a')`, and `address in 10.0.0.0/8` or a named list. */
  #among(operand: Expression, at: number): Expression {
    const negated = this.#take('not');
    this.#expect('in');
    const found = operand.type === 'address' ? this.#inside(operand) : this.#values(operand, at);
    return negated ? { kind: 'not', type: 'boolean', operand: found } : found;
  }

  #inside(operand: Expression): Expression {
    const networks: Network[] = [];
    const list = this.#take('(');
    do networks.push(...this.#network());
    while (list && this.#take(','));
    if (list) this.#expect(')');
    return { kind: 'inside', type: 'boolean', operand, networks };
  }

  #network(): readonly Network[] {
    const { kind, text, at } = this.#peek();
    this.#next++;
    if (kind === 'name') {
      const named = this.#scope.networks.get(text);
      if (named !== undefined) return named;
      throw new ExpressionError(at, `there are no networks called ${text}; known: ${[...this.#scope.networks.keys()].join(', ')}`);
    }
    const network = kind === 'network' || kind === 'text' ? parseNetwork(text) : undefined;
    if (network === undefined) throw new ExpressionError(at, `"${text}" is no network such as 10.0.0.0/8`);
    return [network];
  }

  #values(operand: Expression, at: number): Expression {
    if (operand.type === 'boolean') throw new ExpressionError(at, 'must be a number, a text or an address');
    this.#expect('(');
    const values: (string | number)[] = [];
    do {
      const start = this.#peek().at;
      const value = this.#typed(this.#sum(), operand.type, start);
      if (value.kind !== 'literal' || value.type === 'boolean') throw new ExpressionError(start, `must be a ${operand.type} as such`);
      values.push(value.value);
    } while (this.#take(','));
    this.#expect(')');
    return { kind: 'among', type: 'boolean', operand, values };
  }

  #sum(): Expression {
    return this.#arithmetic(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#arithmetic(['*', '/'], () => this.#unary());
  }

  #arithmetic(operators: readonly Arithmetic[], operand: () => Expression): Expression {
    let { at } = this.#peek();
    let left = operand();
    for (;;) {
      const op = operators.find((one) => this.#take(one));
      if (op === undefined) return left;
      this.#typed(left, 'number', at);
      at = this.#peek().at;
      left = { kind: 'arithmetic', type: 'number', op, left, right: this.#typed(operand(), 'number', at) };
    }
  }

  #unary(): Expression {
    const { at } = this.#peek();
    if (!this.#take('-')) return this.#primary();
    const operand = this.#nested(at, () => this.#typed(this.#unary(), 'number', at + 1));
    if (operand.kind === 'literal' && operand.type === 'number') return { ...operand, value: -operand.value };
    return { kind: 'arithmetic', type: 'number', op: '-', left: { kind: 'literal', type: 'number', value: 0 }, right: operand };
  }

  #primary(): Expression {
    const token = this.#peek();
    if (this.#take('(')) {
      const inner = this.#nested(token.at, () => this.#or());
      this.#expect(')');
      return inner;
    }
    this.#next++;
    if (token.kind === 'number') return { kind: 'literal', type: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'literal', type: 'text', value: token.text };
    if (token.kind !== 'name') throw new ExpressionError(token.at, token.kind === 'end' ? 'ends too early' : `"${token.text}" is no value`);
    if (token.text === 'true' || token.text === 'false') return { kind: 'literal', type: 'boolean', value: token.text === 'true' };
    if (this.#peek().kind === 'symbol' && this.#peek().text === '(') return this.#nested(token.at, () => this.#call(token));
    const column = this.#scope.columns.get(token.text);
    if (column !== undefined) return column;
    throw new ExpressionError(token.at, `there is no column ${token.text}; known: ${[...this.#scope.columns.keys()].join(', ')}`);
  }

  #call({ text, at }: Token): Expression {
    if (text === 'inside') return this.#insideCall();
    const { operands, at: places } = this.#operands();
    if (text === 'if') return this.#if(operands, places, at);
    if (!Object.hasOwn(FUNCTIONS, text)) {
      throw new ExpressionError(at, `there is no function ${text}; known: ${[...Object.keys(FUNCTIONS), 'if', 'inside'].join(', ')}`);
    }
    const name = text as CallName;
    const known = FUNCTIONS[name];
    if (operands.length !== known.operands.length) {
      throw new ExpressionError(at, `${text} takes ${known.operands.length} values, not ${operands.length}`);
    }
    for (const [i, operand] of operands.entries()) this.#typed(operand, known.operands[i] as ValueType, places[i] as number);
    for (const [i, operand] of operands.entries()) {
      if (i > 0 && operand.kind !== 'literal') throw new ExpressionError(places[i] as number, 'must be a text in quotes');
    }
    return { kind: 'call', type: known.type, name, operands };
  }

  /** `inside(HOME_NET, address)`, in either order of its operands. */
  #insideCall(): Expression {
    this.#expect('(');
    const token = this.#peek();
    const networks = this.#network();
    this.#expect(',');
    const at = this.#peek().at;
    const operand = this.#typed(this.#sum(), 'address', at);
    this.#expect(')');
    if (networks.length === 0) throw new ExpressionError(token.at, `${token.text} holds no network`);
    return { kind: 'inside', type: 'boolean', operand, networks };
  }

  #if(operands: readonly Expression[], places: readonly number[], at: number): Expression {
    const [condition, value, other] = operands;
    if (condition === undefined || value === undefined || operands.length > 3) {
      throw new ExpressionError(at, 'if takes a condition, a value and, if wanted, another value');
    }
    this.#typed(condition, 'boolean', places[0] as number);
    if (other !== undefined) this.#typed(other, value.type, places[2] as number);
    return { kind: 'if', type: value.type, condition, value, ...(other === undefined ? {} : { other }) };
  }

  #operands(): { operands: Expression[]; at: number[] } {
    this.#expect('(');
    const operands: Expression[] = [];
    const at: number[] = [];
    if (this.#take(')')) return { operands, at };
    do {
      at.push(this.#peek().at);
      operands.push(this.#or());
    } while (this.#take(','));
    this.#expect(')');
    return { operands, at };
  }
}

function article(type: ValueType): string {
  return type === 'address' ? 'an address' : type === 'boolean' ? 'a condition' : `a ${type}`;
}
