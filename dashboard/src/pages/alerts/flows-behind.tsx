import { Link } from '@tanstack/react-router';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { When } from '../../components/marks.tsx';
import { Table } from '../../components/table.tsx';
import { portName, protocolName } from '../../format/network.ts';
import { bytes, count, plural } from '../../format/number.ts';
import { MINUTE } from '../../format/time.ts';

const SHOWN = 8;

/** The flows of the entity while an alert about traffic lasted; nothing for alerts about anything else. */
export function FlowsBehind({ alert: { detection } }: { alert: AlertBody }) {
  const tenant = useTenant();
  const { entity, start, end, detector } = detection;
  const wanted = (detector.startsWith('packet') || detector.startsWith('flow')) && entity !== '' && start !== null;
  const from = Math.floor((start ?? 0) - MINUTE);
  const to = Math.ceil((end ?? start ?? 0) + MINUTE);
  const flows = useApi('flows', { query: { from, to, address: entity, limit: SHOWN } }, { enabled: wanted, staleTime: 60_000 });
  const items = flows.data?.items ?? [];
  if (!wanted || items.length === 0) return null;
  return (
    <section className="section">
      <div className="row">
        <h3 className="grow">
          {flows.data?.cursor === undefined ? plural(items.length, 'flow') : `Latest ${count(items.length)} flows`} of {entity} at that time
        </h3>
        <Link to="/t/$tenant/network" params={{ tenant }} search={{ address: entity, range: `${from}-${to}` }} className="small">
          All its flows then
        </Link>
      </div>
      <Table
        label="Flows"
        heads={['Began', 'Initiator', 'Responder', 'Service', { right: 'Sent' }, { right: 'Received' }, { right: 'Packets' }]}
        dense
      >
        {items.map((flow) => (
          <tr key={`${flow.time} ${flow.sourceAddress} ${flow.sourcePort} ${flow.destinationAddress} ${flow.destinationPort}`}>
            <td>
              <When at={flow.time} as="clock" />
            </td>
            <td className="mono nowrap">
              {flow.sourceAddress}
              <span className="soft">:{flow.sourcePort ?? '–'}</span>
            </td>
            <td className="mono nowrap">
              {flow.destinationAddress}
              <span className="soft">:{flow.destinationPort ?? '–'}</span>
            </td>
            <td className="nowrap">
              {protocolName(flow.protocol)} {portName(flow.destinationPort)}
            </td>
            <td className="right num nowrap">{bytes(flow.forwardBytes)}</td>
            <td className="right num nowrap">{bytes(flow.backwardBytes)}</td>
            <td className="right num">{count((flow.forwardPackets ?? 0) + (flow.backwardPackets ?? 0))}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
