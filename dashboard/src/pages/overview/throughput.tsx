import { useMemo } from 'react';
import { useLive } from '../../api/live.ts';
import { useApi } from '../../api/queries.ts';
import { SeriesChart } from '../../components/charts.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { perSecond } from '../../format/number.ts';

/** Events a second over the last quarter of an hour: what the server kept, continued live. */
export function Throughput() {
  const history = useApi('history', { query: { step: 'second' } }, { staleTime: 60_000 });
  const { recent } = useLive();
  const [x, y] = useMemo(() => {
    const at = (history.data?.at ?? []).map((time) => time / 1e6);
    const rate = [...(history.data?.eventsPerSecond ?? [])];
    const known = at.at(-1) ?? 0;
    for (const event of recent) {
      if (event.at === null || event.at / 1e6 <= known) continue;
      at.push(event.at / 1e6);
      rate.push(event.eventsPerSecond);
    }
    return [at.slice(-900), rate.slice(-900)] as const;
  }, [history.data, recent]);
  return (
    <Card title="Events per second" head={<span className="soft small">last 15 min</span>} className="c7">
      <Answered of={history} rows={4}>
        {() =>
          x.length < 2 ? (
            <Blank title="No rate yet" hint="The first values appear a few seconds after the start." />
          ) : (
            <SeriesChart x={x} y={y} label="Events per second" format={perSecond} height={132} />
          )
        }
      </Answered>
    </Card>
  );
}
