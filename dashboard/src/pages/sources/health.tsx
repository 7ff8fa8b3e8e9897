import { Link } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { lagText } from '../../format/lag.ts';
import { bytes, count, perSecond, plural } from '../../format/number.ts';

type Source = RouteResponse<'sources'>['items'][number];

/** Every source: whether it is read, how fast, how far behind, what it counted. */
export function Health() {
  const sources = useApi('sources', {}, { refetchInterval: 2_000 });
  return (
    <Card flush>
      <Answered of={sources} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title="No source runs" hint="Add one, or upload a file to have it analysed." />
          ) : (
            <SourceTable items={items} />
          )
        }
      </Answered>
    </Card>
  );
}

function SourceTable({ items }: { items: readonly Source[] }) {
  const tenant = useTenant();
  return (
    <Scroll label="Sources">
      <table className="table">
        <thead>
          <tr>
            <th>Source</th>
            <th>State</th>
            <th className="right">Rate</th>
            <th className="right">Lag</th>
            <th>Events up to</th>
            <th className="right">Queue</th>
            <th className="right">Dead letters</th>
            <th>Counters</th>
          </tr>
        </thead>
        <tbody>
          {items.map((source) => (
            <tr key={source.name}>
              <td className="wrap">
                <Link to="/t/$tenant/logs" params={{ tenant }} search={{ source: source.name }}>
                  {source.name}
                </Link>
              </td>
              <td>
                {source.state}
                {source.lastError !== '' && <div className="small level-error wrap">{source.lastError}</div>}
              </td>
              <td className="right num nowrap">{perSecond(source.recordsPerSecond)}</td>
              <td className="right num nowrap">{lagText({ ...source, rate: source.recordsPerSecond })}</td>
              <td>
                <When at={source.watermark} />
              </td>
              <td className="right num nowrap">
                {bytes(source.queueBytes)}
                <div className="small soft">{plural(source.queueBatches, 'batch', 'batches')}</div>
              </td>
              <td className="right num">{count(source.deadLetters)}</td>
              <td className="small soft num wrap">
                {Object.entries({ ...source.counters, ...source.sourceCounters })
                  .filter(([, value]) => value !== null && value !== 0)
                  .map(([name, value]) => `${name.replaceAll('_', ' ')} ${count(value)}`)
                  .join(' · ') || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
