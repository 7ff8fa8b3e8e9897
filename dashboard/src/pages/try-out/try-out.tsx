import { SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Card, Page } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Runs } from '../models/runs.tsx';
import { TrainForm } from '../models/train-form.tsx';
import { PredictionRows } from '../network/prediction-table.tsx';
import { DetectForm } from './detect-form.tsx';
import { ScoreForm } from './score-form.tsx';

const VIEWS = [
  { value: 'predict', label: 'Predict' },
  { value: 'train', label: 'Train' },
  { value: 'detect', label: 'Detect' },
] as const;

/** One place to train a model, to have it predict, and to see what a detector would have raised; nothing running is changed. */
export function TryOut() {
  const search = useSearch({ from: '/t/$tenant/try-out' });
  const navigate = useNavigate({ from: '/t/$tenant/try-out' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next } });
  const view = VIEWS.find(({ value }) => value === search.view)?.value ?? 'predict';
  const started = (run: string) => change({ run });
  return (
    <Page
      title="Try out"
      head={
        <SegmentedControl
          size="xs"
          aria-label="What to try"
          data={[...VIEWS]}
          value={view}
          onChange={(next) => change({ view: next === 'predict' ? undefined : next })}
        />
      }
    >
      <div className="grid">
        <Card title={{ predict: 'Have a model predict', train: 'Train a model', detect: 'Backtest a detector' }[view]} className="c4 start">
          {view === 'train' && <TrainForm onStarted={started} />}
          {view === 'predict' && <ScoreForm onStarted={started} />}
          {view === 'detect' && <Detect onStarted={started} />}
          {view !== 'detect' && <DataHint />}
        </Card>
        <div className="c8 stack">
          <Outcome run={search.run} />
          <Runs chosen={search.run} onChoose={(run) => change({ run })} />
        </div>
      </div>
    </Page>
  );
}

function DataHint() {
  const tenant = useTenant();
  return (
    <p className="small soft" style={{ marginTop: 10 }}>
      Other data are first{' '}
      <Link to="/t/$tenant/sources" params={{ tenant }} search={{ tab: 'upload' }} className="underlined">
        uploaded
      </Link>
      : logs, captures, flow tables, series.
    </p>
  );
}

function Detect({ onStarted }: { onStarted: (run: string) => void }) {
  const components = useApi('components', {}, { staleTime: Number.POSITIVE_INFINITY });
  const sources = useApi('sources');
  return (
    <Answered of={components}>
      {({ detectors }) => (
        <Answered of={sources}>
          {({ items }) => <DetectForm known={detectors} sources={items.map(({ name }) => name)} onStarted={onStarted} />}
        </Answered>
      )}
    </Answered>
  );
}

/** What came of the run that was begun or chosen. */
function Outcome({ run }: { run: string | undefined }) {
  const jobs = useApi('jobs', {}, { refetchInterval: 3_000 });
  const job = jobs.data?.items.find(({ id }) => id === run);
  if (job === undefined)
    return (
      <Card>
        <Blank
          title="Nothing begun"
          hint="What you start appears here with its progress, then with what came of it. Detectors that run are not touched."
        />
      </Card>
    );
  return job.kind === 'score' && job.state === 'done' ? <PredictionRows run={job.id} /> : null;
}
