/** One measurement of `npm run bench`; `ratio` is value / baseline_value of the same run. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: string;
  readonly baseline_value?: number;
  readonly ratio?: number;
}

/** A measurement that could not be made, with the reason; printed, never counted as done. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export type Bench = () => Promise<readonly (Measurement | Skipped)[]>;
