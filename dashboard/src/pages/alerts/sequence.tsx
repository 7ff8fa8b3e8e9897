import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { useReportedFinding } from '../../api/report.ts';
import { When } from '../../components/marks.tsx';
import { lineText } from '../../format/event-text.ts';
import { count, plural } from '../../format/number.ts';
import { SECOND } from '../../format/time.ts';

const SHOWN = 40;
type Evidence = AlertBody['detection']['evidence'][number];

const place = (line: { input: string; offset: number | null }) => `${line.offset ?? ''} ${line.input}`;

/** The lines of the unit in their order, with the raw text from the event store, the surprising ones marked. */
export function Sequence({ alert }: { alert: AlertBody }) {
  const { detection } = alert;
  const tenant = useTenant();
  const [all, setAll] = useState(false);
  const marked = useMemo(() => surprisingPlaces(detection), [detection]);
  const inputs = [...new Set(detection.evidence.map(({ input }) => input))];
  const times = detection.evidence.flatMap(({ time }) => (time === null || time === undefined ? [] : [time]));
  const from = Math.min(detection.start ?? Number.POSITIVE_INFINITY, ...times);
  const to = Math.max(detection.end ?? 0, ...times) + SECOND;
  const events = useApi(
    'events',
    {
      query: {
        ...(Number.isFinite(from) ? { from, to } : {}),
        ...(inputs.length === 1 && inputs[0] !== undefined ? { input: inputs[0] } : {}),
        order: 'oldest',
        limit: 1000,
      },
    },
    { enabled: detection.evidence.length > 0, staleTime: 300_000 },
  );
  const stored = useMemo(() => new Map((events.data?.items ?? []).map((event) => [place(event), lineText(event)])), [events.data]);
  const missing = events.data !== undefined && detection.evidence.some((line) => !stored.has(place(line)));
  const finding = useReportedFinding(alert.id, inputs, missing);
  const texts = useMemo(
    () =>
      new Map([...stored, ...(finding?.lines ?? []).flatMap((line) => (line.text === null ? [] : [[place(line), line.text] as const]))]),
    [stored, finding],
  );
  if (detection.evidence.length === 0) return null;
  const what = detection.detector.startsWith('packet') ? 'packet' : 'line';
  const lines = all ? detection.evidence : detection.evidence.slice(0, SHOWN);
  return (
    <section className="section">
      <div className="row">
        <h3 className="grow">
          {(detection.events ?? 0) > detection.evidence.length
            ? `The first ${count(detection.evidence.length)} of ${plural(detection.events ?? 0, what)}`
            : plural(detection.evidence.length, what)}{' '}
          of this unit{marked.size > 0 && `, ${count(marked.size)} surprising`}
        </h3>
        {what === 'line' && (
          <Link
            to="/t/$tenant/logs"
            params={{ tenant }}
            search={{
              alert: alert.id,
              ...(Number.isFinite(from) ? { range: `${Math.floor(from)}-${Math.ceil(to)}` } : { input: inputs[0] }),
              order: 'oldest',
            }}
            className="small"
          >
            Among all lines of that time
          </Link>
        )}
      </div>
      <ol className="lines">
        {lines.map((line) => (
          <Line
            key={place(line)}
            what={what}
            line={line}
            text={texts.get(place(line))}
            hit={marked.has(place(line))}
            pending={events.isPending}
          />
        ))}
      </ol>
      {lines.length < detection.evidence.length && (
        <button type="button" className="item" style={{ display: 'block', borderBottom: 0, padding: '4px 0' }} onClick={() => setAll(true)}>
          Show all {count(detection.evidence.length)} lines
        </button>
      )}
    </section>
  );
}

/** Surprising lines: those the detector points at by index, else those its explanation singles out. */
export function surprisingPlaces(detection: AlertBody['detection']): ReadonlySet<string> {
  const { surprising, evidence } = detection.explanation;
  if (surprising !== undefined && surprising.length > 0)
    return new Set(surprising.flatMap((index) => (detection.evidence[index] === undefined ? [] : [place(detection.evidence[index])])));
  return evidence.length < detection.evidence.length ? new Set(evidence.map(place)) : new Set();
}

function Line({
  what,
  line,
  text,
  hit,
  pending,
}: {
  what: string;
  line: Evidence;
  text: string | undefined;
  hit: boolean;
  pending: boolean;
}) {
  return (
    <li className={`line ${hit ? 'hit' : ''}`}>
      <span className="no" title={`${line.input}, line ${line.line}, byte ${line.offset}`}>
        {count(line.line)}
      </span>
      <span className="at">
        <When at={line.time} as="clock" />
      </span>
      <span className="text">
        {hit && <span className="hidden">Surprising: </span>}
        {text ?? (
          <span className="soft">
            {pending ? '…' : `${what} ${count(line.line)} of ${line.input}, at byte ${count(line.offset)}; not kept as text`}
          </span>
        )}
      </span>
    </li>
  );
}
