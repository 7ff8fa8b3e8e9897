import { deserialize, serialize } from 'node:v8';
import {
  type ComponentContext,
  type EvidenceLine,
  type FeatureFactory,
  type FeatureReached,
  type FeatureRunner,
  type FeatureText,
  isInNetworks,
  type Micros,
  type Networks,
  networksOf,
  type RuleDetector,
  type RuleFinding,
  type RuleInput,
  VedetteError,
  type WindowBatch,
} from '../../core/index.ts';
import type { UseCasesConfig } from './config.ts';
import { USE_CASES } from './definitions/index.ts';
import { FEATURES } from './features.ts';
import { findingOf } from './finding.ts';
import { Judge, type Told } from './judge.ts';
import { ownCases } from './own-cases.ts';

/** The most severe that is still low. */
const MOST_WITHOUT_PAST = 24;

interface RunningFeature {
  readonly runner: FeatureRunner;
  readonly judges: readonly Judge[];
}

interface State {
  readonly findings: number;
  /** Absent in states of before. */
  readonly allowed?: number;
  /** Earliest event; absent in states of before. */
  readonly first?: Micros;
  readonly runners: Readonly<Record<string, Uint8Array>>;
  readonly histories: Readonly<Record<string, ReturnType<NonNullable<Judge['histories']>['snapshot']>>>;
  readonly told: readonly (readonly [string, { score: number; end: Micros }])[];
  /** Absent in states of before. */
  readonly explained?: readonly (readonly [string, Micros])[];
}

/**
 * Use cases over windows of declared features. Conditions that cannot be taken back fire in the open window, with the event that
 * makes them true; the end of the window gives the final figures under the same rule, key and start.
 */
export class UseCases implements RuleDetector {
  readonly reads: readonly RuleInput['kind'][];
  readonly #features: readonly RunningFeature[];
  readonly #told: Told = new Map();
  /** End of the latest window told of each use case that explains others, by entity. */
  readonly #explained = new Map<string, Micros>();
  readonly #explaining: ReadonlySet<string>;
  readonly #maxTold: number;
  #early: RuleFinding[] = [];
  #findings = 0;
  /** Findings of scanners that are allowed, which are not told. */
  #allowed = 0;
  readonly #scanners: Networks;
  #first: Micros = Number.POSITIVE_INFINITY;
  /** Features whose kept windows were of another definition. */
  #begunAnew = 0;

  /** `beside`: detectors of the same source, which see some of the use cases more exactly. */
  constructor(
    config: UseCasesConfig,
    features: FeatureFactory,
    { declared = {}, beside = [] }: Pick<ComponentContext, 'declared' | 'beside'> = {},
  ) {
    const known = { ...FEATURES, ...declared };
    const shipped = USE_CASES.filter(
      ({ name, coveredBy }) => !config.disable.includes(name) && (coveredBy === undefined || !beside.includes(coveredBy)),
    );
    const active = [...shipped, ...ownCases(config, known)];
    this.#scanners = networksOf(config.allowedScanners);
    this.#maxTold = config.maxHistories;
    this.#explaining = new Set(active.flatMap(({ explainedBy }) => explainedBy ?? []));
    this.#features = Object.entries(known).flatMap(([name, declaration]) => {
      const judges = active
        .filter(({ feature }) => feature === name)
        .map((useCase) => new Judge(useCase, config.levels[useCase.name as keyof typeof config.levels] ?? {}, config.maxHistories));
      return judges.length === 0 ? [] : [this.#running(name, declaration, judges, config, features)];
    });
    this.reads = [...new Set(this.#features.map(({ runner }) => runner.reads))];
  }

  #running(
    name: string,
    declaration: FeatureText,
    judges: readonly Judge[],
    config: UseCasesConfig,
    features: FeatureFactory,
  ): RunningFeature {
    const watched = judges
      .map((judge) => ({ judge, levels: judge.watched(declaration.aggregates) }))
      .filter(({ levels }) => levels.length > 0);
    const watches = watched.map(({ judge, levels }) => {
      const places = levels.map((level) => judge.levels.indexOf(level));
      return {
        columns: levels.map(({ column }) => column),
        levels: levels.map(({ level }) => level),
        ...(judge.histories === undefined
          ? {}
          : {
              levelsOf: (keys: readonly string[]) => {
                this.#early.push(...this.#closed(runner, judges));
                const ofKey = judge.levelsOf(keys);
                return places.map((place) => ofKey[place] as number);
              },
            }),
      };
    });
    const runner: FeatureRunner = features(name, declaration, {
      homeNetworks: config.homeNetworks,
      seed: config.seed,
      group: this,
      watches,
      onReached: (reached) => {
        // What has closed counts as past, whatever the size of the batch.
        this.#early.push(...this.#closed(runner, judges));
        this.#reached(runner, watched[reached.watch]?.judge as Judge, reached);
      },
    });
    return { runner, judges };
  }

