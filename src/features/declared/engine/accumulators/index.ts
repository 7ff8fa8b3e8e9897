import type { Expression } from '../../expression/expression.ts';
import type { PlannedAggregate } from '../../plan/aggregate.ts';
import type { FeaturePlan } from '../../plan/plan.ts';
import { type Accumulator, WINDOW_WIDTH } from './accumulator.ts';
import { FirstSeenAccumulator } from './first-seen.ts';
import { CountAccumulator, ExtremeAccumulator, MomentsAccumulator, RatioAccumulator, SumAccumulator } from './numeric.ts';
import { DistinctAccumulator, EntropyAccumulator, QuantileAccumulator } from './sketched.ts';
import { PeriodicityAccumulator, SilenceAccumulator } from './timing.ts';

/** The accumulators of a plan, placed one after the other in the state row, and how wide that row is. */
export function accumulatorsOf(plan: FeaturePlan): { accumulators: readonly Accumulator[]; width: number } {
  let width = WINDOW_WIDTH;
  const accumulators = plan.aggregates.map((aggregate) => {
    const accumulator = accumulatorOf(aggregate, plan.memory);
    accumulator.offset = width;
    width += accumulator.width;
    return accumulator;
  });
  return { accumulators, width };
}

function accumulatorOf({ name, operands, parameter }: PlannedAggregate, memory: number): Accumulator {
  const operand = operands[0] as Expression;
  switch (name) {
    case 'count':
      return new CountAccumulator(operands[0]);
    case 'sum':
      return new SumAccumulator(operand);
    case 'mean':
    case 'stddev':
      return new MomentsAccumulator(operand, name === 'stddev');
    case 'min':
    case 'max':
      return new ExtremeAccumulator(operand, name === 'min');
    case 'ratio':
      return new RatioAccumulator(operands);
    case 'distinct':
    case 'distinct-length':
      return new DistinctAccumulator(operand, parameter, name === 'distinct-length');
    case 'entropy':
      return new EntropyAccumulator(operand, parameter);
    case 'quantile':
      return new QuantileAccumulator(operand, parameter);
    case 'first-seen':
      return new FirstSeenAccumulator(operand, memory);
    case 'silence':
      return new SilenceAccumulator();
    case 'periodicity':
      return new PeriodicityAccumulator();
  }
}
