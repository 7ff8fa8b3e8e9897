import { formatMicros, type Micros, stableId } from '../../core/index.ts';
import type { ClockNotice } from '../time/sender-clocks.ts';
import type { Finding, Lane } from './lane.ts';

/** Names what findings about clocks were made by; no detector is called so. */
const CLOCK_RULE = 'event-time';
const SEVERITY = 30;

/** Records that do not fit event time are told of where alerts are, once a day and source, with those who sent them; the id stays while they grow. */
export function clockFindings(lane: Pick<Lane, 'source' | 'scorers' | 'rules'>, notices: readonly ClockNotice[]): Finding[] {
  if (notices.length === 0) return [];
  const tenant = [...lane.rules, ...lane.scorers][0]?.options.tenant;
  return tenant === undefined ? [] : notices.map((notice) => clockFinding(tenant, lane.source.name, notice));
}

function clockFinding(tenant: string, source: string, { kind, day, at, lines, senders }: ClockNotice): Finding {
  const isAhead = kind === 'ahead';
  const from = senders.map(({ sender, lines: own, off }) => `${sender} (${own.toLocaleString('en')}, ${spanOf(off)})`).join(', ');
  const count = lines.toLocaleString('en');
  return {
    detection: {
      ...{
        id: stableId(tenant, source, CLOCK_RULE, kind, day),
        detector: CLOCK_RULE,
        source,
        key: `${kind} records of ${source}`,
        entity: source,
      },
      ...{ start: at, end: at, score: 1, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false, severity: SEVERITY },
      ...{
        title: isAhead ? `Records of ${source} are dated ahead of their arrival` : `Records of ${source} come late`,
        techniques: [],
        evidence: [],
      },
      explanation: {
        what: isAhead
          ? `${count} records of ${source} were dated ahead of their arrival on ${formatMicros(day).slice(0, 10)}, most from ${from}.`
          : `${count} records of ${source} were older than event time allows on ${formatMicros(day).slice(0, 10)}, most from ${from}.`,
        why: isAhead
          ? 'They are judged by the time at which they came, and move nobody else’s time.'
          : 'Signatures judge them all the same; windows count a sender once it has been as much behind for a minute, by its clock corrected.',
        harmless: [
          'A clock or a time zone that is set wrongly.',
          ...(isAhead ? [] : ['A shipper that catches up after it could not send.']),
        ],
        next: [
          'Check clock and time zone of the senders named.',
          'If one of them is not yours, look at what it sent: made-up times hide attacks.',
        ],
        contributions: [],
        evidence: [],
      },
    },
    feature: '',
    model: CLOCK_RULE,
    modelSha256: '',
    row: new Uint8Array(0),
  };
}

function spanOf(off: Micros): string {
  const minutes = Math.abs(off) / 60e6;
  const span =
    minutes < 120 ? `${Math.round(minutes)} min` : minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
  return `${span} ${off > 0 ? 'ahead' : 'behind'}`;
}
