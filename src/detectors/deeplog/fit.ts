import { type FitProgress, type FitSummary, type SequenceBatch, VedetteError } from '../../core/index.ts';
import { Vocabulary } from '../sequence/vocabulary.ts';
import { ARMS, type Arm, combineLeavingOut, joinScores } from './arms.ts';
import type { DeepLogConfig } from './config.ts';
import { armsFor, armsOf, type DeepLogModel, SPARE_SYMBOLS, scoreRows } from './model.ts';
import { NextEvent, trainNetwork } from './next-event.ts';
import { ParameterModel } from './parameters.ts';
import type { DeepLogState } from './snapshot.ts';
import { joined, thinned, trainingSet } from './training-set.ts';
import { windowsOf } from './windows.ts';

/** Training windows kept for later learning. */
const REPLAY_ROWS = 4_096;
/** Passes over new rows and replay together when learning further. */
const FURTHER_EPOCHS = 2;

export interface Fitted {
  readonly state: DeepLogState;
  readonly summary: FitSummary;
}

/**
 * One network per contiguous block of rows, trained on the other blocks, gives the calibration; a last one, trained on
 * everything, is the model. Event ids are coded over all rows; an event that only one block has is unseen to that block's network
 * by never having been a target, not by its code.
 */
export async function fitModel(config: DeepLogConfig, batch: SequenceBatch, progress: FitProgress): Promise<Fitted> {
  const folds = Math.min(config.folds, batch.rows);
  if (folds < 2) {
    throw new VedetteError('DATA_INSUFFICIENT', `a deeplog detector needs at least 2 normal sequences, got ${batch.rows}`, {
      hint: 'give it more normal data, or a longer baseline',
    });
  }
  // The losses of the network that is kept; those of the folds would start anew each time.
  const step = (done: number, share: number, loss?: number) => progress((done + share) / (folds + 1), loss);
  const calibration: Partial<Record<Arm, Float64Array>> = {};
  for (let fold = 0; fold < folds; fold++) {
    const from = Math.round((fold * batch.rows) / folds);
    const to = Math.round(((fold + 1) * batch.rows) / folds);
    const kept = without(batch, from, to);
    const { model } = await train(config, kept, (share) => step(fold, share));
    const { arms } = await scoreRows(model, config, batch, from, to, armsFor(config, model));
    await model.network.close();
    for (const arm of ARMS) {
      const scores = arms[arm];
      if (scores === undefined) continue;
      calibration[arm] ??= new Float64Array(batch.rows);
      calibration[arm].set(scores, from);
    }
  }
  const trained = await train(config, batch, (share, loss) => step(folds, share, loss));
  const [from, to] = span(batch);
  const state: DeepLogState = { ...trained, calibration, rows: batch.rows, from, to };
  const metrics = { events: batch.codes.length, distinct_events: trained.model.vocabulary.ids.length, loss: trained.loss, folds };
  progress(1);
  return { state, summary: { rows: batch.rows, from, to, calibration: combineLeavingOut(calibration, batch.rows), metrics } };
}

/** Goes on from a trained state with rows believed normal; their scores, made before they are learnt, join the calibration. */
export async function learnFurther(config: DeepLogConfig, state: DeepLogState, batch: SequenceBatch): Promise<DeepLogState> {
  const { arms } = await scoreRows(state.model, config, batch, 0, batch.rows, armsOf(state.calibration));
  const { vocabulary } = state.model;
  const grown = new Vocabulary(vocabulary.limit, vocabulary.ids);
  const fresh = trainingSet(windowsOf(grown.encode(batch, 0, batch.rows, true), config.history, config.endToken), config.maxWindows);
  const trained = await trainNetwork(config, state.model.network.symbols, joined(state.replay, fresh), {
    epochs: FURTHER_EPOCHS,
    theta: state.theta,
  });
  let parameters: ParameterModel | undefined;
  if (state.model.parameters !== undefined) {
    parameters = new ParameterModel();
    parameters.load(state.model.parameters.state());
    parameters.learn(batch, 0, batch.rows);
  }
  const [from, to] = span(batch);
  await state.model.network.close();
  return {
    model: { vocabulary: grown, network: NextEvent.of(trained), parameters },
    theta: trained.theta,
    replay: thinned(joined(state.replay, fresh), config.history, REPLAY_ROWS),
    calibration: joinScores(state.calibration, arms, config.maxCalibration),
    texts: textsOf(grown, batch, state.texts),
    rows: state.rows + batch.rows,
    from: Math.min(state.from, from),
    to: Math.max(state.to, to),
  };
}

