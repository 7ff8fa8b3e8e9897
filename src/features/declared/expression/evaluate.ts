import type { Comparison, Expression } from './expression.ts';
import { FUNCTIONS } from './functions.ts';
import type { Network } from './network.ts';
import { ABSENT, columnVector, type EventRows, type Vector } from './vector.ts';

type Numbers = Vector & { type: 'number' };
type Booleans = Vector & { type: 'boolean' };
type Texts = Vector & { type: 'text' };
type Addresses = Vector & { type: 'address' };

/** What an expression is computed over: the batch, and the parts that may be known already. */
export interface Columns {
  readonly batch: EventRows;
  vector(expression: Expression): Vector;
}

/** Computes `expression` for all rows of a batch, column by column. */
export function evaluate(expression: Expression, columns: Columns): Vector {
  const { batch } = columns;
  const { rows } = batch;
  const numbersOf = (part: Expression) => columns.vector(part) as Numbers;
  const booleansOf = (part: Expression) => columns.vector(part) as Booleans;
  switch (expression.kind) {
    case 'column':
      return columnVector(batch, expression.name, expression.type);
    case 'literal':
      return literal(expression, rows);
    case 'not':
      return not(booleansOf(expression.operand), rows);
    case 'logic':
      return logic(expression.op, booleansOf(expression.left), booleansOf(expression.right), rows);
    case 'compare': {
      const { op, left, right } = expression;
      if (right.kind === 'literal' && right.type === 'number') return compareNumber(op, numbersOf(left).values, right.value, rows);
      return compare(op, columns.vector(left), columns.vector(right), rows);
    }
    case 'arithmetic':
      return arithmetic(expression.op, numbersOf(expression.left), numbersOf(expression.right), rows);
    case 'among':
      return among(columns.vector(expression.operand) as Numbers | Texts, new Set(expression.values), rows);
    case 'inside':
      return inside(columns.vector(expression.operand) as Addresses, expression.networks, rows);
    case 'absent':
      return boolean(rows, absent(columns.vector(expression.operand)));
    case 'if': {
      const other = expression.other === undefined ? undefined : columns.vector(expression.other);
      return choose(booleansOf(expression.condition), columns.vector(expression.value), other, rows);
    }
    case 'call':
      return call(expression, columns);
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

function not({ values }: Booleans, rows: number): Booleans {
  const found = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) found[row] = values[row] === ABSENT ? ABSENT : 1 - (values[row] as number);
  return { type: 'boolean', values: found };
}

/** False and absent is false, true or absent is true. */
function logic(op: 'and' | 'or', { values: left }: Booleans, { values: right }: Booleans, rows: number): Booleans {
  const decides = op === 'and' ? 0 : 1;
  const values = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const a = left[row] as number;
    const b = right[row] as number;
    values[row] = a === decides || b === decides ? decides : a === ABSENT || b === ABSENT ? ABSENT : 1 - decides;
  }
  return { type: 'boolean', values };
}

/** Which of less, equal and greater make a comparison true, as bits 1, 2 and 4. */
const HOLDS: Readonly<Record<Comparison, number>> = { '=': 2, '!=': 5, '<': 1, '<=': 3, '>': 4, '>=': 6 };

function compareNumber(op: Comparison, left: Float64Array, right: number, rows: number): Booleans {
  const holds = HOLDS[op];
  const values = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = left[row] as number;
    values[row] = Number.isNaN(x) ? ABSENT : (holds & (x < right ? 1 : x === right ? 2 : 4)) === 0 ? 0 : 1;
  }
  return { type: 'boolean', values };
}

function compare(op: Comparison, left: Vector, right: Vector, rows: number): Booleans {
  if (left.type === 'number') {
    const [a, b, holds] = [left.values, (right as Numbers).values, HOLDS[op]];
    const values = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const x = a[row] as number;
      const y = b[row] as number;
      values[row] = Number.isNaN(x) || Number.isNaN(y) ? ABSENT : (holds & (x < y ? 1 : x === y ? 2 : 4)) === 0 ? 0 : 1;
    }
    return { type: 'boolean', values };
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
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = a[row] as number;
    const y = b[row] as number;
    const value = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : x / y;
    values[row] = Number.isFinite(value) ? value : Number.NaN;
  }
  return { type: 'number', values };
}

function among(operand: Numbers | Texts, values: ReadonlySet<string | number>, rows: number): Booleans {
  if (operand.type === 'number') {
    const found = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const value = operand.values[row] as number;
      found[row] = Number.isNaN(value) ? ABSENT : values.has(value) ? 1 : 0;
    }
    return { type: 'boolean', values: found };
  }
  const found = operand.values.map((text) => (text === undefined ? ABSENT : values.has(text) ? 1 : 0));
  return boolean(rows, (row) => found[operand.codes[row] as number] ?? ABSENT);
}

function inside({ words }: Addresses, networks: readonly Network[], rows: number): Booleans {
  const bounds = networks.map(({ first, last }) => [wordsOf(first), wordsOf(last)] as const);
  const values = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * 4;
    if (isNoAddress(words, at)) values[row] = ABSENT;
    else values[row] = bounds.some(([first, last]) => order(words, at, first) >= 0 && order(words, at, last) <= 0) ? 1 : 0;
  }
  return { type: 'boolean', values };
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

function isNoAddress(words: Int32Array, at: number): boolean {
  return ((words[at] as number) | (words[at + 1] as number) | (words[at + 2] as number) | (words[at + 3] as number)) === 0;
}

/** 1 where there is no value. */
export function absent(vector: Vector): (row: number) => 0 | 1 {
  if (vector.type === 'number') return (row) => (Number.isNaN(vector.values[row]) ? 1 : 0);
  if (vector.type === 'boolean') return (row) => (vector.values[row] === ABSENT ? 1 : 0);
  if (vector.type === 'text') return (row) => (vector.values[vector.codes[row] as number] === undefined ? 1 : 0);
  const { words } = vector;
  return (row) => (isNoAddress(words, row * 4) ? 1 : 0);
}

function choose(condition: Booleans, value: Vector, other: Vector | undefined, rows: number): Vector {
  const holds = condition.values;
  if (value.type === 'number') {
    const otherwise = (other as Numbers | undefined)?.values;
    const values = new Float64Array(rows).fill(Number.NaN);
    for (let row = 0; row < rows; row++) {
      if (holds[row] === 1) values[row] = value.values[row] as number;
      else if (otherwise !== undefined) values[row] = otherwise[row] as number;
    }
    return { type: 'number', values };
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
      if (from === undefined) continue;
      for (let i = row * 4; i < row * 4 + 4; i++) words[i] = from[i] as number;
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

function call({ name, operands, type }: Expression & { kind: 'call' }, columns: Columns): Vector {
  const { rows } = columns.batch;
  const first = columns.vector(operands[0] as Expression);
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
