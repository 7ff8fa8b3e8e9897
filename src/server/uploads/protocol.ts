import type { MessagePort } from 'node:worker_threads';
import type { TenantConfig } from '../../config/index.ts';
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
  readonly upload: string;
  /** The name that its records are stored under. */
  readonly source: string;
  /** The line to the databases that its records are stored over. */
  readonly port: MessagePort;
  readonly pseudonymise?: TenantConfig['pseudonymise'];
}

/** Worker -> main thread. */
export type FromAnalysis =
  | { readonly kind: 'progress'; readonly share: number; readonly step: string }
  | { readonly kind: 'stored'; readonly stored: StoredRows }
  | { readonly kind: 'result'; readonly result: AnalysisResult }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string };

/** Records of an upload that are in the store now. */
export interface StoredRows {
  /** Rows by kind of event; `series` = how many series. */
  readonly rows: Readonly<Record<string, number>>;
  /** Of these rows, those that name no time. */
  readonly undated: number;
  /** Records that fitted no format. */
  readonly unparsed: number;
  /** Why something is not there; empty otherwise. */
  readonly missing: string;
}

/** One input of the uploaded file (an archive holds several). */
export interface AnalysisResult {
  readonly input: string;
  readonly events: number;
  readonly alerts: readonly { readonly alert: Alert; readonly row: Uint8Array }[];
  readonly report: { readonly name: string; readonly html: string; readonly json: string };
}
