import { deserialize, serialize } from 'node:v8';
import type {
  EventBatch,
  EvidenceLine,
  LogBatch,
  Logger,
  Micros,
  PacketBatch,
  RuleDetector,
  RuleFinding,
  RuleInput,
} from '../../core/index.ts';
import { AccessLines, OF_THE_REQUEST } from './access-lines.ts';
import type { SigmaConfig } from './config.ts';
import { SigmaEngine } from './engine.ts';
import { type Episode, Episodes } from './episodes.ts';
import { findingOf } from './finding.ts';
import { loadRules, OWN_RULES } from './load.ts';
import { logEventOf, WEBSERVER } from './log-event.ts';
import type { MatchedRule } from './matched-rule.ts';
import { LEVELS, type RuleProblem } from './rule.ts';
import { sensorEventOf } from './sensor-event.ts';
import { ShapeVerdicts } from './shape-verdicts.ts';
import { aboutOf, observedOf, whoOf } from './who.ts';

interface State {
  readonly last: Micros;
  readonly correlations: ReturnType<SigmaEngine['snapshot']>;
  readonly episodes: ReturnType<Episodes['snapshot']>;
}

const MOST_OBSERVED = 300;
/** What a line that tells of a request to a web server holds. */
const REQUEST_HINTS = [' http/', 'get /', 'post /', 'head /', 'put /', 'delete /', 'post "', 'get "', 'connect ', '"method"'];

/** Sigma rules over log events: those that come with the program and a folder of one's own. */
export class SigmaDetector implements RuleDetector {
  readonly reads = ['log', 'flow', 'dns', 'http', 'tls', 'signature', 'host'] as const;
  readonly #engine: SigmaEngine;
  readonly #rules: ReadonlyMap<string, MatchedRule>;
  readonly #least: number;
  readonly #episodes: Episodes;
  #shapes: ShapeVerdicts | undefined;
  #accessLines: AccessLines | undefined;
  /** Rules that are not used, each with its reason. */
  readonly problems: readonly RuleProblem[];
  /** Time of the last event that had one: events without are taken as of then. */
  #last: Micros = 0;

  constructor(config: SigmaConfig, log: Logger) {
    const parts = [...(config.own ? [OWN_RULES] : []), ...(config.rules === undefined ? [] : [config.rules])].map((one) => loadRules(one));
    const rules = parts.flatMap((part) => part.rules);
    const correlations = parts.flatMap((part) => part.correlations);
    this.#engine = new SigmaEngine({ rules, correlations }, REQUEST_HINTS);
    this.#rules = new Map([...rules, ...correlations].map((rule) => [rule.id, rule]));
    this.#least = LEVELS.indexOf(config.minLevel);
    this.#episodes = new Episodes(config.idle * 1e6, config.maxEpisodes);
    this.problems = [...parts.flatMap((part) => part.problems), ...this.#engine.problems];
    for (const { file, title, reason } of this.problems) log.warn('a Sigma rule is not used', { file, title, reason });
  }

  take(batch: RuleInput): readonly RuleFinding[] {
    return isPackets(batch) ? [] : this.#taken(batch);
  }

  #taken(batch: LogBatch | EventBatch): readonly RuleFinding[] {
    const touched = new Map<Episode, MatchedRule>();
    const times = batch.kind === 'log' ? batch.time : (batch.columns.time as Float64Array);
    if (batch.kind === 'log' && batch.shape !== undefined) {
      this.#shapes ??= new ShapeVerdicts(this.#engine.anySource);
      this.#shapes.begin(batch);
    }
    for (let row = 0; row < batch.rows; row++) {
      const time = times[row] as number;
      if (!Number.isNaN(time)) this.#last = time;
      if (batch.kind !== 'log' || this.#worthwhile(batch, row)) this.#match(batch, row, touched);
    }
    return [...touched].map(([episode, rule]) => findingOf(rule, episode));
  }

  /** Plain text that holds nothing that a rule looks for is passed over without being taken apart. */
  #worthwhile(batch: LogBatch, row: number): boolean {
    if (batch.attributes !== undefined) return true;
    if (batch.fields?.Request !== undefined) {
      this.#accessLines ??= new AccessLines(this.#engine.literalsWith(WEBSERVER), this.#engine.literalsWith(WEBSERVER, OF_THE_REQUEST));
      return this.#accessLines.canTouch(batch, row);
    }
    if (batch.shape !== undefined && this.#shapes?.canTouch(row) === false) return false;
    const { bytes, start, end } = batch.message;
    const from = Math.max(0, start[row] as number);
    return this.#engine.canMatch(bytes, from, end[row] as number);
  }

  #match(batch: LogBatch | EventBatch, row: number, touched: Map<Episode, MatchedRule>): void {
    const { fields, source } = batch.kind === 'log' ? logEventOf(batch, row) : sensorEventOf(batch, row);
    const line = lineOf(batch, row, this.#last);
    const found = this.#engine.match(fields, this.#last, source, line);
    if (found.rules.length === 0 && found.correlations.length === 0) return;
    const observed = (): string => observedOf(batch, row, fields).slice(0, MOST_OBSERVED);
    const who = whoOf(fields, batch);
    for (const rule of found.rules) {
      if (LEVELS.indexOf(rule.level) < this.#least) continue;
      touched.set(
        this.#episodes.add({ rule, ...who, byHost: true, start: this.#last, end: this.#last, events: 1, evidence: [line], observed }),
        rule,
      );
    }
    for (const { rule, group, start, end, count, evidence } of found.correlations) {
      if (LEVELS.indexOf(rule.level) < this.#least) continue;
      const about = aboutOf({ rule, group }, who, fields);
      touched.set(this.#episodes.add({ rule, ...who, ...about, start, end, events: count, evidence, observed }), rule);
    }
  }

  advance(): readonly RuleFinding[] {
    return [];
  }

  counters(): Readonly<Record<string, number>> {
    return { rules: this.#rules.size, findings: this.#episodes.begun, findings_forgotten: this.#episodes.forgotten };
  }

  snapshot(): Uint8Array {
    const state: State = { last: this.#last, correlations: this.#engine.snapshot(), episodes: this.#episodes.snapshot() };
    return new Uint8Array(serialize(state));
  }

  restore(snapshot: Uint8Array): void {
    const { last, correlations, episodes } = deserialize(snapshot) as State;
    this.#last = last;
    this.#engine.restore(correlations);
    this.#episodes.restore(episodes);
  }
}

function isPackets(batch: RuleInput): batch is PacketBatch {
  return batch.kind === 'packet' && !('columns' in batch);
}

function lineOf({ origin }: LogBatch | EventBatch, row: number, time: Micros): EvidenceLine {
  return {
    input: origin.input,
    line: origin.line[row] as number,
    offset: origin.offset[row] as number,
    length: origin.length[row] as number,
    ...(time === 0 ? {} : { time }),
  };
}