async function train(config: DeepLogConfig, batch: SequenceBatch, progress: FitProgress) {
  const all = new Vocabulary(config.maxVocabulary);
  const windows = windowsOf(all.encode(batch, 0, batch.rows, true), config.history, config.endToken);
  if (windows.of.length === 0)
    throw new VedetteError('DATA_INSUFFICIENT', 'the normal sequences hold no event', { hint: 'check the data' });
  const vocabulary = new Vocabulary(all.ids.length + SPARE_SYMBOLS, all.ids);
  const data = trainingSet(windows, config.maxWindows);
  const replay = thinned(data, config.history, REPLAY_ROWS);
  const trained = await trainNetwork(config, all.size + SPARE_SYMBOLS, data, { epochs: config.epochs, progress });
  let parameters: ParameterModel | undefined;
  if (config.parameters && (batch.times !== undefined || batch.paramValues !== undefined)) {
    parameters = new ParameterModel();
    parameters.learn(batch, 0, batch.rows);
  }
  const model: DeepLogModel = { vocabulary, network: NextEvent.of(trained), parameters };
  return { model, theta: trained.theta, replay, texts: textsOf(vocabulary, batch, []), loss: trained.loss };
}

function textsOf(vocabulary: Vocabulary, batch: SequenceBatch, known: readonly string[]): string[] {
  const index = new Map(batch.vocabulary.map((id, code) => [id, code]));
  return vocabulary.ids.map((id, i) => {
    const code = index.get(id);
    const text = code === undefined ? undefined : batch.eventText?.[code];
    return text === undefined || text === '' ? (known[i] ?? `event ${id}`) : text;
  });
}

/** The batch without rows [from, to). */
function without(batch: SequenceBatch, from: number, to: number): SequenceBatch {
  const rows = Array.from({ length: batch.rows }, (_, row) => row).filter((row) => row < from || row >= to);
  const { paramFirst, paramValues, times } = batch;
  const first = batch.offsets[from] as number;
  const last = batch.offsets[to] as number;
  const end = batch.offsets[batch.rows] as number;
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries())
    offsets[i + 1] = (offsets[i] as number) + (batch.offsets[row + 1] as number) - (batch.offsets[row] as number);
  const parameters =
    paramFirst !== undefined && paramValues !== undefined ? parametersWithout(paramFirst, paramValues, first, last, end) : {};
  return {
    shape: 'sequences',
    rows: rows.length,
    keys: rows.map((row) => batch.keys[row] as string),
    entities: rows.map((row) => batch.entities[row] as string),
    codes: spliced(batch.codes, first, last, end),
    offsets,
    vocabulary: batch.vocabulary,
    ...(batch.eventText === undefined ? {} : { eventText: batch.eventText }),
    ...(times === undefined ? {} : { times: spliced(times, first, last, end) }),
    ...parameters,
    start: Float64Array.from(rows, (row) => batch.start[row] as number),
    end: Float64Array.from(rows, (row) => batch.end[row] as number),
  };
}

function parametersWithout(paramFirst: Int32Array, paramValues: Float64Array, first: number, last: number, end: number) {
  const from = paramFirst[first] as number;
  const gone = (paramFirst[last] as number) - from;
  const kept = new Int32Array(end - (last - first) + 1);
  kept.set(paramFirst.subarray(0, first));
  for (let i = last; i <= end; i++) kept[i - (last - first)] = (paramFirst[i] as number) - gone;
  return { paramFirst: kept, paramValues: spliced(paramValues, from, from + gone, paramFirst[end] as number) };
}

function spliced<A extends Int32Array | Float64Array>(array: A, first: number, last: number, end: number): A {
  const out = array.slice(0, end - (last - first)) as A;
  out.set(array.subarray(0, first));
  out.set(array.subarray(last, end), first);
  return out;
}

function span(batch: SequenceBatch): [number, number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < batch.rows; row++) {
    from = Math.min(from, batch.start[row] as number);
    to = Math.max(to, batch.end[row] as number);
  }
  return [from, to];
}
