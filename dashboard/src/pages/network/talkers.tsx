import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Bar, When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { serviceName } from '../../format/network.ts';
import { bytes, count, percent } from '../../format/number.ts';
import type { FlowFilters } from './flows.tsx';

const KEYS = ['address', 'pair', 'service'] as const;
type Key = (typeof KEYS)[number];

interface Props {
  readonly filters: FlowFilters;
  readonly by: Key;
  readonly onBy: (by: Key) => void;
  readonly onFilter: (filter: { address?: string; peer?: string; port?: string }) => void;
}

/** Who exchanged most bytes. */
export function Talkers({ filters, by, onBy, onFilter }: Props) {
  const tenant = useTenant();
  const talkers = useApi('talkers', { query: { ...filters, by, limit: 100 } });
  return (
    <Card
      title="Top talkers"
      flush
      head={
        <SegmentedControl
          size="xs"
          aria-label="Summed by"
          value={by}
          onChange={(value) => onBy(value as Key)}
          data={[
            { value: 'address', label: 'Addresses' },
            { value: 'pair', label: 'Pairs' },
            { value: 'service', label: 'Services' },
          ]}
        />
      }
    >
      <Answered of={talkers} rows={8}>
        {({ items }) => {
          if (items.length === 0) return <Blank title="No flow" hint="Widen the time range, or add a network source." />;
          const most = Math.max(1, ...items.map((one) => one.sentBytes + one.receivedBytes));
          return (
            <Scroll label="Top talkers">
              <table className="table dense">
                <thead>
                  <tr>
                    <th>{by === 'service' ? 'Service' : by === 'pair' ? 'Initiator, responder' : 'Address'}</th>
                    <th className="right">Sent</th>
                    <th className="right">Received</th>
                    <th>Share of the largest</th>
                    <th className="right">Flows</th>
                    <th className="right">{by === 'service' ? 'Initiators' : 'Peers'}</th>
                    <th>First seen</th>
                    <th>Last seen</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((one) => (
                    <tr key={one.name}>
                      <td className="mono nowrap">
                        {by === 'address' ? (
                          <Link to="/t/$tenant/entities/$name" params={{ tenant, name: one.name }}>
                            {one.name}
                          </Link>
                        ) : (
                          <button type="button" className="plain link" onClick={() => onFilter(filterOf(by, one.name))}>
                            {by === 'service' ? serviceName(one.name) : one.name.replace(' ', ' → ')}
                          </button>
                        )}
                      </td>
                      <td className="right num nowrap">{bytes(one.sentBytes)}</td>
                      <td className="right num nowrap">{bytes(one.receivedBytes)}</td>
                      <td style={{ width: 130, verticalAlign: 'middle' }}>
                        <Bar
                          share={(one.sentBytes + one.receivedBytes) / most}
                          label={`${percent((one.sentBytes + one.receivedBytes) / most)} of the largest`}
                        />
                      </td>
                      <td className="right num">{count(one.flows)}</td>
                      <td className="right num">{count(one.peers)}</td>
                      <td>
                        <When at={one.firstSeen} />
                      </td>
                      <td>
                        <When at={one.lastSeen} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          );
        }}
      </Answered>
    </Card>
  );
}

function filterOf(by: Key, name: string): { address?: string; peer?: string; port?: string } {
  if (by === 'service') return { port: name.split('/')[1] ?? '' };
  const [address = '', peer = ''] = name.split(' ');
  return { address, peer };
}
