import { Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { dateTime } from '../../format/time.ts';
import { PredictionRows } from './prediction-table.tsx';

/** Row by row what a model said of scored data, and how often that was right. */
export function Predictions({ run, onRun }: { run: string | undefined; onRun: (run: string) => void }) {
  const tenant = useTenant();
  const jobs = useApi('jobs', { query: { kind: 'score', state: 'done' } }, { refetchInterval: 5_000 });
  return (
    <Answered of={jobs} rows={6}>
      {({ items }) => {
        const current = items.find(({ id }) => id === run) ?? items[0];
        return (
          <div className="stack">
            <Card>
              <div className="row">
                <Select
                  label="Scored run"
                  w={340}
                  placeholder="No run yet"
                  disabled={items.length === 0}
                  data={items.map((job) => ({ value: job.id, label: `${job.model}, ${dateTime(job.finishedAt)}` }))}
                  value={current?.id ?? null}
                  allowDeselect={false}
                  onChange={(id) => id !== null && onRun(id)}
                />
                <Link to="/t/$tenant/try-out" params={{ tenant }} className="small">
                  Have a model predict
                </Link>
              </div>
            </Card>
            {current === undefined ? (
              <Card>
                <Blank
                  title="Nothing scored yet"
                  hint="Upload flows as CSV or a capture under Sources, train or import a model, then have it predict under Try out."
                >
                  <Link to="/t/$tenant/try-out" params={{ tenant }}>
                    Have a model predict
                  </Link>
                </Blank>
              </Card>
            ) : (
              <PredictionRows run={current.id} />
            )}
          </div>
        );
      }}
    </Answered>
  );
}
