import { useNavigate } from '@tanstack/react-router';
import type { IncidentBody } from '../../../../src/server/api/schema/incidents.ts';
import { useTenant } from '../../api/queries.ts';
import { Scroll } from '../../components/scroll.tsx';
import { levelOf } from '../../format/severity.ts';
import { axisLabels, dateTime, MINUTE, prose, SECOND } from '../../format/time.ts';

const ROW = 26;
const LEFT = 120;
const WIDTH = 640;
const TICKS = 5;

/** Evidence over time, a row for each host; a mark's colour is the severity of its alert, its size how surprising it is. */
export function Timeline({ incident }: { incident: IncidentBody }) {
  const tenant = useTenant();
  const navigate = useNavigate();
  const dated = incident.evidence.flatMap((one) => (one.time === null ? [] : [{ ...one, time: one.time }]));
  if (dated.length === 0) return null;
  const hosts = [...new Set(dated.map(({ host }) => host))];
  const first = Math.min(...dated.map(({ time }) => time));
  // Less than the labels can tell apart is shown in the middle of a minute.
  const last = Math.max(...dated.map(({ time }) => time));
  const short = last - first < 10 * SECOND;
  const from = short ? (first + last - MINUTE) / 2 : first;
  const span = short ? MINUTE : last - first;
  const x = (time: number) => LEFT + 10 + ((time - from) / span) * (WIDTH - LEFT - 20);
  const height = hosts.length * ROW + 22;
  const ticks = Array.from({ length: TICKS }, (_, index) => from + (span * index) / (TICKS - 1));
  const labels = axisLabels(ticks.map((tick) => tick / 1e6));
  return (
    <section className="section">
      <h3>Timeline</h3>
      <Scroll label="Timeline">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields. */}
        <svg
          className="timeline"
          viewBox={`0 0 ${WIDTH} ${height}`}
          role="group"
          aria-label={`${dated.length} pieces of evidence over time`}
        >
          {hosts.map((host, row) => (
            <g key={host}>
              <line x1={LEFT} x2={WIDTH} y1={row * ROW + ROW / 2} y2={row * ROW + ROW / 2} />
              <text x={LEFT - 8} y={row * ROW + ROW / 2 + 4} textAnchor="end">
                {host.length > 17 ? `${host.slice(0, 16)}…` : host}
              </text>
            </g>
          ))}
          {dated.map((one) => (
            // biome-ignore lint/a11y/useSemanticElements: a link inside SVG has no button semantics.
            <circle
              key={one.alertId}
              className={`mark ${levelOf(one.severity ?? 0)}`}
              cx={x(one.time)}
              cy={hosts.indexOf(one.host) * ROW + ROW / 2}
              r={4 + 2 * Math.min(3, one.surprise)}
              role="button"
              tabIndex={0}
              aria-label={`${dateTime(one.time)}, ${one.host}: ${prose(one.title)}`}
              onClick={() => navigate({ to: '/t/$tenant/alerts', params: { tenant }, search: { alert: one.alertId, state: 'any' } })}
              onKeyDown={(event) => {
                if (event.key === 'Enter')
                  void navigate({ to: '/t/$tenant/alerts', params: { tenant }, search: { alert: one.alertId, state: 'any' } });
              }}
            >
              <title>{`${dateTime(one.time)} ${prose(one.title)}`}</title>
            </circle>
          ))}
          {ticks.map((tick, index) => (
            <text key={tick} x={x(tick)} y={height - 4} textAnchor={index === 0 ? 'start' : index === TICKS - 1 ? 'end' : 'middle'}>
              {labels[index]}
            </text>
          ))}
        </svg>
      </Scroll>
    </section>
  );
}
