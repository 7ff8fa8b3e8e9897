import type { Contribution, EvidenceLine, Explanation, GroupBatch } from '../../core/index.ts';
import { scaleRows } from '../../ml/index.ts';
import { ENCODED_COLUMNS, encodeFlows, PLAIN_COLUMNS, RAW_COLUMNS, rawValues, seenPorts } from './encode.ts';
import type { FlowAlarmModel } from './model.ts';

const SHOWN = 5;

/** Why the only window of a batch stands out: the columns of its strangest flow beside those of learnt ones; `z` by member. */
export function explainWindow(model: FlowAlarmModel, batch: GroupBatch, z: Float64Array): Explanation {
  const ranked = Array.from(z.keys()).sort((a, b) => (z[b] as number) - (z[a] as number) || a - b);
  const [strangest = 0] = ranked;
  const raw = rawValues(batch).subarray(strangest * RAW_COLUMNS, (strangest + 1) * RAW_COLUMNS);
  const contributions = contributionsOf(model, raw);
  const [first] = contributions;
  const [size = 0] = batch.sizes;
  const looked = ranked.length < size ? ` (${ranked.length} of them looked at)` : '';
  const who = `${size} flow${size === 1 ? '' : 's'} from ${batch.entities[0]} to ${batch.related[0]}${looked}`;
  const furthest = first === undefined ? '' : ` Of the strangest, ${first.subject} is ${first.observed}; learnt flows: ${first.expected}.`;
  return {
    what: `${who} ${size === 1 ? 'is' : 'are'} unlike ordinary ones.${furthest}`,
    why: 'Nearest learnt flows, an autoencoder and a classifier of exchanged cells together have not seen their like, whatever attacks are known.',
    harmless: [
      'A new service, device or software version that talks differently.',
      'A rare but planned job such as a backup, a restore or a scan by the own staff.',
    ],
    next: ['Look at both ends and at their other flows of the time.', 'Ask whether the source has done this before, and who runs it.'],
    contributions,
    evidence: ranked.map((member) => evidenceAt(batch, member)),
  };
}

function contributionsOf({ arms, ports }: FlowAlarmModel, raw: Float32Array): Contribution[] {
  const encoded = encodeFlows(raw, ports);
  const scaled = scaleRows(arms.scaler, encoded);
  const total = scaled.reduce((sum, x) => sum + x * x, 0) || 1;
  const [seen = 0] = seenPorts(raw, ports);
  // a port that no learnt flow went to says more than how far any figure is off
  const rank = ({ x, column }: { x: number; column: number }) =>
    column === PLAIN_COLUMNS.length && seen === 0 ? Number.MAX_VALUE : Math.abs(x);
  return Array.from(scaled, (x, column) => ({ x, column }))
    .filter(({ x }) => x !== 0)
    .sort((a, b) => rank(b) - rank(a) || a.column - b.column)
    .slice(0, SHOWN)
    .map(({ x, column }) => {
      const share = (x * x) / total;
      if (column === PLAIN_COLUMNS.length) {
        const expected = `${seen} of ${ports.flows} went to that port`;
        return { subject: 'the port', observed: portText(raw), expected, share, seenBefore: seen };
      }
      const mean = arms.scaler.mean[column] as number;
      const typical = Math.sign(mean) * Math.expm1(Math.abs(mean));
      const subject = ENCODED_COLUMNS[column] as string;
      if (FLAGS.has(subject)) {
        const expected = `${Math.round(Math.min(1, Math.max(0, mean / Math.LN2)) * 100)} % have it`;
        return { subject, observed: encoded[column] === 1 ? 'true' : 'not true', expected, share, seenBefore: ports.flows };
      }
      return { subject, observed: figure(encoded[column] as number), expected: `about ${figure(typical)}`, share, seenBefore: ports.flows };
    });
}

const FLAGS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'unanswered']);
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6', 132: 'SCTP' };

function portText(raw: Float32Array): string {
  const [protocol, port] = [raw[0] as number, raw[1] as number];
  const name = PROTOCOLS[protocol] ?? (Number.isNaN(protocol) ? 'of an unknown protocol' : `of protocol ${protocol}`);
  return Number.isNaN(port) ? `none, ${name}` : `${port}/${name}`;
}

function evidenceAt(batch: GroupBatch, member: number): EvidenceLine {
  return {
    input: batch.inputs[batch.memberInput[member] as number] ?? '',
    line: batch.memberLine[member] as number,
    offset: batch.memberOffset[member] as number,
    length: batch.memberLength[member] as number,
    time: batch.memberTime[member] as number,
  };
}

function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'absent';
}
