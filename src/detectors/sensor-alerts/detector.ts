import {
  addressAt,
  type DictColumn,
  dictAt,
  type EventBatch,
  type EvidenceLine,
  type RuleDetector,
  type RuleFinding,
  type RuleInput,
  type TextColumn,
  textAt,
} from '../../core/index.ts';
import { type FlowSoFar, isUnanswered, UNANSWERED_SEVERITY, Unanswered } from './unanswered.ts';

/**
 * Alerts of a signature engine that came as `signature` events; those below `minSeverity` are kept as events only. What matched an
 * attempt from the internet that nothing had answered is told low, and once more in full where its flow was answered later.
 */
export class SensorAlerts implements RuleDetector {
  readonly reads = ['signature', 'flow'] as const;
  private readonly engine: string;
  private readonly minSeverity: number;
  private readonly unanswered = new Unanswered();
  private alerts = 0;
  private findings = 0;

  constructor(engine: string, minSeverity: number) {
    this.engine = engine;
    this.minSeverity = minSeverity;
  }

  take(batch: RuleInput): readonly RuleFinding[] {
    if (batch.kind === 'flow') return this.ended(batch);
    if (batch.kind !== 'signature') return [];
    const found: RuleFinding[] = [];
    const severities = batch.columns.severity as Int32Array;
    for (let row = 0; row < batch.rows; row++) {
      if (dictAt(batch.columns.engine as DictColumn, row) !== this.engine) continue;
      this.alerts++;
      const severity = severities[row] as number;
      if (severity < this.minSeverity) continue;
      const attributes = attributesAt(batch.columns.attributes as TextColumn, row);
      const finding = findingOf(batch, row, severity, attributes);
      if (!isUnanswered(batch, row, attributes)) {
        found.push(finding);
        continue;
      }
      if (attributes.flow_id !== undefined) this.unanswered.add(String(attributes.flow_id), finding);
      const why = `${finding.explanation.why} Nothing had answered: the packet carried no payload to anybody.`;
      found.push({ ...finding, severity: UNANSWERED_SEVERITY, explanation: { ...finding.explanation, why, harmless: NOISE } });
    }
    this.findings += found.length;
    return found;
  }

  /** Ends of flows on which something matched before there was an answer. */
  private ended(batch: EventBatch): readonly RuleFinding[] {
    const found: RuleFinding[] = [];
    const answers = batch.columns.backwardPackets as Float64Array;
    for (let row = 0; row < batch.rows && this.unanswered.size > 0; row++) {
      const { flow_id: flow } = attributesAt(batch.columns.attributes as TextColumn, row);
      if (flow === undefined) continue;
      for (const finding of this.unanswered.ended(String(flow), answers[row] as number)) {
        const what = `${finding.title}, and it was answered`;
        found.push({ ...finding, key: `${finding.key} answered`, title: what, explanation: { ...finding.explanation, what } });
      }
    }
    this.findings += found.length;
    return found;
  }

  /** A sensor's alerts are whole when they come. */
  advance(): readonly RuleFinding[] {
    return [];
  }

  counters(): Readonly<Record<string, number>> {
    return { alerts: this.alerts, findings: this.findings };
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify([this.alerts, this.findings, this.unanswered.snapshot()]));
  }

  restore(snapshot: Uint8Array): void {
    const [alerts, findings, waiting = []] = JSON.parse(new TextDecoder().decode(snapshot)) as [
      number,
      number,
      ReturnType<Unanswered['snapshot']>?,
    ];
    this.alerts = alerts;
    this.findings = findings;
    this.unanswered.restore(waiting);
  }
}

/** A list of addresses that a rule set had to split: one signature in many parts. */
const LIST_PART = / group \d+$/;
const NOISE = [
  'Scanners try every address of the internet all day; what nothing answers has no effect.',
  'A signature matches bytes, not intent.',
];

/** The entity is who began: the initiator of the flow where the sensor says which way the packet went, else its sender. */
function findingOf(batch: EventBatch, row: number, severity: number, attributes: Attributes): RuleFinding {
  const { columns, origin, source } = batch;
  const text = (name: string): string => dictAt(columns[name] as DictColumn, row) ?? '';
  const [sender, receiver] = [addressOf(columns.sourceAddress, row), addressOf(columns.destinationAddress, row)];
  const answered = attributes.direction === 'to_client';
  const [from, to] = answered ? [receiver, sender] : [sender, receiver];
  const entity = from || to || text('host') || source;
  const title = text('rule') || text('ruleId') || 'alert without a name';
  const time = (columns.time as Float64Array)[row] as number;
  const technique = text('technique');
  const line: EvidenceLine = {
    input: origin.input,
    line: origin.line[row] as number,
    offset: origin.offset[row] as number,
    length: origin.length[row] as number,
    ...(Number.isFinite(time) ? { time } : {}),
  };
  const ends = [
    endOf(from, portOf(columns, answered ? 'destinationPort' : 'sourcePort', row)),
    endOf(to, portOf(columns, answered ? 'sourcePort' : 'destinationPort', row)),
  ];
  const about = ends.filter((end) => end !== '').join(' to ');
  const detail = [attributes.category, attributes.msg].find((part): part is string => typeof part === 'string' && part !== '');
  return {
    rule: text('ruleId'),
    key: `${origin.input}:${origin.offset[row]}`,
    entity,
    ...(to === '' || to === entity ? {} : { related: [to], targets: [to] }),
    start: time,
    end: time,
    score: 1,
    severity,
    title,
    techniques: technique === '' ? [] : [technique],
    explanation: {
      what: title,
      why: `The signature ${text('ruleId')} of ${text('engine')} matched${about === '' ? '' : ` from ${about}`}${detail === undefined ? '' : `: ${detail}`}.`,
      harmless: ['A signature matches bytes, not intent: scanners, tests and monitoring match too.'],
      next: ['Look at what else the same hosts did around it.', 'If it is normal there, mark it as expected.'],
      contributions: [
        { subject: title.replace(LIST_PART, ''), observed: about || 'a match', expected: 'no match', share: 1, seenBefore: 0 },
      ],
      evidence: [line],
    },
    evidence: [line],
  };
}

function addressOf(column: EventBatch['columns'][string] | undefined, row: number): string {
  return column instanceof Uint8Array ? addressAt(column, row) : '';
}

function portOf(columns: EventBatch['columns'], name: string, row: number): number {
  return (columns[name] as Int32Array | undefined)?.[row] ?? -1;
}

function endOf(address: string, port: number): string {
  return address === '' || port < 0 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

interface Attributes extends FlowSoFar {
  readonly direction?: unknown;
  readonly category?: unknown;
  readonly msg?: unknown;
}

/** The parts of a sensor's own fields that an alert names. */
function attributesAt(column: TextColumn, row: number): Attributes {
  const json = textAt(column, row);
  if (json === '') return {};
  const { direction, msg, alert, flow, flow_id } = JSON.parse(json) as Attributes & {
    readonly alert?: { readonly category?: unknown } | null;
  };
  return {
    direction,
    msg,
    category: alert?.category,
    ...(flow === undefined ? {} : { flow }),
    ...(flow_id === undefined ? {} : { flow_id }),
  };
}
