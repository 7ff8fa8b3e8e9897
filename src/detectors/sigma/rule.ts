import type { LogSource } from './log-source.ts';
import type { Matcher } from './matcher.ts';

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;

export type SigmaLevel = (typeof LEVELS)[number];

export interface SigmaRule {
  readonly id: string;
  readonly name: string | undefined;
  readonly title: string;
  readonly description: string;
  readonly level: SigmaLevel;
  /** ATT&CK technique ids, upper case. */
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly falsePositives: readonly string[];
  readonly source: LogSource;
  readonly matcher: Matcher;
  readonly file: string;
}

/** A rule, or a part of a file, that is not used, and why. */
export interface RuleProblem {
  readonly file: string;
  readonly title: string;
  readonly reason: string;
}

/** 0..100 as alerts are rated. */
export const LEVEL_SEVERITY: Readonly<Record<SigmaLevel, number>> = { informational: 5, low: 20, medium: 40, high: 65, critical: 90 };
