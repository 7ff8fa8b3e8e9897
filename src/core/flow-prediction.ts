/** What a model says of one flow; among the flow's attributes as `predictions`. */
export interface FlowPrediction {
  readonly detector: string;
  /** `name@version`. */
  readonly model: string;
  /** The class; of models that name none `normal` or `anomalous`. */
  readonly class: string;
  /** Of the class; absent where the model gives none. */
  readonly probability?: number;
  /** Share of ordinary flows that would score as high. */
  readonly pValue: number;
  readonly flagged: boolean;
}
