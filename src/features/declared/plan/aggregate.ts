import { type Expression, ExpressionError } from '../expression/expression.ts';
import { parseAggregateCall, type Scope } from '../expression/parse.ts';
import { AGGREGATE_RULES, AGGREGATES, type AggregateName, DEFAULT_BOUND, type EngineName } from './aggregates.ts';

export interface PlannedAggregate {
  readonly column: string;
  readonly name: AggregateName;
  /** What is aggregated; none for counts of events, silence and periodicity. */
  readonly operands: readonly Expression[];
  /** The share of a quantile, or the bound up to which different values are kept. */
  readonly parameter: number;
}

/** `distinct(destinationAddress)` as a plan. Refuses what an engine or the type of window cannot run. */
export function parseAggregate(
  column: string,
  text: string,
  scope: Scope,
  window: 'tumbling' | 'sliding' | 'session',
  engines: readonly EngineName[],
): PlannedAggregate {
  const { name: called, operands, at } = parseAggregateCall(text, scope);
  const name = AGGREGATES.find((one) => one === called);
  if (name === undefined) throw new ExpressionError(0, `there is no aggregate ${called}; known: ${AGGREGATES.join(', ')}`);
  const rule = AGGREGATE_RULES[name];
  const most = rule.operands.length;
  if (operands.length > most || operands.length < most - rule.optional) {
    throw new ExpressionError(
      0,
      `${name} takes ${most - rule.optional === most ? most : `${most - rule.optional} to ${most}`} values, not ${operands.length}`,
    );
  }
  for (const [i, operand] of operands.entries()) {
    const allowed = rule.operands[i] ?? [];
    if (!allowed.includes(operand.type)) throw new ExpressionError(at[i] as number, `must be ${allowed.join(' or ')}, not ${operand.type}`);
  }
  for (const engine of engines) {
    if (rule.engines[engine] === undefined) {
      const able = Object.keys(rule.engines).join(', ');
      throw new ExpressionError(0, `${engine} cannot run ${name}; ${able} can`);
    }
  }
  if (window === 'session' && !rule.mergeable) throw new ExpressionError(0, `${name} cannot be taken over sessions, which may join`);
  return { column, name, ...parameterOf(name, operands, at) };
}

/** Takes the number out of the operands where the last one is a parameter. */
function parameterOf(
  name: AggregateName,
  operands: readonly Expression[],
  at: readonly number[],
): Pick<PlannedAggregate, 'operands' | 'parameter'> {
  const [first, second] = operands;
  if (name === 'ratio') {
    if ((first?.type === 'number') !== (second !== undefined)) {
      throw new ExpressionError(0, 'ratio takes a condition, or two numbers whose sums are divided');
    }
    return { operands, parameter: 0 };
  }
  const takesParameter = name === 'quantile' || name === 'distinct' || name === 'distinct-length' || name === 'entropy';
  if (!takesParameter || second === undefined) return { operands, parameter: DEFAULT_BOUND };
  const [least, greatest] = name === 'quantile' ? [0, 1] : [1, 65_536];
  if (second.kind !== 'literal' || second.type !== 'number' || !(second.value >= least && second.value <= greatest)) {
    throw new ExpressionError(at[1] as number, `must be a number from ${least} to ${greatest}`);
  }
  return { operands: [first as Expression], parameter: second.value };
}
