import { lengthOf, type Tensor } from '../onnx/tensor.ts';

/** What flows between layers: one (rows, columns) matrix, or one per step. */
export type Signal =
  | { readonly kind: 'rows'; readonly columns: number; readonly rows: Tensor }
  | {
      readonly kind: 'steps';
      readonly columns: number;
      /** (rows, columns) per step, oldest first. */
      readonly steps: readonly Tensor[];
      readonly mask?: StepMask;
    };

/** Which rows are real at each step, as (rows, 1) matrices of 0 and 1, and their complement. */
export interface StepMask {
  readonly real: readonly Tensor[];
  readonly padding: readonly Tensor[];
}

export function stepsSignal(steps: readonly Tensor[], mask: StepMask | undefined): Signal {
  const columns = lengthOf((steps[0] as Tensor).shape, 1);
  return mask === undefined ? { kind: 'steps', columns, steps } : { kind: 'steps', columns, steps, mask };
}

export function rowsSignal(rows: Tensor): Signal {
  return { kind: 'rows', columns: lengthOf(rows.shape, 1), rows };
}
