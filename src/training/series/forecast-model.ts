import { z } from 'zod';
import { pack, type SeriesFrame, unpack, VedetteError } from '../../core/index.ts';
import {
  BlendForecaster,
  FORECAST_ALGORITHM_NAMES,
  type ForecastAlgorithm,
  type ForecastSettings,
  LastValue,
  lowestExpected,
  lowestOf,
  type NetworkAlgorithm,
  NetworkForecaster,
  OnlineArForecaster,
  ProfileForecaster,
  RhythmForecaster,
  RidgeForecaster,
  SeasonalNaive,
  type StorableForecaster,
  VarForecaster,
} from '../../ml/index.ts';

/** A fitted forecaster with its intervals, as it is stored. */
export interface ForecastModel {
  readonly algorithm: ForecastAlgorithm;
  readonly steps: number;
  readonly channels: readonly string[];
  /** Distance of rows, microseconds. */
  readonly step: number;
  readonly coverage: number;
  /** (steps, channels) half widths of the interval. */
  readonly widths: Float64Array;
  readonly forecaster: StorableForecaster | BlendForecaster;
}

const BLENDED: readonly NetworkAlgorithm[] = ['mlp', 'cnn', 'gru'];

export function createForecaster(algorithm: ForecastAlgorithm, settings: ForecastSettings = {}): StorableForecaster | BlendForecaster {
  const { season, lags, ...network } = settings;
  switch (algorithm) {
    case 'last-value':
      return new LastValue();
    case 'seasonal-naive':
      return new SeasonalNaive(algorithm, season === undefined ? undefined : season * 1e6);
    case 'profile':
      return new ProfileForecaster();
    case 'online-ar':
      return new OnlineArForecaster();
    case 'ridge':
      return new RidgeForecaster({ ...(lags && { lags }) });
    case 'rhythm':
      return new RhythmForecaster(lags);
    case 'var':
      return new VarForecaster(lags);
    case 'blend':
      return new BlendForecaster([
        new RidgeForecaster({ ...(lags && { lags }) }),
        ...BLENDED.map((name) => new NetworkForecaster(name, network)),
      ]);
    default:
      return new NetworkForecaster(algorithm, network);
  }
}

const header = z.strictObject({
  kind: z.literal('forecast'),
  version: z.literal(1),
  algorithm: z.enum(FORECAST_ALGORITHM_NAMES),
  steps: z.int().min(1).max(10_000),
  channels: z.array(z.string()),
  step: z.number().positive(),
  coverage: z.number(),
  members: z.array(z.record(z.string(), z.unknown())),
});

export function packForecastModel(model: ForecastModel): Uint8Array {
  const { algorithm, steps, channels, step, coverage, widths } = model;
  const arrays: Record<string, Float64Array | Float32Array> = { widths };
  const members = membersOf(model.forecaster).map((member, i) => {
    const saved = member.save();
    for (const [name, numbers] of Object.entries(saved.arrays)) arrays[`${name}${i}`] = numbers;
    return saved.plain;
  });
  return pack({ kind: 'forecast', version: 1, algorithm, steps, channels, step, coverage, members }, arrays);
}

/** Throws MODEL_MISMATCH for bytes of another kind, MODEL_CORRUPT where a part is missing. */
export function unpackForecastModel(bytes: Uint8Array): ForecastModel {
  const packed = unpack(bytes);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success) {
    throw new VedetteError('MODEL_MISMATCH', 'the model is no forecast of this version', {
      hint: 'train it with `vedette train forecast`',
      cause: parsed.error,
    });
  }
  const { algorithm, steps, channels, step, coverage, members } = parsed.data;
  const forecaster = createForecaster(algorithm);
  for (const [i, member] of membersOf(forecaster).entries()) {
    try {
      member.load(steps, members[i], {
        float64: (name) => packed.float64(`${name}${i}`),
        float32: (name) => packed.float32(`${name}${i}`),
      });
    } catch (cause) {
      throw new VedetteError('MODEL_CORRUPT', `part ${i} of the forecast model is missing`, { hint: 'train it again', cause });
    }
  }
  return { algorithm, steps, channels, step, coverage, widths: packed.float64('widths'), forecaster };
}

function membersOf(forecaster: ForecastModel['forecaster']): readonly StorableForecaster[] {
  return forecaster instanceof BlendForecaster ? forecaster.members : [forecaster];
}

/** One channel's next steps. */
export interface ChannelForecast {
  readonly channel: string;
  readonly next: readonly { readonly time: number; readonly value: number; readonly lower: number; readonly upper: number }[];
}

/** What comes after the last row of the frame. Throws MODEL_MISMATCH when it lacks a channel, DATA_INSUFFICIENT when it is too short. */
export async function forecastNext(model: ForecastModel, frame: SeriesFrame): Promise<ChannelForecast[]> {
  const own = channelsOf(model, frame);
  if (own.rows < model.forecaster.history) {
    throw new VedetteError('DATA_INSUFFICIENT', `a forecast needs ${model.forecaster.history} rows of history, the data have ${own.rows}`, {
      hint: 'give a longer stretch of the series',
    });
  }
  const out = await model.forecaster.forecast(own, Int32Array.of(own.rows - 1));
  const last = own.times[own.rows - 1] as number;
  const lowest = own.values.map(lowestOf);
  return model.channels.map((channel, c) => ({
    channel,
    next: Array.from({ length: model.steps }, (_, k) => {
      const at = k * model.channels.length + c;
      const value = out[at] as number;
      const width = model.widths[at] as number;
      const bounded = (one: number) => lowestExpected(one, lowest[c] as number);
      return {
        time: last + (k + 1) * model.step,
        value: bounded(value),
        lower: bounded(value - width),
        upper: bounded(value + width),
      };
    }),
  }));
}

/** The frame's columns in the order of the model. */
export function channelsOf(model: Pick<ForecastModel, 'channels' | 'step'>, frame: SeriesFrame): SeriesFrame {
  const values = model.channels.map((channel) => {
    const column = frame.values[frame.channels.indexOf(channel)];
    if (column !== undefined) return column;
    throw new VedetteError('MODEL_MISMATCH', `the data have no channel ${channel}`, {
      hint: `they have ${frame.channels.slice(0, 20).join(', ')}; the model was trained on ${model.channels.slice(0, 20).join(', ')}`,
    });
  });
  if (Math.abs(frame.step - model.step) > 0.01 * model.step) {
    throw new VedetteError(
      'MODEL_MISMATCH',
      `the data have a row every ${frame.step / 1e6} s, the model was trained on one every ${model.step / 1e6} s`,
      {
        hint: 'use data of the same sampling, or train a model on these',
      },
    );
  }
  return { ...frame, channels: model.channels, values };
}
