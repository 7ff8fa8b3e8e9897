import { assessContamination, InputCounter, rankGroups } from '../alerts/index.ts';
import {
  type Alert,
  canonicalJson,
  type EvidenceLine,
  firstInputOf,
  type Lineage,
  type LogBatch,
  type SequenceBatch,
  sha256Hex,
} from '../core/index.ts';
import type { SequenceFeature } from '../features/index.ts';
import type { KnownTemplates } from '../parsers/index.ts';
import { type ReportInput, type ReportLine, reportName } from '../sinks/report/index.ts';
import { createDetector, type InputSummary, type LogSequences, logInputs, readLogs, SEQUENCE_MEMORY } from '../training/index.ts';
import type { InputAnalysis } from './analyze.ts';
import { type Baseline, logOptions } from './baseline.ts';
import { chanceOf, detectionOf, type Finding, flaggedRows, rowEvidence } from './detections.ts';
import { lineTexts } from './evidence-text.ts';
import { foundAlerts } from './found-alerts.ts';
import type { InputGroup } from './group-inputs.ts';
import { EventHistogram } from './histogram.ts';
import { judgeRest, type ScoredModel } from './judged-rest.ts';
import { judgeBy, learnFromItself, scoreWith } from './learn.ts';
import { type LineFindings, observerSettings } from './observing/line-observer.ts';
import { observedInputs } from './observing/observed-inputs.ts';
import type { AnalysisOptions, FittedModel } from './options.ts';
import { reportDetector, reportStream } from './report-detector.ts';
import { signatureFindings } from './signatures.ts';
import type { StreamSummary } from './stream-findings.ts';
import { warningsOf } from './warnings.ts';

const NOTHING_FOUND: LineFindings = { streams: [], signatures: [], warnings: [] };

/** What is counted of one input while it is read. */
interface InputState {
  readonly histogram: EventHistogram;
  readonly counter: InputCounter;
  first: number;
  last: number;
}

/** Logs of one kind, which share what was learnt: from bytes to an analysis of each. */
export class GroupAnalysis {
  readonly #group: InputGroup;
  readonly #root: string;
  readonly #options: AnalysisOptions;
  readonly #baseline: Baseline | undefined;
  readonly #progress: (share: number, what: string) => void;
  readonly #inputs = new Map<string, InputState>();

  constructor(
    group: InputGroup,
    root: string,
    options: AnalysisOptions,
    baseline: Baseline | undefined,
    progress: (share: number, what: string) => void,
  ) {
    this.#group = group;
    this.#root = root;
    this.#options = options;
    this.#baseline = baseline;
    this.#progress = progress;
  }

