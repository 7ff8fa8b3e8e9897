/** What a SOC asks for. */
export type UseCaseCategory = 'denial of service' | 'data loss' | 'data corruption' | 'scan' | 'brute force' | 'lateral movement' | 'own';

/** A condition on one aggregate of a window. */
export interface Level {
  readonly column: string;
  /** What is measured, in words, such as `different ports tried`. */
  readonly subject: string;
  /** Holds from this value on, or, where `below` is set, up to it. */
  readonly level: number;
  readonly below?: true;
  /** Holds only where it is also this share of another aggregate of the window. */
  readonly share?: { readonly of: string; readonly least: number };
}

/** Compares a window with earlier ones of the same key. */
export type OwnHistory =
  /** Holds from `factor` times the 99 % quantile of at least `windows` earlier windows on. */
  | {
      readonly kind: 'more';
      readonly column: string;
      readonly subject: string;
      readonly factor: number;
      readonly windows: number;
      /** Before there are so many windows the level alone decides; otherwise nothing is said. */
      readonly optional?: true;
    }
  /** Holds at 0, where none of at least `windows` earlier windows had 0. */
  | { readonly kind: 'none'; readonly column: string; readonly subject: string; readonly windows: number };

/** An attack or fault that shows in windows of a declared feature. All levels, and the comparison with the own history where there is one, have to hold. */
export interface UseCase {
  readonly name: string;
  readonly category: UseCaseCategory;
  readonly title: string;
  /** ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** A detector that sees the same more exactly where the source has it. */
  readonly coveredBy?: 'packet-windows';
  /** A use case that says the same more exactly: what it has told of an entity in the same time is not told again. */
  readonly explainedBy?: string;
  /** Name of the feature. */
  readonly feature: string;
  readonly levels: readonly Level[];
  readonly history?: OwnHistory;
  /** Told in the open window, although what comes later in it may take away from its shares and means. */
  readonly early?: true;
  /** Seconds of events without which what is new says little: until then the finding is of low severity. */
  readonly past?: number;
  /** At the level; grows with how far it is exceeded. */
  readonly severity: number;
  readonly mostSeverity: number;
  /** Key column that the finding is about. */
  readonly about: string;
  readonly why: string;
  readonly harmless: readonly string[];
  readonly next: readonly string[];
}
