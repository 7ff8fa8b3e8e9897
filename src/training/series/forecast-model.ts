import { z } from 'zod';
import { pack, type SeriesFrame, unpack, VedetteError } from '../../core/index.ts';
import {
  BlendForecaster,
  type Forecaster,
  NETWORK_ALGORITHMS,
  type NetworkAlgorithm,
  NetworkForecaster,
  type NetworkOptions,
  networkSchema,
  RidgeForecaster,
} from '../../ml/index.ts';

export const FORECAST_ALGORITHMS = ['ridge', 'blend', ...NETWORK_ALGORITHMS] as const;
export type ForecastAlgorithm = (typeof FORECAST_ALGORITHMS)[number];

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
  readonly forecaster: Forecaster;
}

const BLENDED: readonly NetworkAlgorithm[] = ['mlp', 'cnn', 'gru'];

export function createForecaster(algorithm: string, network: NetworkOptions = {}): Forecaster {
  if (algorithm === 'ridge') return new RidgeForecaster();
  if (algorithm === 'blend')
    return new BlendForecaster([new RidgeForecaster(), ...BLENDED.map((name) => new NetworkForecaster(name, network))]);
  const known = NETWORK_ALGORITHMS.find((name) => name === algorithm);
  if (known !== undefined) return new NetworkForecaster(known, network);
  throw new VedetteError('CONFIG_INVALID', `no forecaster is called ${algorithm}`, {
    hint: `choose one of ${FORECAST_ALGORITHMS.join(', ')}`,
  });
}

const scaling = z.array(z.strictObject({ logarithm: z.boolean(), centre: z.number(), spread: z.number() }));
const header = z.strictObject({
  kind: z.literal('forecast'),
  version: z.literal(1),
  algorithm: z.enum(FORECAST_ALGORITHMS),
  steps: z.int().min(1).max(10_000),
  channels: z.array(z.string()),
  step: z.number().positive(),
  coverage: z.number(),
  members: z.array(z.strictObject({ scaling, spec: networkSchema.optional() })),
});

export function packForecastModel(model: ForecastModel): Uint8Array {
  const { algorithm, steps, channels, step, coverage, widths } = model;
  const arrays: Record<string, Float64Array | Float32Array> = { widths };
  const members = membersOf(model.forecaster).map((member, i) => {
    if (member instanceof RidgeForecaster) {
      const fitted = member.fitted();
      arrays[`weights${i}`] = fitted.weights;
      return { scaling: fitted.scaling };
    }
    const fitted = (member as NetworkForecaster).fitted();
    arrays[`theta${i}`] = fitted.theta;
    arrays[`changes${i}`] = fitted.changes;
    return { scaling: fitted.scaling, spec: fitted.spec };
  });
  return pack({ kind: 'forecast', version: 1, algorithm, steps, channels, step, coverage, members }, arrays);
}

/** Throws MODEL_MISMATCH for bytes of another kind. */
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
  const window = members.map(({ spec }) => spec?.input).find((input) => input?.kind === 'values')?.steps;
  const forecaster = createForecaster(algorithm, window === undefined ? {} : { window });
  for (const [i, member] of membersOf(forecaster).entries()) {
    const saved = members[i];
    if (member instanceof RidgeForecaster && saved !== undefined) {
      member.load({ steps, scaling: saved.scaling, weights: packed.float64(`weights${i}`) });
    } else if (member instanceof NetworkForecaster && saved?.spec !== undefined) {
      const changes = packed.float64(`changes${i}`);
      member.load({ steps, scaling: saved.scaling, changes, spec: saved.spec, theta: packed.float32(`theta${i}`) });
    } else throw new VedetteError('MODEL_CORRUPT', `part ${i} of the forecast model is missing`, { hint: 'train it again' });
  }
  return { algorithm, steps, channels, step, coverage, widths: packed.float64('widths'), forecaster };
}

function membersOf(forecaster: Forecaster): readonly Forecaster[] {
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
  return model.channels.map((channel, c) => ({
    channel,
    next: Array.from({ length: model.steps }, (_, k) => {
      const at = k * model.channels.length + c;
      const value = out[at] as number;
      const width = model.widths[at] as number;
      return { time: last + (k + 1) * model.step, value, lower: value - width, upper: value + width };
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
