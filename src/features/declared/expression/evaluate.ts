import type { Comparison, Expression } from './expression.ts';
import { FUNCTIONS } from './functions.ts';
import type { Network } from './network.ts';
import { ABSENT, columnVector, type EventRows, type Vector } from './vector.ts';

type Numbers = Vector & { type: 'number' };
type Booleans = Vector & { type: 'boolean' };
type Texts = Vector & { type: 'text' };
type Addresses = Vector & { type: 'address' };

/** Computes `expression` for all rows of a batch, column by column. */
export function evaluate(expression: Expression, batch: EventRows): Vector {
  const { rows } = batch;
  switch (expression.kind) {
    case 'column':
      return columnVector(batch, expression.name, expression.type);
    case 'literal':
      return literal(expression, rows);
    case 'not':
      return boolean(rows, negated(evaluate(expression.operand, batch) as Booleans));
    case 'logic':
      return logic(expression.op, evaluate(expression.left, batch) as Booleans, evaluate(expression.right, batch) as Booleans, rows);
    case 'compare':
      return compare(expression.op, evaluate(expression.left, batch), evaluate(expression.right, batch), rows);
    case 'arithmetic':
      return arithmetic(expression.op, evaluate(expression.left, batch) as Numbers, evaluate(expression.right, batch) as Numbers, rows);
    case 'among':
      return among(evaluate(expression.operand, batch) as Numbers | Texts, new Set(expression.values), rows);
    case 'inside':
      return inside(evaluate(expression.operand, batch) as Addresses, expression.networks, rows);
    case 'absent':
      return boolean(rows, absent(evaluate(expression.operand, batch)));
    case 'if': {
      const other = expression.other === undefined ? undefined : evaluate(expression.other, batch);
      return choose(evaluate(expression.condition, batch) as Booleans, evaluate(expression.value, batch), other, rows);
    }
    case 'call':
      return call(expression, batch);
  }
}

function boolean(rows: number, of: (row: number) => number): Booleans {
  const values = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) values[row] = of(row);
  return { type: 'boolean', values };
}

function number(rows: number, of: (row: number) => number): Numbers {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) values[row] = of(row);
  return { type: 'number', values };
}

function literal(expression: Expression & { kind: 'literal' }, rows: number): Vector {
  if (expression.type === 'number') return { type: 'number', values: new Float64Array(rows).fill(expression.value) };
  if (expression.type === 'boolean') return { type: 'boolean', values: new Uint8Array(rows).fill(expression.value ? 1 : 0) };
  return { type: 'text', codes: new Int32Array(rows), values: [expression.value] };
}

function negated({ values }: Booleans): (row: number) => number {
  return (row) => (values[row] === ABSENT ? ABSENT : 1 - (values[row] as number));
}

/** False and absent is false, true or absent is true. */
function logic(op: 'and' | 'or', left: Booleans, right: Booleans, rows: number): Booleans {
  const decides = op === 'and' ? 0 : 1;
  return boolean(rows, (row) => {
    const a = left.values[row] as number;
    const b = right.values[row] as number;
    if (a === decides || b === decides) return decides;
    return a === ABSENT || b === ABSENT ? ABSENT : 1 - decides;
  });
}

const HOLDS: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function compare(op: Comparison, left: Vector, right: Vector, rows: number): Booleans {
  if (left.type === 'number') {
    const [a, b, holds] = [left.values, (right as Numbers).values, HOLDS[op]];
    return boolean(rows, (row) => {
      const [x, y] = [a[row] as number, b[row] as number];
      return Number.isNaN(x) || Number.isNaN(y) ? ABSENT : holds(x, y) ? 1 : 0;
    });
  }
  const equal = equality(left, right);
  return boolean(rows, (row) => {
    const same = equal(row);
    return same === ABSENT || op === '=' ? same : 1 - same;
  });
}

function equality(left: Vector, right: Vector): (row: number) => number {
  if (left.type === 'text') {
    const other = right as Texts;
    return (row) => {
      const a = left.values[left.codes[row] as number];
      const b = other.values[other.codes[row] as number];
      return a === undefined || b === undefined ? ABSENT : a === b ? 1 : 0;
    };
  }
  if (left.type === 'boolean') {
    const [a, b] = [left.values, (right as Booleans).values];
    return (row) => (a[row] === ABSENT || b[row] === ABSENT ? ABSENT : a[row] === b[row] ? 1 : 0);
  }
  const [a, b] = [(left as Addresses).words, (right as Addresses).words];
  const [isAbsentA, isAbsentB] = [absent(left), absent(right)];
  return (row) => {
    if (isAbsentA(row) === 1 || isAbsentB(row) === 1) return ABSENT;
    for (let i = row * 4; i < row * 4 + 4; i++) if (a[i] !== b[i]) return 0;
    return 1;
  };
}

