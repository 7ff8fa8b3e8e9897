import { Link } from '@tanstack/react-router';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useTenant } from '../../api/queries.ts';
import { Fact } from '../../components/fact.tsx';
import { Bar, When } from '../../components/marks.tsx';
import { Table } from '../../components/table.tsx';
import { count, percent } from '../../format/number.ts';
import { duration, prose } from '../../format/time.ts';
import { SuppressCell } from '../suppressions/suppress-cell.tsx';
import { FlowsBehind } from './flows-behind.tsx';
import { Lineage } from './lineage.tsx';
import { Occurrences } from './occurrences.tsx';
import { Readings } from './readings.tsx';
import { Sequence } from './sequence.tsx';

const bare = (text: string): string => text.trim().replace(/\.$/, '');
/** Whether what happened is the title over again. */
const sameSaid = (what: string, title: string): boolean => bare(what) === bare(title);

/** Why it was raised: in words, as observed against expected, by the raw lines; figures and lineage last. */
export function Why({ alert }: { alert: AlertBody }) {
  const { explanation, ...detection } = alert.detection;
  const tenant = useTenant();
  const span = (detection.end ?? Number.NaN) - (detection.start ?? Number.NaN);
  return (
    <>
      <dl className="facts">
        <Fact name="Entity">
          {detection.entity === '' ? (
            '(none)'
          ) : (
            <Link to="/t/$tenant/entities/$name" params={{ tenant, name: detection.entity }}>
              {detection.entity}
            </Link>
          )}
          <SuppressCell alert={alert} field="entity" value={detection.entity} />
        </Fact>
        <Fact name="From">
          <When at={detection.start} none="undated" />
        </Fact>
        <Fact name="Lasted">{duration(span)}</Fact>
        <Fact name="Last seen">
          <When at={alert.lastSeen} as="relative" />
          {alert.count > 1 && `, ${count(alert.count)} times`}
        </Fact>
        <Fact name="Detector">
          {detection.detector}
          <SuppressCell alert={alert} field="detector" value={detection.detector} />
        </Fact>
        <Fact name="Source">
          {detection.source}
          <SuppressCell alert={alert} field="source" value={detection.source} />
        </Fact>
      </dl>
      <section className="section">
        <h3>Why</h3>
        {!sameSaid(explanation.what, detection.title) && <p className="wrap">{prose(explanation.what)}</p>}
        <p className="wrap">{prose(explanation.why)}</p>
      </section>
      <Readings alert={alert} />
      {explanation.contributions.length > 0 && (
        <section className="section">
          <h3>Observed against expected</h3>
          <Table label="Observed against expected" heads={['What', 'Observed', 'Expected', { right: 'Seen before' }, 'Share of the score']}>
            {explanation.contributions.map((part, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: contributions have no name of their own and never move.
              <tr key={index}>
                <td className="wrap mono subject">{part.text ?? part.subject}</td>
                <td className="wrap">{prose(part.observed)}</td>
                <td className="wrap soft">{prose(part.expected)}</td>
                <td className="right num">{count(part.seenBefore)}</td>
                <td style={{ width: 120 }}>
                  <Bar share={part.share ?? 0} level="high" label={percent(part.share)} />
                  <span className="small soft num">{percent(part.share)}</span>
                </td>
              </tr>
            ))}
          </Table>
        </section>
      )}
      {explanation.expectedNext !== undefined && explanation.expectedNext.length > 0 && (
        <section className="section">
          <h3>Expected instead</h3>
          <table className="table">
            <tbody>
              {explanation.expectedNext.map((next) => (
                <tr key={next.event}>
                  <td className="mono wrap">{next.event}</td>
                  <td style={{ width: 90 }}>
                    <Bar share={next.probability ?? 0} label={percent(next.probability)} />
                  </td>
                  <td className="right num" style={{ width: 74 }}>
                    {percent(next.probability)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <FlowsBehind alert={alert} />
      <Sequence alert={alert} />
      <Occurrences alert={alert} />
      <List title="When it may be harmless" items={explanation.harmless} />
      <List title="What to do next" items={explanation.next} />
      <Lineage alert={alert} />
    </>
  );
}

function List({ title, items }: { title: string; items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <section className="section">
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li key={item} className="wrap">
            {prose(item)}
          </li>
        ))}
      </ul>
    </section>
  );
}
