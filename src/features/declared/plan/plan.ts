import { type ColumnType, EVENT_SCHEMAS, type EventKind, parseDuration } from '../../../core/index.ts';
import { featureHash } from '../../definition.ts';
import { type Expression, ExpressionError, type ValueType } from '../expression/expression.ts';
import { type Network, parseNetwork } from '../expression/network.ts';
import { parseExpression, type Scope } from '../expression/parse.ts';
import { type PlannedAggregate, parseAggregate } from './aggregate.ts';
import type { EngineName } from './aggregates.ts';
import type { FeatureDeclaration } from './declaration.ts';

export type PlannedWindow =
  | { readonly type: 'tumbling'; readonly size: number; readonly lateness: number; readonly empty: number }
  | { readonly type: 'sliding'; readonly size: number; readonly slide: number; readonly lateness: number }
  | { readonly type: 'session'; readonly idle: number; readonly lateness: number };

/** A declared feature, typed and checked; what every engine compiles. Times in microseconds. */
export interface FeaturePlan {
  readonly name: string;
  readonly hash: string;
  readonly from: EventKind;
  readonly time: Expression;
  readonly where?: Expression;
  readonly key: readonly { readonly name: string; readonly expression: Expression }[];
  readonly window: PlannedWindow;
  readonly aggregates: readonly PlannedAggregate[];
  readonly maxKeys: number;
  readonly memory: number;
}

/** One thing wrong with a declaration: where in it, and at which character of that text. */
export interface PlanProblem {
  readonly path: readonly (string | number)[];
  readonly at: number;
  readonly message: string;
}

const TYPES: Readonly<Partial<Record<ColumnType, ValueType>>> = {
  time: 'number',
  f64: 'number',
  i32: 'number',
  u64: 'number',
  bool: 'boolean',
  dict: 'text',
  text: 'text',
  json: 'text',
  ip: 'address',
};

/** Most windows one event may fall into. */
const MOST_OVERLAP = 100;
/** Most columns, each derived from the one before it, that are read at once. */
const MOST_DERIVED = 100;

/** `homeNetworks`: what HOME_NET stands for. Problems instead of a plan where something is wrong. */
export function planFeature(
  name: string,
  declaration: FeatureDeclaration,
  homeNetworks: readonly string[],
): { readonly plan: FeaturePlan } | { readonly problems: readonly PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const attempt = <T>(path: readonly (string | number)[], make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      problems.push({ path, at: error.at, message: error.message });
      return undefined;
    }
  };
  const scope = scopeOf(declaration, homeNetworks, attempt);
  const boolean = (path: readonly string[], text: string): Expression | undefined =>
    attempt(path, () => ofType(parseExpression(text, scope), 'boolean', 'a condition'));
  const where = declaration.where === undefined ? undefined : boolean(['where'], declaration.where);
  const time = attempt(['time'], () => ofType(parseExpression(declaration.time, scope), 'number', 'a number'));
  const key = declaration.key.map((column, i) => {
    const expression = scope.columns.get(column);
    if (expression === undefined) {
      problems.push({ path: ['key', i], at: 0, message: `there is no column ${column}; known: ${[...scope.columns.keys()].join(', ')}` });
    }
    return { name: column, expression: expression as Expression };
  });
  const window = windowOf(declaration.window, problems);
  const aggregates = Object.entries(declaration.aggregates).map(([column, text]) =>
    attempt(['aggregates', column], () =>
      parseAggregate(column, text, scope, declaration.window.type, declaration.engines as EngineName[]),
    ),
  );
  if (problems.length > 0 || time === undefined || window === undefined) return { problems };
  return {
    plan: {
      name,
      hash: featureHash({ name, ...declaration, homeNetworks, ...(key.length > 1 && { ordered: true }) }),
      from: declaration.from,
      time,
      ...(where === undefined ? {} : { where }),
      key,
      window,
      aggregates: aggregates.filter((one) => one !== undefined),
      maxKeys: declaration.maxKeys,
      memory: declaration.memory,
    },
  };
}

/** Derived columns are read when they are first referred to, whatever their order: a stored declaration has them sorted by name. */
function scopeOf(
  { from, derive }: FeatureDeclaration,
  homeNetworks: readonly string[],
  attempt: <T>(path: readonly string[], make: () => T) => T | undefined,
): Scope {
  const known = new Map<string, Expression>();
  for (const { name, type } of EVENT_SCHEMAS[from].columns) {
    const valueType = TYPES[type];
    if (valueType !== undefined) known.set(name, { kind: 'column', type: valueType, name });
  }
  const unread = new Map(Object.entries(derive));
  const open = new Set<string>();
  const get = (name: string): Expression | undefined => {
    if (open.has(name)) throw new ExpressionError(0, `is derived from itself: ${[...open].join(', ')}`);
    const text = unread.get(name);
    if (text === undefined) return known.get(name);
    unread.delete(name);
    open.add(name);
    const expression = attempt(['derive', name], () => {
      if (known.has(name)) throw new ExpressionError(0, `${name} is a column of ${from} already`);
      if (open.size > MOST_DERIVED) throw new ExpressionError(0, `is more than ${MOST_DERIVED} columns deep`);
      return parseExpression(text, scope);
    });
    open.delete(name);
    if (expression !== undefined) known.set(name, expression);
    return known.get(name);
  };
  const home = homeNetworks.map(parseNetwork).filter((network): network is Network => network !== undefined);
  const scope: Scope = { columns: { get, keys: () => known.keys() }, networks: new Map([['HOME_NET', home]]) };
  for (const name of Object.keys(derive)) get(name);
  return scope;
}

function ofType(expression: Expression, type: ValueType, named: string): Expression {
  if (expression.type !== type) throw new ExpressionError(0, `must be ${named}, not a ${expression.type}`);
  return expression;
}

function windowOf(window: FeatureDeclaration['window'], problems: PlanProblem[]): PlannedWindow | undefined {
  const { type, empty } = window;
  const micros = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseDuration(text));
  const [size, slide, idle] = [micros(window.size), micros(window.slide), micros(window.idle)];
  const lateness = micros(window.lateness) as number;
  const wrong = (key: string, message: string): undefined => {
    problems.push({ path: ['window', key], at: 0, message });
    return undefined;
  };
  for (const [key, wanted] of [
    ['size', type !== 'session'],
    ['slide', type === 'sliding'],
    ['idle', type === 'session'],
  ] as const) {
    if (wanted !== (window[key] !== undefined))
      return wrong(key, wanted ? `is missing; a ${type} window needs it` : `has no meaning in a ${type} window`);
  }
  if (empty > 0 && type !== 'tumbling') return wrong('empty', `has no meaning in a ${type} window`);
  if (type === 'session') return { type, idle: idle as number, lateness };
  if (type === 'tumbling') return { type, size: size as number, lateness, empty };
  const overlap = Math.ceil((size as number) / (slide as number));
  if ((slide as number) > (size as number)) return wrong('slide', 'is longer than the window: events between windows would be lost');
  if (overlap > MOST_OVERLAP) return wrong('slide', `puts each event into ${overlap} windows; at most ${MOST_OVERLAP}`);
  return { type, size: size as number, slide: slide as number, lateness };
}
