import type { Lane } from './lane/lane.ts';
import { type PlannedLane, type Running, runningOf } from './running.ts';

/** What another configuration changes of the lanes of a tenant. */
export interface LaneChanges {
  /** Those that run afterwards, in the order of the configuration. */
  readonly lanes: readonly Running[];
  /** Their sources go on, what is made of the records is another. */
  readonly renewed: readonly { readonly running: Running; readonly lane: Lane; readonly plan: PlannedLane }[];
  readonly started: readonly Running[];
  readonly ended: readonly Running[];
}

/** Everything new is made, so that what cannot work throws before anything stops; nothing of it has begun. */
export function laneChanges(current: readonly Running[], plans: readonly PlannedLane[]): LaneChanges {
  const renewed: LaneChanges['renewed'][number][] = [];
  const started: Running[] = [];
  const lanes = plans.map((plan) => {
    const running = current.find((one) => one.plan.name === plan.name);
    if (running?.plan.whole === plan.whole) return running;
    if (running?.plan.reading === plan.reading && !running.ended) {
      renewed.push({ running, lane: plan.build().lane, plan });
      return running;
    }
    const fresh = runningOf(plan);
    started.push(fresh);
    return fresh;
  });
  return { lanes, renewed, started, ended: current.filter((one) => !lanes.includes(one)) };
}

/** Opens what is new, so that a port that somebody else has shows. Returns those that can only be opened once their former has ended. */
export async function openStarted(changes: LaneChanges): Promise<readonly Running[]> {
  const { started, ended } = changes;
  const waiting: Running[] = [];
  try {
    for (const running of started) {
      const isReplaced = ended.some(({ plan }) => plan.name === running.plan.name);
      await running.pump.open().catch((error: unknown) => {
        if (!isReplaced) throw error;
        waiting.push(running);
      });
    }
  } catch (error) {
    await discard(changes);
    throw error;
  }
  return waiting;
}

/** Gives up the lanes of a change that did not take place. */
export async function discard({ started, renewed }: LaneChanges): Promise<void> {
  for (const { pump } of started) await pump.discard();
  for (const { lane } of [...started, ...renewed]) await lane.close?.();
}
