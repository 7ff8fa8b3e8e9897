import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi } from '../../api/queries.ts';
import { Fact } from '../../components/fact.tsx';
import type { AlertLanes } from '../../components/lanes.tsx';
import { Severity, When } from '../../components/marks.tsx';
import { count, plural } from '../../format/number.ts';
import { LEVEL_COLOUR } from './levels.ts';

interface Props {
  readonly name: string;
  readonly range: { readonly from?: number; readonly to?: number };
  readonly lanes: AlertLanes | undefined;
  readonly alerts: readonly AlertBody[];
  /** Undefined until it is known, or where there is no such entity (`unknown`). */
  readonly entity: RouteResponse<'entity'> | undefined;
  readonly unknown: boolean;
}

/** What is known of the entity in one line. */
export function EntityFigures({ name, range, lanes, alerts, entity, unknown }: Props) {
  const hosts = useApi('hosts', { query: { ...range, host: name, limit: 1 } });
  const host = hosts.data?.items[0];
  const worst = lanes === undefined || lanes.lanes.length === 0 ? undefined : Math.max(...lanes.lanes.map(({ severity }) => severity));
  const open = useApi('groups', { query: { ...range, entity: name, state: 'open', limit: 1 } }).data?.alerts;
  const techniques = [...new Set(alerts.flatMap(({ detection }) => detection.techniques))].sort();
  return (
    <div className="card card-body">
      <dl className="facts">
        <Fact name="Known as">
          {entity?.place === 'outside' && 'outside '}
          {host === undefined ? (/^[\d.:a-f]+$/i.test(name) ? 'address' : 'name in alerts') : 'host that writes logs'}
        </Fact>
        <Fact name="Risk">
          {entity === undefined ? (
            <span className="soft">{unknown ? 'nothing against it' : '…'}</span>
          ) : (
            <>
              <span className={`sev ${LEVEL_COLOUR[entity.verdict]}`}>
                {Math.round(entity.risk)} {entity.verdict}
              </span>
              <div className="soft small">
                as of <When at={entity.asOf} />
              </div>
              {entity.openAlerts > 0 && (
                <div className="soft small" title="Open alerts of medium severity or above: it does not fade below what they weigh">
                  held up by {plural(entity.openAlerts, 'open alert')}
                </div>
              )}
            </>
          )}
        </Fact>
        <Fact name="Worst alert">{worst === undefined ? 'none' : <Severity value={worst} word />}</Fact>
        <Fact name="Alerts">
          <span className="num">
            {count(lanes?.total)}, {open !== undefined && open > 1 && open === lanes?.total ? 'all' : count(open)} open
          </span>
        </Fact>
        <Fact name="Techniques">{techniques.length === 0 ? 'none named' : techniques.join(' ')}</Fact>
        <Fact name="Log lines stored">
          <span className="num">{count(host?.count ?? 0)}</span>
        </Fact>
        <Fact name="Last log line">
          <When at={host?.lastSeen ?? null} />
        </Fact>
      </dl>
    </div>
  );
}
