import type { EvidenceLine, RuleFinding } from '../../core/index.ts';
import type { UseCase } from './use-case.ts';

/** One thing that was measured against its level or its past. */
export interface Measure {
  readonly subject: string;
  readonly value: number;
  readonly level: number;
  readonly below: boolean;
  /** What the same key did before, in words; empty without a history. */
  readonly history: string;
}

export interface FiredWindow {
  readonly useCase: UseCase;
  readonly keyColumns: readonly string[];
  readonly keys: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly measures: readonly Measure[];
  readonly evidence: readonly EvidenceLine[];
}

/** A window in which the conditions of a use case hold, in words. The score is how many times its first level was reached. */
export function findingOf({ useCase, keyColumns, keys, start, end, measures, evidence }: FiredWindow): RuleFinding {
  const score = Math.max(1, ratioOf(measures[0]));
  const severity = Math.min(useCase.mostSeverity, Math.round(useCase.severity + 8 * Math.log10(score)));
  const key = keyText(keyColumns, keys);
  const title = `${useCase.title}, ${key}: ${measures.map(({ value, subject }) => `${figure(value)} ${subject}`).join(', ')}`;
  const seconds = (end - start) / 1e6;
  return {
    rule: useCase.name,
    key,
    entity: keys[keyColumns.indexOf(useCase.about)] ?? key,
    ...targetsOf(useCase, keys[keyColumns.indexOf('destinationAddress')]),
    start,
    end,
    score,
    severity,
    title,
    techniques: useCase.techniques,
    explanation: {
      what: `${title}, in a window of ${figure(seconds)} seconds.`,
      why: useCase.why,
      harmless: useCase.harmless,
      next: useCase.next,
      contributions: measures.map((measure, i) => ({
        subject: i === 0 ? useCase.title : measure.subject,
        observed: `${figure(measure.value)} ${measure.subject}`,
        expected: expectedText(measure),
        share: measures.length === 1 ? 1 : i === 0 ? 0.6 : 0.4 / (measures.length - 1),
        seenBefore: 0,
      })),
      evidence,
    },
    evidence,
  };
}

/** The responder, but not the one that data are sent to. */
function targetsOf({ category, about }: UseCase, responder: string | undefined): Pick<RuleFinding, 'targets'> {
  const isTarget = about === 'destinationAddress' || !TO_OUTSIDE.has(category);
  return responder === undefined || responder === '' || !isTarget ? {} : { targets: [responder] };
}

const TO_OUTSIDE: ReadonlySet<UseCase['category']> = new Set(['data loss', 'own']);

function ratioOf(measure: Measure | undefined): number {
  if (measure === undefined || measure.level === 0) return 1;
  return measure.below ? measure.level / Math.max(measure.value, 0.1) : measure.value / measure.level;
}

function expectedText({ level, below, history }: Measure): string {
  const bound = level === 0 ? 'more than 0' : `${below ? 'more' : 'fewer'} than ${figure(level)}`;
  return history === '' ? bound : `${bound} (${history})`;
}

/** `10.0.0.1 -> 10.0.0.2 port 22`: initiator, responder, and whatever else the key holds. */
function keyText(columns: readonly string[], keys: readonly string[]): string {
  const of = (name: string): string | undefined => keys[columns.indexOf(name)];
  const ends = [of('sourceAddress'), of('destinationAddress')].filter((part) => part !== undefined).join(' -> ');
  const others = columns.flatMap((name, i) => {
    if (name === 'sourceAddress' || name === 'destinationAddress') return [];
    return [name === 'destinationPort' ? `port ${keys[i]}` : name === 'registered' ? `names below ${keys[i]}` : (keys[i] as string)];
  });
  return [ends, ...others].filter((part) => part !== '').join(' ');
}

export function figure(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded).replace(/\B(?=(\d{3})+(?!\d))/g, Math.abs(rounded) >= 1000 ? ',' : '');
}
