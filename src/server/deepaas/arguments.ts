import { z } from 'zod';
import { VedetteError } from '../../core/index.ts';
import { FORECAST_ALGORITHM_NAMES, type ForecastAlgorithm, forecastAlgorithm } from '../../training/series/index.ts';

/** Names of the original's `model_type`, and the network that is trained for each. */
const MODEL_TYPES: Readonly<Record<string, ForecastAlgorithm>> = {
  MLP: 'mlp',
  Conv1D: 'cnn',
  autoencoderMLP: 'autoencoder-mlp',
  LSTM: 'lstm',
  GRU: 'gru',
  bidirectLSTM: 'bidirectional-lstm',
  seq2seqLSTM: 'seq2seq-lstm',
  stackedLSTM: 'stacked-lstm',
  attentionLSTM: 'attention-lstm',
  TCN: 'tcn',
  // Its blocks are stacked already.
  stackedTCN: 'tcn',
};

/** Forecaster of a `model_type`: a name of the original's or, for those it has not got, one of ours. */
export function algorithmOf(modelType: string): ForecastAlgorithm {
  return MODEL_TYPES[modelType] ?? forecastAlgorithm(modelType);
}

const OWN_TYPES = FORECAST_ALGORITHM_NAMES.filter((name) => !Object.values(MODEL_TYPES).includes(name));

const WINDOWS = ['w01h-s10m', 'w10m-s01m', 'w10m-s10m'] as const;
const integer = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
const text = (length: number) => z.string().max(length);
/** Repeated, or a JSON list, or one range. */
const ranges = z.preprocess(
  (value) => {
    if (Array.isArray(value)) return value;
    if (typeof value !== 'string') return value;
    const list = value.trim();
    if (list === '' || list === '[]') return [];
    if (list.startsWith('[') && list.includes('"')) {
      try {
        return JSON.parse(list) as unknown;
      } catch {
        return [list];
      }
    }
    return [list];
  },
  z.array(text(128)).max(100),
);
const flag = z.preprocess((value) => (typeof value === 'string' ? !/^(false|0|no)$/i.test(value) : value), z.boolean());

const DEFAULT_QUERY =
  'conn|in_count_uid~conn_in|out_count_uid~conn_out;dns|in_distinct_query~dns_in_distinct;ssh|in~ssh_in#window_start,window_end';

/** Arguments of `train` as the original takes them, with its defaults. */
export const trainArguments = z.object({
  model_name: text(100)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
    .default('model-default')
    .describe('name of the model'),
  data_select_query: text(4096).default(DEFAULT_QUERY).describe('protocols and columns: proto|col~name|col;proto|col#merge columns'),
  train_time_range: text(128).default('<2018-11-01,2019-05-01)').describe('time learnt from'),
  train_time_ranges_excluded: ranges.default([]).describe('times left out of it'),
  test_time_range: text(128).default('<2019-05-01,2019-06-01)').describe('time measured on'),
  test_time_ranges_excluded: ranges.default([]).describe('times left out of it'),
  window_slide: z.enum(WINDOWS).default('w01h-s10m').describe('length and distance of the aggregates'),
  sequence_len: integer(6, 24).default(12).describe('rows of history a forecast sees'),
  model_delta: flag.default(true).describe('learn changes rather than values; networks here always do'),
  model_type: z
    .enum([...Object.keys(MODEL_TYPES), ...OWN_TYPES] as [string, ...string[]])
    .default('MLP')
    .describe('forecaster: networks by the names of the original, others by those of `vedette train forecast`'),
  num_epochs: integer(1, 1000).default(50).describe('passes over the training rows at most'),
  epochs_patience: integer(1, 1000).default(10).describe('stop after so many passes without gain; at most 3 here'),
  blocks: integer(1, 1000).default(12).describe('kept for clients; the kind of network decides'),
  steps_ahead: integer(1, 12).default(1).describe('steps ahead that are forecast'),
  batch_size: integer(1, 4096).default(1).describe('rows of a step; fewer than 32 are taken as 32'),
});

export const predictArguments = z.object({
  model_name: text(128).default('model-default').describe('name of the model, or name@version'),
  data_select_query: text(4096).optional().describe('absent = as it was trained'),
  time_range: text(128).optional().describe('time that is forecast'),
  time_ranges_excluded: ranges.default([]).describe('times left out of it'),
  window_slide: z.enum(WINDOWS).optional().describe('absent = as it was trained'),
  batch_size: integer(1, 4096).default(1).describe('kept for clients'),
});

/** A call's arguments: of the query string, of a form, or of a JSON body; the original takes them from the query string. */
export function parseArguments<S extends z.ZodType>(schema: S, query: unknown, body: unknown): z.output<S> {
  const given = {
    ...(typeof query === 'object' ? query : {}),
    ...(typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {}),
  };
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VedetteError('USAGE', `${issue?.path.join('.') ?? 'argument'}: ${issue?.message ?? 'is wrong'}`, {
    hint: 'GET the model to see its arguments.',
  });
}

/** As the model's page lists them. */
export function describeArguments(schema: z.ZodType): Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Record<string, unknown>>;
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, { description, default: value, type, enum: choices }]) => [
      name,
      {
        type: type ?? 'string',
        required: false,
        help: description ?? '',
        ...(value === undefined ? {} : { default: value }),
        ...(choices === undefined ? {} : { choices }),
      },
    ]),
  );
}