/** Division by 0, and whatever is no finite number, is absent. */
function arithmetic(op: '+' | '-' | '*' | '/', left: Numbers, right: Numbers, rows: number): Numbers {
  const [a, b] = [left.values, right.values];
  return number(rows, (row) => {
    const [x, y] = [a[row] as number, b[row] as number];
    const value = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : x / y;
    return Number.isFinite(value) ? value : Number.NaN;
  });
}

function among(operand: Numbers | Texts, values: ReadonlySet<string | number>, rows: number): Booleans {
  if (operand.type === 'number') {
    return boolean(rows, (row) => (Number.isNaN(operand.values[row]) ? ABSENT : values.has(operand.values[row] as number) ? 1 : 0));
  }
  const found = operand.values.map((text) => (text === undefined ? ABSENT : values.has(text) ? 1 : 0));
  return boolean(rows, (row) => found[operand.codes[row] as number] ?? ABSENT);
}

function inside(operand: Addresses, networks: readonly Network[], rows: number): Booleans {
  const bounds = networks.map(({ first, last }) => [wordsOf(first), wordsOf(last)] as const);
  const isAbsent = absent(operand);
  return boolean(rows, (row) => {
    if (isAbsent(row) === 1) return ABSENT;
    return bounds.some(([first, last]) => order(operand.words, row * 4, first) >= 0 && order(operand.words, row * 4, last) <= 0) ? 1 : 0;
  });
}

function wordsOf(hex: string): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, i) => Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16));
}

function order(words: Int32Array, at: number, bound: Uint32Array): number {
  for (let i = 0; i < 4; i++) {
    const difference = ((words[at + i] as number) >>> 0) - (bound[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** 1 where there is no value. */
export function absent(vector: Vector): (row: number) => 0 | 1 {
  if (vector.type === 'number') return (row) => (Number.isNaN(vector.values[row]) ? 1 : 0);
  if (vector.type === 'boolean') return (row) => (vector.values[row] === ABSENT ? 1 : 0);
  if (vector.type === 'text') return (row) => (vector.values[vector.codes[row] as number] === undefined ? 1 : 0);
  const { words } = vector;
  return (row) => {
    const at = row * 4;
    return ((words[at] as number) | (words[at + 1] as number) | (words[at + 2] as number) | (words[at + 3] as number)) === 0 ? 1 : 0;
  };
}

function choose(condition: Booleans, value: Vector, other: Vector | undefined, rows: number): Vector {
  const holds = condition.values;
  if (value.type === 'number') {
    const otherwise = (other as Numbers | undefined)?.values;
    return number(rows, (row) => (holds[row] === 1 ? (value.values[row] as number) : (otherwise?.[row] ?? Number.NaN)));
  }
  if (value.type === 'boolean') {
    const otherwise = (other as Booleans | undefined)?.values;
    return boolean(rows, (row) => (holds[row] === 1 ? (value.values[row] as number) : (otherwise?.[row] ?? ABSENT)));
  }
  if (value.type === 'address') {
    const otherwise = (other as Addresses | undefined)?.words;
    const words = new Int32Array(rows * 4);
    for (let row = 0; row < rows; row++) {
      const from = holds[row] === 1 ? value.words : otherwise;
      if (from !== undefined) words.set(from.subarray(row * 4, row * 4 + 4), row * 4);
    }
    return { type: 'address', words };
  }
  const otherwise = other as Texts | undefined;
  const values = otherwise === undefined ? value.values : [...value.values, ...otherwise.values];
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const code = otherwise?.codes[row] ?? -1;
    codes[row] = holds[row] === 1 ? (value.codes[row] as number) : code < 0 ? -1 : code + value.values.length;
  }
  return { type: 'text', codes, values };
}

function call({ name, operands, type }: Expression & { kind: 'call' }, batch: EventRows): Vector {
  const { rows } = batch;
  const first = evaluate(operands[0] as Expression, batch);
  if (first.type === 'number') return number(rows, (row) => Math.floor(first.values[row] as number));
  const { codes, values } = first as Texts;
  const [, second] = operands;
  const other = second?.kind === 'literal' ? String(second.value) : '';
  const of = FUNCTIONS[name].ofText;
  const results = values.map((text) => (text === undefined ? undefined : of?.(text, other)));
  if (type === 'text') return { type, codes, values: results as (string | undefined)[] };
  if (type === 'number') return number(rows, (row) => (results[codes[row] as number] as number | undefined) ?? Number.NaN);
  return boolean(rows, (row) => {
    const result = results[codes[row] as number];
    return result === undefined ? ABSENT : result === true ? 1 : 0;
  });
}
