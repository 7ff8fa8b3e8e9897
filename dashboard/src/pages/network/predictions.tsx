import { Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { dateTime } from '../../format/time.ts';
import { LivePredictions } from './live-predictions.tsx';
import { PredictionRows } from './prediction-table.tsx';

const LIVE = 'live';

/** Row by row what a model said of scored data, and how often that was right. */
export function Predictions({ run, onRun }: { run: string | undefined; onRun: (run: string) => void }) {
  const tenant = useTenant();
  const jobs = useApi('jobs', { query: { kind: 'score', state: 'done' } }, { refetchInterval: 5_000 });
  return (
    <Answered of={jobs} rows={6}>
      {({ items }) => {
        const current = run === LIVE ? undefined : (items.find(({ id }) => id === run) ?? items[0]);
        return (
          <div className="stack">
            <Card>
              <div className="row">
                <Select
                  label="Scored run"
                  w={340}
                  data={[
                    { value: LIVE, label: 'Flows as they come' },
                    ...items.map((job) => ({ value: job.id, label: `${job.model}, ${dateTime(job.finishedAt)}` })),
                  ]}
                  value={current?.id ?? LIVE}
                  allowDeselect={false}
                  onChange={(id) => id !== null && onRun(id)}
                />
                <Link to="/t/$tenant/try-out" params={{ tenant }} className="small">
                  Have a model predict
                </Link>
              </div>
            </Card>
            {current === undefined ? <LivePredictions /> : <PredictionRows run={current.id} />}
          </div>
        );
      }}
    </Answered>
  );
}
