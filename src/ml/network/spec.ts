import { z } from 'zod';

/**
 * A neural network as plain data: what crosses to a worker and is stored in a model file.
 *
 * Input `codes`: int32 (rows, steps), each in [0, vocabulary); with `padded`, the leading steps of a row may be -1.
 * Input `values`: float32 (rows, steps, columns); with `padded`, a row's real steps are its last `lengths[row]`.
 * Padding comes first (left): it leaves the state of recurrent layers untouched and is zero to others; padded values must be
 * finite. A network of plain rows has steps 1.
 */
const inputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('codes'),
    steps: z.int().positive(),
    vocabulary: z.int().positive(),
    padded: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('values'),
    steps: z.int().positive(),
    columns: z.int().positive(),
    padded: z.boolean().default(false),
  }),
]);

const activationSchema = z.enum(['linear', 'relu', 'tanh', 'sigmoid']);

/**
 * `embedding` turns codes into vectors and comes first; `one-hot` likewise, without parameters. `gru`, `lstm` and `dense`
 * act on every step; `last` keeps the last step; `flatten` joins the steps into one row; `conv1d` slides over steps, valid only.
 * `bidirectional` reads the steps both ways and joins the states of each step (2 units); `attention` makes one row, the steps'
 * mean weighted by softmax(v tanh(W x + b)); `repeat` makes so many equal steps of one row; `causal-conv1d` sees a step and
 * those `dilation` apart before it, zeros before the first, and with `residual` adds its input.
 */
const layerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('embedding'), units: z.int().positive() }),
  z.strictObject({ kind: z.literal('one-hot') }),
  z.strictObject({ kind: z.literal('gru'), units: z.int().positive() }),
  z.strictObject({ kind: z.literal('lstm'), units: z.int().positive() }),
  z.strictObject({ kind: z.literal('last') }),
  z.strictObject({ kind: z.literal('flatten') }),
  z.strictObject({ kind: z.literal('dense'), units: z.int().positive(), activation: activationSchema.default('linear') }),
  z.strictObject({
    kind: z.literal('conv1d'),
    units: z.int().positive(),
    width: z.int().positive(),
    activation: activationSchema.default('linear'),
  }),
  z.strictObject({ kind: z.literal('bidirectional'), cell: z.enum(['gru', 'lstm']), units: z.int().positive() }),
  z.strictObject({ kind: z.literal('attention'), units: z.int().positive() }),
  z.strictObject({ kind: z.literal('repeat'), steps: z.int().positive() }),
  z.strictObject({
    kind: z.literal('causal-conv1d'),
    units: z.int().positive(),
    width: z.int().positive(),
    dilation: z.int().positive().default(1),
    activation: activationSchema.default('relu'),
    residual: z.boolean().default(false),
  }),
]);

/**
 * Loss `softmax-cross-entropy`: targets int32 (rows) or, when the layers end on steps, (rows, steps); a target of -1 counts
 * for nothing. Losses `mean-squared-error` and `huber` (quadratic up to 1, linear beyond): targets float32 of the output's shape.
 */
export const networkSchema = z.strictObject({
  input: inputSchema,
  layers: z.array(layerSchema).min(1),
  loss: z.enum(['softmax-cross-entropy', 'mean-squared-error', 'huber']),
});

/** A checked specification; `network()` makes one. */
export type NetworkSpec = z.output<typeof networkSchema>;
export type NetworkInput = NetworkSpec['input'];
export type LayerSpec = NetworkSpec['layers'][number];
export type Activation = z.output<typeof activationSchema>;

/** Fills in defaults. Throws ZodError for a specification that is not one. */
export function network(spec: z.input<typeof networkSchema>): NetworkSpec {
  return networkSchema.parse(spec);
}
