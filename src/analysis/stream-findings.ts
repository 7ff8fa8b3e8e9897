import {
  besideChance,
  ChanceShare,
  type FindingKind,
  type StreamCounters,
  StreamDecisions,
  severityOf,
  TemplateNames,
  type Told,
  withChance,
} from '../alerts/index.ts';
import {
  type Detection,
  type Detector,
  type EvidenceLine,
  formatMicros,
  knownTime,
  type LabelledRow,
  type LogBatch,
  type ObservationBatch,
  type SeriesBatch,
  seriesStartOf,
  stableId,
  type Template,
} from '../core/index.ts';
import { Observer, observationConfig, VolumeCounter, volumeConfig } from '../features/index.ts';
import { createDetector } from '../training/index.ts';

/** Findings kept of one detector and input: those with the highest scores. */
const MOST_KEPT = 25;
/** Scores and p-values kept of one detector. */
const MOST_COUNTED = 100_000;

/** A finding as far as what was read tells of it; plain data. */
export interface StreamFinding {
  readonly score: number;
  /** What a label keeps of the row. */
  readonly row: Uint8Array;
  readonly detection: Omit<Detection, 'lineage'>;
}

/** What a detector that learns as it goes did with one input; plain data. */
export interface StreamSummary {
  readonly name: 'novelty' | 'rate' | 'numbers';
  readonly unit: string;
  readonly scores: Float64Array;
  /** Scored in a baseline; absent without one. */
  readonly baselineRows?: number;
  readonly scored: number;
  readonly flagged: number;
  readonly findings: readonly StreamFinding[];
}

/**
 * `novelty` and `rate` over a finite input: each line is rated by what came before it, then learnt. Their scores are minus ln
 * of a tail probability, so a row is flagged where exp(-score) is at or below the promised rate.
 */
export class StreamAnalysis {
  readonly #source: string;
  readonly #promise: number;
  readonly #observer = new Observer(observationConfig.parse({}));
  readonly #volume = new VolumeCounter(volumeConfig.parse({}));
  #baseline: VolumeCounter | undefined;
  readonly #novelty: Tally;
  readonly #rate: Tally;

  private constructor(source: string, promise: number, novelty: Detector, rate: Detector) {
    this.#source = source;
    this.#promise = promise;
    this.#novelty = new Tally('novelty', novelty, promise);
    this.#rate = new Tally('rate', rate, promise);
  }

  static async open(
    source: string,
    promise: number,
    seed: number,
    labels: { readonly novelty: readonly LabelledRow[]; readonly rate: readonly LabelledRow[] },
    options: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  ): Promise<StreamAnalysis> {
    const [novelty, rate] = await Promise.all([
      createDetector('novelty', options.novelty ?? {}, seed),
      createDetector('rate', options.rate ?? {}, seed),
    ]);
    novelty.detector.applyLabels(labels.novelty);
    rate.detector.applyLabels(labels.rate);
    return new StreamAnalysis(source, promise, novelty.detector, rate.detector);
  }

  /** What is normal, line by line; nothing is told of it. Lines without a host are of one and the same thing there and in what follows. */
  async learn(batch: LogBatch, templates: readonly Template[]): Promise<void> {
    this.#baseline ??= new VolumeCounter(volumeConfig.parse({}));
    const named = this.#named(batch);
    await this.#novelty.learn(this.#observer.observe(named, templates));
    this.#baseline.add(named, templates);
    const volume = this.#baseline.take();
    if (volume !== undefined) await this.#rate.learn(volume);
  }

