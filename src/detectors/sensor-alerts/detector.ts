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

/** Alerts of a signature engine that came as `signature` events; those below `minSeverity` are kept as events only. */
export class SensorAlerts implements RuleDetector {
  readonly reads = ['signature'] as const;
  private readonly engine: string;
  private readonly minSeverity: number;
  private alerts = 0;
  private findings = 0;

  constructor(engine: string, minSeverity: number) {
    this.engine = engine;
    this.minSeverity = minSeverity;
  }

  take(batch: RuleInput): readonly RuleFinding[] {
    if (batch.kind !== 'signature') return [];
    const found: RuleFinding[] = [];
    const severities = batch.columns.severity as Int32Array;
    for (let row = 0; row < batch.rows; row++) {
      if (dictAt(batch.columns.engine as DictColumn, row) !== this.engine) continue;
      this.alerts++;
      const severity = severities[row] as number;
      if (severity >= this.minSeverity) found.push(findingOf(batch, row, severity));
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
    return new TextEncoder().encode(JSON.stringify([this.alerts, this.findings]));
  }

  restore(snapshot: Uint8Array): void {
    [this.alerts, this.findings] = JSON.parse(new TextDecoder().decode(snapshot)) as [number, number];
  }
}

/** The entity is who began: the initiator of the flow where the sensor says which way the packet went, else its sender. */
function findingOf(batch: EventBatch, row: number, severity: number): RuleFinding {
  const { columns, origin, source } = batch;
  const text = (name: string): string => dictAt(columns[name] as DictColumn, row) ?? '';
  const attributes = attributesAt(columns.attributes as TextColumn, row);
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
    ...(to === '' || to === entity ? {} : { related: [to] }),
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
      contributions: [{ subject: title, observed: about || 'a match', expected: 'no match', share: 1, seenBefore: 0 }],
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

/** The parts of a sensor's own fields that an alert names. */
function attributesAt(column: TextColumn, row: number): { direction?: unknown; category?: unknown; msg?: unknown } {
  const json = textAt(column, row);
  if (json === '') return {};
  const fields = JSON.parse(json) as { direction?: unknown; msg?: unknown; alert?: { category?: unknown } | null };
  return { direction: fields.direction, msg: fields.msg, category: fields.alert?.category };
}