  async *run(): AsyncGenerator<InputAnalysis> {
    const { read: all, found } = await this.#read();
    const { batch, models } = await this.#judge(all).finally(() => all.rest?.close());
    const read = { ...all, batch };
    for (const input of read.inputs) {
      const findings = batch === undefined ? [] : await this.#findings(batch, models, input, read);
      const told = batch === undefined ? new Set<number>() : linesOf(findings, batch, models);
      findings.push(...this.#streamFindings(found.streams, input, read, told));
      const lineage = this.#lineage({ name: 'signatures', sha256: '' }, read);
      findings.push(...signatureFindings(found.signatures, this.#group.type, input.name, lineage));
      yield await this.#result(input, read, models, found, findings);
    }
    this.#progress(1, '');
  }

  /** The inputs' sessions, and what was found in their lines one by one. */
  async #read(): Promise<{ read: LogSequences; found: LineFindings }> {
    const { inputs, type } = this.#group;
    const parsing = { ...logOptions(this.#options), root: this.#root, ...this.#knownTemplates() };
    const bytes = inputs.reduce((sum, one) => sum + one.bytes, 0);
    const { onlySessions = false } = this.#options;
    const settings = await observerSettings(type, this.#options);
    const observed = onlySessions ? undefined : await observedInputs({ settings, parsing, bytes, baseline: this.#baseline?.inputs ?? [] });
    const parser = observed ?? logInputs(bytes, parsing);
    try {
      const read = await readLogs(inputs, {
        ...logOptions(this.#options),
        root: this.#root,
        ...this.#givenFeature(),
        bound: { memory: this.#options.memory ?? SEQUENCE_MEMORY, rest: true },
        parser,
        onBatch: (batch) => this.#count(batch),
        progress: (share) => this.#progress(share * 0.6, `reading ${type}`),
      });
      try {
        return { read, found: observed === undefined ? NOTHING_FOUND : await observed.findings() };
      } catch (error) {
        await read.rest?.close();
        throw error;
      }
    } finally {
      await parser.close();
    }
  }

  #givenFeature(): { feature?: SequenceFeature } {
    const feature = this.#options.model?.feature ?? this.#baseline?.feature;
    return feature === undefined ? {} : { feature };
  }

  /** A kind of line has the same id in what was learnt from and here. */
  #knownTemplates(): { known?: readonly KnownTemplates[] } {
    const known = this.#options.model?.known ?? this.#baseline?.known;
    return known === undefined ? {} : { known };
  }

  #count(batch: LogBatch): void {
    const { input } = batch.origin;
    let state = this.#inputs.get(input);
    if (state === undefined) {
      state = { histogram: new EventHistogram(), counter: new InputCounter(), first: Number.NaN, last: Number.NaN };
      this.#inputs.set(input, state);
    }
    state.histogram.add(batch.time);
    state.counter.addBatch(batch);
    for (const time of batch.time) {
      if (Number.isNaN(time)) continue;
      if (!(state.first <= time)) state.first = time;
      if (!(state.last >= time)) state.last = time;
    }
  }

  /** Models of the sequences, and what they say of them; the batch has those that did not fit in memory as far as they are findings. */
  async #judge({ batch, rest }: LogSequences): Promise<{ batch: SequenceBatch | undefined; models: readonly ScoredModel[] }> {
    if (batch === undefined) return { batch, models: [] };
    const models = await this.#score(batch);
    if (rest === undefined || models.length === 0) return { batch, models };
    const { promise, top } = this.#options;
    return judgeRest(batch, models, rest, { promise, top, progress: (share) => this.#progress(0.95 + share * 0.05, 'judging the rest') });
  }

  async #score(batch: SequenceBatch): Promise<ScoredModel[]> {
    const { model, promise } = this.#options;
    const given = model === undefined ? this.#baseline?.models : [model];
    const scored: ScoredModel[] = [];
    if (given !== undefined) {
      for (const one of given) {
        one.detector.applyLabels(await this.#options.labels(one.detectorName));
        const learntFrom = model === undefined ? 'baseline' : 'model';
        scored.push({ model: one, scored: await scoreWith(one, batch, promise), judge: judgeBy(one.calibration), learntFrom });
      }
      return scored;
    }
    if (batch.rows < 2) return [];
    for (const [i, name] of this.#options.detectors.entries()) {
      const { detector } = await createDetector(name, this.#options.detectorOptions?.[name] ?? {}, this.#options.seed);
      const fresh = { detectorName: name, detector: detector as FittedModel['detector'], name: 'learnt-from-input', sha256: '' };
      const progress = (share: number): void =>
        this.#progress(0.6 + (0.35 * (i + share)) / this.#options.detectors.length, `learning ${name}`);
      const labels = await this.#options.labels(name);
      const learnt = await learnFromItself(fresh, batch, promise, labels, progress);
      const sha256 = sha256Hex(await detector.snapshot());
      scored.push({ model: { ...learnt.fitted, sha256 }, scored: learnt.scored, judge: learnt.judge, learntFrom: 'input' });
    }
    return scored;
  }

  async #findings(batch: SequenceBatch, models: readonly ScoredModel[], input: InputSummary, read: LogSequences): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const { model, scored } of models) {
      const lineage = this.#lineage(model, read);
      const chance = chanceOf(scored, this.#options.promise);
      const rows = flaggedRows(scored, this.#options.promise).filter((row) => firstInputOf(batch, row) === input.name);
      for (const row of rows.slice(0, this.#options.top)) {
        const context = { source: this.#group.type, promise: this.#options.promise, lineage, kind: 'sequence' as const, chance };
        findings.push(await detectionOf(model, batch, row, scored, context));
      }
    }
    return findings;
  }

  /** A finding belongs to the input of its line; one about an interval, to the input that was being written then. */
  #streamFindings(streams: readonly StreamSummary[], input: InputSummary, read: LogSequences, told: ReadonlySet<number>): Finding[] {
    const state = this.#inputs.get(input.name);
    const lineage = this.#lineage({ name: 'learnt-as-it-went', sha256: '' }, read);
    const findings = streams.flatMap((stream) =>
      stream.findings.map(({ row, detection }) => ({ row, detection: { ...detection, lineage } })),
    );
    return findings.filter(({ detection }) => {
      const [line] = detection.evidence;
      if (line !== undefined) return line.input === input.name && !told.has(line.offset);
      return read.inputs.length === 1 || (state !== undefined && detection.start >= state.first - 1 && detection.start <= state.last);
    });
  }

  #lineage(model: Pick<FittedModel, 'name' | 'sha256'>, read: LogSequences): Lineage {
    const { seed, promise, program, signatures, parsing, detectorOptions } = this.#options;
    const { mining, mixed } = parsing ?? {};
    const config = {
      detectors: this.#options.detectors,
      signatures,
      promise,
      session: read.feature?.by ?? 'none',
      timezone: this.#options.timezone,
      ...(mining === undefined ? {} : { mining }),
      ...(mixed === undefined ? {} : { mixed }),
      ...(detectorOptions === undefined ? {} : { detectorOptions }),
    };
    return {
      inputs: read.inputs.map((one) => ({ input: one.name, generation: '', from: 0, to: one.bytes, sha256: one.sha256 })),
      configHash: sha256Hex(canonicalJson(config)).slice(0, 16),
      feature: read.feature?.hash ?? '',
      model: model.name,
      modelSha256: model.sha256,
      epoch: 0,
      program,
      seed,
    };
  }

  async #result(
    input: InputSummary,
    read: LogSequences,
    models: readonly ScoredModel[],
    { streams, warnings }: LineFindings,
    findings: readonly Finding[],
  ): Promise<InputAnalysis> {
    const { batch } = read;
    const { tenant, promise, program } = this.#options;
    const found = foundAlerts(tenant, input.sha256, findings);
    const alerts = found.map(({ alert }) => alert);
    const groups = rankGroups(alerts);
    const times = this.#inputs.get(input.name);
    const name = reportName(input.name, input.format, times?.first ?? Number.NaN);
    const series = times?.histogram.result();
    const detectors = [
      ...models.map((one) => reportDetector(one, batch, input.name, promise, this.#baseline?.name)),
      ...streams.map((stream) =>
        reportStream(stream, promise, times?.first ?? Number.NaN, times?.last ?? Number.NaN, this.#baseline?.name),
      ),
    ];
    const [main] = detectors;
    const learntFormats = this.#knownTemplates().known?.map(({ format }) => format) ?? [];
    const contamination = models.some(({ learntFrom }) => learntFrom === 'input')
      ? times && assessContamination(times.counter.counts(main?.scored ?? 0, main?.flagged ?? 0, promise))
      : undefined;
    const drawnFrom = this.#baseline?.drawnFrom;
    const report: ReportInput = {
      ...name,
      tenant,
      inputs: [{ input: input.name, bytes: input.bytes, sha256: input.sha256 }],
      format: input.format,
      lines: input.lines,
      deadLetters: input.dead,
      firstEvent: times?.first ?? Number.NaN,
      lastEvent: times?.last ?? Number.NaN,
      detectors,
      groups,
      lineTexts: await this.#lineTexts(input, alerts),
      templates: read.templates.slice(0, 50).map(({ id, text, count }) => ({ id, text, count })),
      ...(series === undefined ? {} : { series }),
      warnings: [
        ...warningsOf({
          input,
          feature: read.feature,
          batch,
          sequences: read.rows,
          drawnFrom,
          models,
          promise,
          learntFormats,
          contamination,
        }),
        ...warnings,
      ],
      program,
    };
    return { input, report, alerts: found };
  }

  async #lineTexts(input: InputSummary, alerts: readonly Alert[]): Promise<ReportLine[]> {
    const wanted: EvidenceLine[] = alerts.flatMap((alert) => alert.detection.evidence).filter((line) => line.input === input.name);
    const file = this.#group.inputs.find((one) => one.name === input.name);
    return file === undefined ? [] : lineTexts(file, wanted);
  }
}

/** Byte offsets of lines that a session's finding shows, or would show but for a label: nothing else needs to be said of them. */
function linesOf(findings: readonly Finding[], batch: SequenceBatch, models: readonly ScoredModel[]): Set<number> {
  const offsets = new Set(findings.flatMap(({ detection }) => detection.evidence.map(({ offset }) => offset)));
  for (const { scored } of models) for (const row of scored.forgiven) for (const { offset } of rowEvidence(batch, row)) offsets.add(offset);
  return offsets;
}
