import type { Alert, LabelledRow } from '../../core/index.ts';

/** What the analysis worker is given. */
export interface AnalysisStart {
  readonly path: string;
  readonly tenant: string;
  readonly program: string;
  readonly seed: number;
  readonly promise: number;
  readonly detectors: readonly string[];
  /** Labels in force, by detector. */
  readonly labels: Readonly<Record<string, readonly LabelledRow[]>>;
}

/** Worker -> main thread. */
export type FromAnalysis =
  | { readonly kind: 'progress'; readonly share: number; readonly step: string }
  | { readonly kind: 'result'; readonly result: AnalysisResult }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string };

/** One input of the uploaded file (an archive holds several). */
export interface AnalysisResult {
  readonly input: string;
  readonly events: number;
  readonly alerts: readonly { readonly alert: Alert; readonly row: Uint8Array }[];
  readonly report: { readonly name: string; readonly html: string; readonly json: string };
}