  take(batch: RuleInput): readonly RuleFinding[] {
    this.#noteFirst(batch);
    const found: RuleFinding[] = [];
    for (const { runner, judges } of this.#features) {
      if (runner.reads !== batch.kind) continue;
      runner.add(batch);
      found.push(...this.#early);
      this.#early = [];
      found.push(...this.#closed(runner, judges));
    }
    return found;
  }

  #noteFirst(batch: RuleInput): void {
    const time = batch.kind === 'log' || batch.kind === 'packets' ? batch.time : batch.columns.time;
    if (!(time instanceof Float64Array)) return;
    for (let row = 0; row < batch.rows; row++) if ((time[row] as number) < this.#first) this.#first = time[row] as number;
  }

  advance(watermark: Micros): readonly RuleFinding[] {
    return this.#features.flatMap(({ runner, judges }) => {
      if (watermark === Number.POSITIVE_INFINITY) runner.finish();
      else runner.advance(watermark);
      const found = [...this.#early, ...this.#closed(runner, judges)];
      this.#early = [];
      return found;
    });
  }

  counters(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {
      findings: this.#findings,
      scans_allowed: this.#allowed,
      features_begun_anew: this.#begunAnew,
    };
    for (const { runner, judges } of this.#features) {
      for (const [name, value] of Object.entries(runner.counters())) if (name !== 'events') sums[name] = (sums[name] ?? 0) + value;
      for (const { histories } of judges) sums.histories_forgotten = (sums.histories_forgotten ?? 0) + (histories?.forgotten ?? 0);
    }
    return sums;
  }

  snapshot(): Uint8Array {
    const state: State = {
      findings: this.#findings,
      allowed: this.#allowed,
      first: this.#first,
      runners: Object.fromEntries(this.#features.map(({ runner }) => [runner.name, runner.snapshot()])),
      histories: Object.fromEntries(
        this.#features.flatMap(({ judges }) => judges.map(({ useCase, histories }) => [useCase.name, histories?.snapshot() ?? []])),
      ),
      told: [...this.#told],
      explained: [...this.#explained],
    };
    return new Uint8Array(serialize(state));
  }

  restore(snapshot: Uint8Array): void {
    const state = deserialize(snapshot) as State;
    this.#findings = state.findings;
    this.#allowed = state.allowed ?? 0;
    this.#first = state.first ?? Number.NEGATIVE_INFINITY;
    for (const { runner, judges } of this.#features) {
      for (const { useCase, histories } of judges) histories?.restore(state.histories[useCase.name] ?? []);
      const bytes = state.runners[runner.name];
      if (bytes !== undefined) this.#restoreWindows(runner, bytes);
    }
    this.#told.clear();
    for (const [key, value] of state.told) this.#told.set(key, value);
    this.#explained.clear();
    for (const [key, end] of state.explained ?? []) this.#explained.set(key, end);
  }

  /** Windows of a feature whose definition has changed begin anew; the others go on. */
  #restoreWindows(runner: FeatureRunner, bytes: Uint8Array): void {
    try {
      runner.restore(bytes);
    } catch (error) {
      if (!(error instanceof VedetteError) || error.code !== 'MODEL_MISMATCH') throw error;
      this.#begunAnew++;
    }
  }

  #reached(runner: FeatureRunner, judge: Judge, { keys, values, start, end, evidence }: FeatureReached): void {
    const finding = this.#finding(runner, judge, keys, (column) => values[runner.columns.indexOf(column)] as number, start, end, evidence);
    if (finding !== undefined) this.#early.push(finding);
  }

  #closed(runner: FeatureRunner, judges: readonly Judge[]): RuleFinding[] {
    const batch = runner.take();
    if (batch === undefined) return [];
    const found: RuleFinding[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const keys = batch.keys.slice(row * batch.keyColumns.length, (row + 1) * batch.keyColumns.length);
      const value = (column: string): number => valueAt(batch, row, column);
      for (const judge of judges) {
        const finding = this.#finding(
          runner,
          judge,
          keys,
          value,
          batch.start[row] as number,
          batch.end[row] as number,
          batch.evidence[row] ?? [],
        );
        if (finding !== undefined) found.push(finding);
        judge.learn(keys, batch.start[row] as number, value);
      }
    }
    return found;
  }

  #finding(
    runner: FeatureRunner,
    judge: Judge,
    keys: readonly string[],
    value: (column: string) => number,
    start: Micros,
    end: Micros,
    evidence: readonly EvidenceLine[],
  ): RuleFinding | undefined {
    const measures = judge.judge(keys, value);
    if (measures === undefined) return undefined;
    const { past, explainedBy } = judge.useCase;
    const early = past !== undefined && start - this.#first < past * 1e6;
    const made = findingOf({ useCase: judge.useCase, keyColumns: runner.keyColumns, keys, start, end, measures, evidence });
    const finding = early ? { ...made, severity: Math.min(made.severity, MOST_WITHOUT_PAST) } : made;
    if (explainedBy !== undefined && (this.#explained.get(`${explainedBy}|${finding.entity}`) ?? Number.NEGATIVE_INFINITY) > start)
      return undefined;
    if (this.#explaining.has(finding.rule)) this.#noteExplained(`${finding.rule}|${finding.entity}`, end);
    const id = [finding.rule, finding.key, start].join('|');
    const before = this.#told.get(id);
    if (before?.score === finding.score) return undefined;
    const allowed = judge.useCase.category === 'scan' && isInNetworks(this.#scanners, finding.entity);
    if (before === undefined) allowed ? this.#allowed++ : this.#findings++;
    this.#told.set(id, { score: finding.score, end });
    if (this.#told.size > this.#maxTold) this.#told.delete(this.#told.keys().next().value as string);
    return allowed ? undefined : finding;
  }

  #noteExplained(key: string, end: Micros): void {
    const latest = Math.max(end, this.#explained.get(key) ?? end);
    this.#explained.delete(key);
    this.#explained.set(key, latest);
    if (this.#explained.size > this.#maxTold) this.#explained.delete(this.#explained.keys().next().value as string);
  }
}

function valueAt(batch: WindowBatch, row: number, column: string): number {
  return batch.values[row * batch.columns.length + batch.columns.indexOf(column)] as number;
}

/** Throws where the process has no engine for features. */
export function featuresOf(features: FeatureFactory | undefined): FeatureFactory {
  if (features !== undefined) return features;
  throw new VedetteError('INTERNAL', 'use cases were created without an engine for declared features');
}
