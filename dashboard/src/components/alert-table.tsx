import { Link } from '@tanstack/react-router';
import type { AlertBody } from '../../../src/server/api/schema/alerts.ts';
import { useTenant } from '../api/queries.ts';
import { prose } from '../format/time.ts';
import { Severity, VerdictChip, When } from './marks.tsx';
import { Scroll } from './scroll.tsx';
import { SortHead, type Sorting } from './sort-head.tsx';

export type AlertOrder = 'severity' | 'time';

interface Props {
  readonly items: readonly AlertBody[];
  /** Whether they are about several entities. */
  readonly entity?: boolean;
  /** What they are sorted by, the highest first. */
  readonly order: AlertOrder;
  readonly onOrder: (order: AlertOrder) => void;
}

/** Alerts as rows; each leads to its page. */
export function AlertTable({ items, entity = true, order, onOrder }: Props) {
  const tenant = useTenant();
  const head = { sorting: { by: order, order: 'desc' }, oneWay: true, onSort: ({ by }: Sorting<AlertOrder>) => onOrder(by) } as const;
  return (
    <Scroll label="Alerts">
      <table className="table dense">
        <thead>
          <tr>
            <SortHead name="Severity" by="severity" {...head} />
            <SortHead name="Began" by="time" {...head} />
            {entity && <th>Entity</th>}
            <th>What</th>
            <th>Detector</th>
            <th>Techniques</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, detection, state, verdict }) => (
            <tr key={id}>
              <td>
                <Severity value={detection.severity} />
              </td>
              <td>
                <When at={detection.start} none="undated" />
              </td>
              {entity && (
                <td className="nowrap">
                  {detection.entity === '' ? (
                    '(none)'
                  ) : (
                    <Link to="/t/$tenant/entities/$name" params={{ tenant, name: detection.entity }}>
                      {detection.entity}
                    </Link>
                  )}
                </td>
              )}
              <td className="clip">
                <Link
                  to="/t/$tenant/alerts"
                  params={{ tenant }}
                  search={{ alert: id, state: 'any' }}
                  className="ellipsis strong"
                  title={prose(detection.title)}
                >
                  {prose(detection.title)}
                </Link>
              </td>
              <td className="nowrap soft">{detection.detector}</td>
              <td className="nowrap soft">{detection.techniques.join(' ') || '–'}</td>
              <td className="nowrap">
                {verdict === undefined ? <span className="soft">{state}</span> : <VerdictChip verdict={verdict} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
