import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { bytes, count } from '../../format/number.ts';

interface Props {
  readonly name: string;
  readonly range: { readonly from?: number; readonly to?: number };
}

/** Whom it exchanged traffic with; nothing where no flow names it. */
export function Peers({ name, range }: Props) {
  const tenant = useTenant();
  const pairs = useApi('talkers', { query: { ...range, address: name, by: 'pair', limit: 12 } });
  const items = pairs.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card
      title="Peers"
      className="c12"
      flush
      head={
        <Link to="/t/$tenant/network" params={{ tenant }} search={{ address: name }} className="small">
          All its flows
        </Link>
      }
    >
      <Table
        label="Peers"
        heads={['Peer', 'Who began', { right: 'From the initiator' }, { right: 'From the responder' }, { right: 'Flows' }]}
        dense
      >
        {items.map((pair) => {
          const [initiator = '', responder = ''] = pair.name.split(' ');
          const peer = initiator === name ? responder : initiator;
          return (
            <tr key={pair.name}>
              <td className="mono">
                <Link to="/t/$tenant/entities/$name" params={{ tenant, name: peer }}>
                  {peer}
                </Link>
              </td>
              <td className="soft">{initiator === name ? 'it began' : 'the peer began'}</td>
              <td className="right num">{bytes(pair.sentBytes)}</td>
              <td className="right num">{bytes(pair.receivedBytes)}</td>
              <td className="right num">
                <Link to="/t/$tenant/network" params={{ tenant }} search={{ address: name, peer }}>
                  {count(pair.flows)}
                </Link>
              </td>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}
