import type { Alert, Incident, Micros } from '../../core/index.ts';

/** Where the detectors' idea of normal came from. */
export type LearntFrom = 'input' | 'baseline' | 'model';

/** One detector's share in an analysis: what it learnt, what it promises, what was observed. */
export interface ReportDetector {
  readonly name: string;
  /** One line: what this detector looks at. */
  readonly summary: string;
  /** What is scored: `session`, `window`, `line`. */
  readonly unit: string;
  readonly learntFrom: LearntFrom;
  /** Baseline file or `model@version`; absent when learnt from the input itself. */
  readonly learntFromName?: string;
  readonly model: string;
  readonly modelSha256: string;
  /** Units learnt from, and the span of their events (NaN when unknown). */
  readonly learntRows: number;
  readonly learntStart: Micros;
  readonly learntEnd: Micros;
  readonly calibrationSize: number;
  /** Promised false-alarm rate per scored unit. */
  readonly promisedRate: number;
  /** True where `calibrationSize` cannot resolve `promisedRate`. */
  readonly extrapolated: boolean;
  /** Score above which a unit is flagged (`scoreAtRate`). */
  readonly threshold: number;
  readonly scored: number;
  readonly flagged: number;
  /** 95 % binomial interval of flagged / scored; null before anything was scored. */
  readonly observedInterval: readonly [number, number] | null;
  /** Scores of the scored units in any order; NaN = warming up. A histogram is made of them. */
  readonly scores: Float64Array;
  /** Set while the detector cannot score yet. */
  readonly learning?: { readonly have: number; readonly need: number; readonly readyAt?: Micros };
  /** Set when the detector was paused because it flooded. */
  readonly paused?: string;
}

export interface ReportTemplate {
  readonly id: string;
  readonly text: string;
  readonly count: number;
  /** Lines of this template within findings. */
  readonly inFindings?: number;
}

/** Counts per time bin of equal width; `start` is the time of the first bin's left edge. */
export interface ReportSeries {
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly events: readonly number[];
}

/** One channel of readings as it is drawn: what was read, what was expected, what comes next. */
export interface ReportChannel {
  readonly name: string;
  readonly start: Micros;
  /** Width of a bin; each value below belongs to one bin. */
  readonly binMicros: Micros;
  /** Lowest and highest reading of each bin; NaN where there is none. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Ends of the intervals in which the readings of each bin were expected; empty without a forecast. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Share of readings that the interval is made to hold. */
  readonly coverage: number;
  readonly forecast: readonly { readonly time: Micros; readonly value: number; readonly lower: number; readonly upper: number }[];
  /** Key of the findings that are marked on it. */
  readonly key: string;
}

/** The raw text of a line an alert points at; `input`, `line` and `offset` as in the alert's evidence. */
export interface ReportLine {
  readonly input: string;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  /** As read, invalid UTF-8 shown as U+FFFD; the report escapes and shortens it. */
  readonly text: string;
}

/** Why to read the findings with care; shown above them. */
export interface ReportWarning {
  /** Stable: `learnt-from-itself`, `abnormal-throughout`, `extrapolated`, `still-learning`, `unparsed`, `paused`, … */
  readonly code: string;
  readonly text: string;
}

/** Alerts that share what was unusual. */
export interface ReportAlertGroup {
  readonly id: string;
  readonly alerts: readonly Alert[];
}

export interface ReportInput {
  /** `<type>` of `<type>_<timestamp>`: from the input's name, else from the format (see `reportName`). */
  readonly type: string;
  /** `<timestamp>` exactly as the input's name has it, else from the first event. */
  readonly timestamp: string;
  readonly tenant: string;
  /** Base names or paths relative to what was asked for; never absolute. */
  readonly inputs: readonly { readonly input: string; readonly bytes: number; readonly sha256: string }[];
  /** Recognised format, such as `apache-combined`. */
  readonly format: string;
  readonly lines: number;
  /** What `lines` counts, when not lines: `packet`. */
  readonly noun?: string;
  /** Records that fit no format and were kept aside. */
  readonly deadLetters: number;
  readonly firstEvent: Micros;
  readonly lastEvent: Micros;
  readonly detectors: readonly ReportDetector[];
  /** Ranked groups of ranked alerts. */
  readonly groups: readonly ReportAlertGroup[];
  /** Highest score first; alerts of other inputs may be part of them. */
  readonly incidents?: readonly Incident[];
  /** Raw text of evidence lines; a line that is absent is shown by its position alone. */
  readonly lineTexts: readonly ReportLine[];
  /** Readable text per event id, for explanations that name ids. */
  readonly templates: readonly ReportTemplate[];
  readonly series?: ReportSeries;
  readonly channels?: readonly ReportChannel[];
  /** Set where nothing of the input could be looked at: the headline that says so. */
  readonly unjudged?: string;
  readonly warnings: readonly ReportWarning[];
  readonly program: string;
}
