import { isFailedLevel, type LogBatch, textAt } from '../core/index.ts';
import { namesFailure } from './failure-words.ts';

/** Counts over a whole input that was learnt from itself. */
export interface InputCounts {
  readonly lines: number;
  /** Lines that name a client (source address, user); 0 when the format has none. */
  readonly withClient: number;
  /** Lines of the most frequent client. */
  readonly busiestClient: number;
  /** Lines that report a failure. */
  readonly failures: number;
  readonly scored: number;
  readonly flagged: number;
  readonly promisedRate: number;
}

export interface ContaminationWarning {
  readonly code: 'abnormal-throughout';
  /** Plain words: the signs, and what to do. */
  readonly text: string;
  readonly signs: readonly string[];
}

/** Below this nothing is said about an input as a whole. */
const FEWEST_LINES = 200;
const ONE_CLIENT = 0.9;
const FAILURES = 0.1;
const MOSTLY_FAILURES = 0.5;
const FLAGGED = 0.05;
const FLAGGED_TIMES = 20;
const MOSTLY_FLAGGED = 0.2;

/** Share of flagged units from which on an input is more than a normal one with some anomalies in it. */
export function mostAbnormal(promisedRate: number): number {
  return Math.max(FLAGGED, FLAGGED_TIMES * promisedRate);
}

/**
 * A file that is an attack from end to end looks normal to a detector that learnt from it. Three signs do not need a baseline:
 * nine lines in ten come from one client (a scanner; ordinary access logs have many), a tenth of the lines are failures, a
 * twentieth of the units and twenty times the promise is flagged. Two signs warn; failures in half of the lines or a fifth of the
 * units flagged warn alone. Set on two scanner logs and a brute-force log (warned of) and nine ordinary logs (not), so a warning, never a
 * finding.
 */
export function assessContamination(counts: InputCounts): ContaminationWarning | undefined {
  const { lines, withClient, busiestClient, failures, scored, flagged, promisedRate } = counts;
  if (lines < FEWEST_LINES) return undefined;
  const client = withClient >= FEWEST_LINES ? busiestClient / withClient : 0;
  const failed = failures / lines;
  const share = scored >= FEWEST_LINES ? flagged / scored : 0;
  const signs: string[] = [];
  if (client >= ONE_CLIENT) signs.push(`${percent(client)} of the lines come from one client`);
  if (failed >= FAILURES) signs.push(`${percent(failed)} of the lines report a failure`);
  if (share >= mostAbnormal(promisedRate))
    signs.push(`${percent(share)} of the units stand out although about ${percent(promisedRate)} was expected`);
  if (signs.length < 2 && failed < MOSTLY_FAILURES && share < MOSTLY_FLAGGED) return undefined;
  const text = `This input may be abnormal throughout: ${signs.join('; ')}. What fills the whole input counts as normal when it is learnt from itself. Give --baseline with a period known to be quiet.`;
  return { code: 'abnormal-throughout', text, signs };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

const SEARCHED_BYTES = 2_000;
const UNKNOWN = -1;

/** Keys followed at once; a client with more than 1 in 129 lines is always among them. */
const FOLLOWED = 128;

/** Counts lines, failures and the most frequent client in fixed memory (Misra, Gries 1982), however many clients there are. */
export class InputCounter {
  private lines = 0;
  private failures = 0;
  private withClient = 0;
  private readonly clients = new Map<string, number>();

  add(client: string | undefined, failed: boolean, lines = 1): void {
    this.lines += lines;
    if (failed) this.failures += lines;
    if (client === undefined || client === '') return;
    this.withClient += lines;
    const known = this.clients.get(client);
    if (known !== undefined) this.clients.set(client, known + lines);
    else if (this.clients.size < FOLLOWED) this.clients.set(client, lines);
    else this.decrement(lines);
  }

  /** Counts a batch of log events: failed are an HTTP status of 400 and above, else a level that says so, else words of the message. */
  addBatch(batch: LogBatch): void {
    const { Client: client, Status: status } = batch.fields ?? {};
    const { bytes, start, end } = batch.message;
    const levels = batch.level.values.map((level) => isFailedLevel(level));
    const { shape } = batch;
    // By shape: whether its words report a failure. No word of those stands in a number.
    const failing = new Int8Array(shape?.text.start.length ?? 0).fill(UNKNOWN);
    for (let row = 0; row < batch.rows; row++) {
      const code = status === undefined ? Number.NaN : Number.parseInt(textAt(status, row), 10);
      let failed = code >= 400;
      if (Number.isNaN(code)) {
        const from = start[row] as number;
        failed = levels[batch.level.codes[row] as number] === true;
        if (!failed && from >= 0) {
          const to = end[row] as number;
          const code = to - from > SEARCHED_BYTES ? -1 : (shape?.codes[row] ?? -1);
          if (code >= 0 && failing[code] !== UNKNOWN) failed = failing[code] === 1;
          else {
            failed = namesFailure(bytes, from, Math.min(to, from + SEARCHED_BYTES));
            if (code >= 0) failing[code] = failed ? 1 : 0;
          }
        }
      }
      this.add(client === undefined ? undefined : textAt(client, row), failed);
    }
  }

  /** `busiestClient` is a lower bound, exact while there are at most 128 clients. */
  counts(scored: number, flagged: number, promisedRate: number): InputCounts {
    const busiestClient = Math.max(0, ...this.clients.values());
    return { lines: this.lines, withClient: this.withClient, busiestClient, failures: this.failures, scored, flagged, promisedRate };
  }

  private decrement(lines: number): void {
    for (const [client, count] of this.clients) {
      if (count <= lines) this.clients.delete(client);
      else this.clients.set(client, count - lines);
    }
  }
}
