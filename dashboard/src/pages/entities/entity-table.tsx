import { Link } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useTenant } from '../../api/queries.ts';
import { Bar, When } from '../../components/marks.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { SortHead, type Sorting } from '../../components/sort-head.tsx';
import { count, plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';
import { LEVEL_COLOUR } from './levels.ts';

export type EntityItem = RouteResponse<'entities'>['items'][number];
export type EntitySort = 'risk' | 'name' | 'alerts' | 'events' | 'seen';

interface Props {
  readonly items: readonly EntityItem[];
  readonly sorting: Sorting<EntitySort>;
  readonly onSort: (sorting: Sorting<EntitySort>) => void;
}

export function EntityTable({ items, sorting, onSort }: Props) {
  const tenant = useTenant();
  const head = { sorting, onSort };
  return (
    <Scroll label={plural(items.length, 'entity', 'entities')}>
      <table className="table dense">
        <thead>
          <tr>
            <SortHead name="Entity" by="name" first="asc" {...head} />
            <th>Level</th>
            <SortHead name="Risk" by="risk" right {...head} />
            <th>
              <span className="hidden">Risk as a bar</span>
            </th>
            <th>What weighs most</th>
            <SortHead name="Alerts" by="alerts" right {...head} />
            <SortHead name="Events stored" by="events" right {...head} />
            <SortHead name="Last seen" by="seen" {...head} />
          </tr>
        </thead>
        <tbody>
          {items.map((entity) => (
            <tr key={entity.name}>
              <td className="name">
                <Link to="/t/$tenant/entities/$name" params={{ tenant, name: entity.name }}>
                  {entity.name}
                </Link>
                {entity.place === 'outside' && <span className="soft small"> outside</span>}
              </td>
              <td>
                <span className={`chip ${LEVEL_COLOUR[entity.verdict]}`}>{entity.verdict}</span>
              </td>
              <td className="right num">{Math.round(entity.risk)}</td>
              <td style={{ width: 96, verticalAlign: 'middle' }}>
                <Bar
                  share={entity.risk / 100}
                  level={entity.verdict === 'safe' ? 'low' : LEVEL_COLOUR[entity.verdict]}
                  label={`Risk ${Math.round(entity.risk)} of 100`}
                />
              </td>
              <td className="clip">
                <span className="ellipsis soft" title={reasonOf(entity)}>
                  {reasonOf(entity)}
                </span>
              </td>
              <td className="right num">
                {entity.alerts === 0 ? (
                  0
                ) : (
                  <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ entity: entity.name, state: 'any' }}>
                    {count(entity.alerts)}
                  </Link>
                )}
              </td>
              <td className="right num">
                {entity.events === 0 ? (
                  <span className="soft">–</span>
                ) : (
                  <Link to="/t/$tenant/logs" params={{ tenant }} search={{ host: entity.name }}>
                    {count(entity.events)}
                  </Link>
                )}
              </td>
              <td>
                <When at={entity.lastSeen} as="relative" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function reasonOf({ evidence: [strongest], openAlerts }: EntityItem): string {
  if (strongest !== undefined) return prose(strongest.title);
  return openAlerts > 0 ? 'an open alert' : '–';
}