  /** The baseline is over: the time between it and what follows is no silence. */
  async learnt(): Promise<void> {
    this.#baseline?.finish();
    const volume = this.#baseline?.take();
    if (volume !== undefined) await this.#rate.learn(volume);
    for (const tally of [this.#novelty, this.#rate]) tally.begin();
  }

  #named(batch: LogBatch): LogBatch {
    return this.#baseline === undefined ? batch : { ...batch, source: this.#source };
  }

  async add(lines: LogBatch, templates: readonly Template[]): Promise<void> {
    const batch = this.#named(lines);
    const observations = this.#observer.observe(batch, templates);
    await this.#take(this.#novelty, observations, (row) => observed(observations, row), templates);
    this.#volume.add(batch, templates);
    const volume = this.#volume.take();
    if (volume !== undefined) await this.#take(this.#rate, volume, (row) => interval(volume, row), templates);
  }

  async finish(templates: readonly Template[]): Promise<StreamSummary[]> {
    this.#volume.finish();
    const volume = this.#volume.take();
    if (volume !== undefined) await this.#take(this.#rate, volume, (row) => interval(volume, row), templates);
    return [this.#novelty.summary('occurrence'), this.#rate.summary('interval')];
  }

  async #take(
    tally: Tally,
    batch: ObservationBatch | SeriesBatch,
    describe: (row: number) => Described,
    templates: readonly Template[],
  ): Promise<void> {
    const names = new TemplateNames(templates);
    const scored = await tally.detector.score(batch);
    tally.count(scored.score);
    for (const told of tally.decisions.take(batch, scored)) {
      tally.flag(told.pValue);
      const value = scored.score[told.row] as number;
      if (tally.wants(value)) tally.keep(await this.#finding(tally, batch, told, value, describe(told.row), names));
    }
    tally.detector.observe(batch);
  }

  async #finding(
    tally: Tally,
    batch: ObservationBatch | SeriesBatch,
    { row, pValue, learnt }: Told,
    score: number,
    described: Described,
    names: TemplateNames,
  ): Promise<StreamFinding> {
    const explanation = names.inWords(await tally.detector.explain(batch, row));
    const evidence = explanation.evidence.length > 0 ? explanation.evidence : described.evidence;
    const detection: Omit<Detection, 'lineage'> = {
      id: stableId('detection', this.#source, tally.name, described.key, formatMicros(described.start)),
      detector: tally.name,
      source: this.#source,
      key: described.key,
      entity: described.entity,
      start: described.start,
      end: described.end,
      score,
      pValue,
      threshold: this.#promise,
      extrapolated: false,
      severity: severityOf(pValue, described.kind, learnt),
      title: explanation.what,
      techniques: [],
      explanation,
      evidence,
    };
    return { score, row: tally.detector.describe(batch, row), detection };
  }
}

class Tally {
  readonly name: 'novelty' | 'rate';
  readonly detector: Detector;
  readonly decisions: StreamDecisions;
  readonly #scores: number[] = [];
  readonly #kept: StreamFinding[] = [];
  readonly #flagged: number[] = [];
  /** As of the end of the baseline. */
  #before: Pick<StreamCounters, 'scored' | 'flagged'> | undefined;

  constructor(name: 'novelty' | 'rate', detector: Detector, promise: number) {
    this.decisions = new StreamDecisions(promise);
    this.name = name;
    this.detector = detector;
  }

  async learn(batch: ObservationBatch | SeriesBatch): Promise<void> {
    this.decisions.take(batch, await this.detector.score(batch));
    this.detector.observe(batch);
  }

  /** What was learnt so far is the baseline. */
  begin(): void {
    this.#before = { ...this.decisions.counters };
  }

  /** Scores above zero are kept for the histogram, up to a bound; the rest is counted. */
  count(scores: Float64Array): void {
    for (const score of scores) {
      if (score > 0 && this.#scores.length < MOST_COUNTED) this.#scores.push(score);
    }
  }

  flag(pValue: number): void {
    if (this.#flagged.length < MOST_COUNTED) this.#flagged.push(pValue);
  }

  wants(score: number): boolean {
    return this.#kept.length < MOST_KEPT || score > (this.#kept.at(-1) as StreamFinding).score;
  }

  keep(finding: StreamFinding): void {
    const at = this.#kept.findIndex((one) => one.score < finding.score);
    this.#kept.splice(at < 0 ? this.#kept.length : at, 0, finding);
    if (this.#kept.length > MOST_KEPT) this.#kept.pop();
  }

  summary(unit: string): StreamSummary {
    const { counters } = this.decisions;
    const scored = counters.scored - (this.#before?.scored ?? 0);
    // A first occurrence is as rare as first occurrences are, so as many as that come by definition.
    const chance = this.name === 'novelty' ? undefined : new ChanceShare(this.#flagged, scored);
    return {
      name: this.name,
      unit,
      scores: Float64Array.from(this.#scores),
      ...(this.#before && { baselineRows: this.#before.scored }),
      scored,
      flagged: counters.flagged - (this.#before?.flagged ?? 0),
      findings: chance === undefined ? this.#kept : this.#kept.map((finding) => beside(chance, finding, scored, unit)),
    };
  }
}

function beside(chance: ChanceShare, finding: StreamFinding, scored: number, unit: string): StreamFinding {
  const { detection } = finding;
  const share = chance.of(detection.pValue);
  const explanation = withChance(detection.explanation, share, scored, unit);
  return { ...finding, detection: { ...detection, severity: besideChance(detection.severity, share), explanation } };
}

interface Described {
  readonly key: string;
  readonly entity: string;
  readonly start: number;
  readonly end: number;
  readonly kind: FindingKind;
  readonly evidence: readonly EvidenceLine[];
}

function observed(batch: ObservationBatch, row: number): Described {
  const entity = batch.entities[batch.entity[row] as number] as string;
  const field = batch.fields[batch.field[row] as number] as string;
  const value = batch.values[batch.value[row] as number] as string;
  const time = knownTime(batch.time[row] as number);
  return {
    key: `${entity} ${field} ${value}`,
    entity,
    start: time,
    end: time,
    kind: 'novelty',
    evidence: [
      {
        input: batch.input[batch.inputCode[row] as number] as string,
        line: batch.line[row] as number,
        offset: batch.offset[row] as number,
        length: batch.length[row] as number,
        ...(Number.isNaN(time) ? {} : { time }),
      },
    ],
  };
}

function interval(batch: SeriesBatch, row: number): Described {
  const series = batch.series[batch.code[row] as number] as string;
  return {
    key: series,
    entity: batch.entities[batch.code[row] as number] as string,
    start: seriesStartOf(batch, row),
    end: batch.end[row] as number,
    kind: batch.value[row] === 0 ? 'silence' : 'rate',
    evidence: batch.evidence?.[row] ?? [],
  };
}
