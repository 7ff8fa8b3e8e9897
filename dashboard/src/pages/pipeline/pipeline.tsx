import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { DetectorTable } from '../../components/detector-table.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Runs } from '../models/runs.tsx';
import { RunningGraph } from './running-graph.tsx';

export function Pipeline() {
  const sources = useApi('sources', {}, { refetchInterval: 2_000 });
  const overview = useApi('overview', {}, { refetchInterval: 10_000 });
  const tenant = useTenant();
  const { run } = useSearch({ from: '/t/$tenant/pipeline' });
  const navigate = useNavigate({ from: '/t/$tenant/pipeline' });
  const can = useCan()('engineer');
  return (
    <Page
      title="Pipeline"
      head={
        overview.data !== undefined && (
          <span className={`chip ${overview.data.state === 'running' ? 'good' : overview.data.state === 'failed' ? 'critical' : ''}`}>
            {overview.data.state}
          </span>
        )
      }
    >
      <Answered of={sources} rows={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <Blank
                title="Nothing runs here"
                hint="Add a source, and its detectors run from its first record on; single files can be analysed under Sources."
              >
                <Link to="/t/$tenant/sources" params={{ tenant }}>
                  Add a source
                </Link>{' '}
                <Link to="/t/$tenant/sources" params={{ tenant }} search={{ tab: 'upload' }}>
                  Upload a file
                </Link>
              </Blank>
            </Card>
          ) : (
            <>
              <Card>
                <RunningGraph sources={items} overview={overview.data} />
              </Card>
              <Card
                title="Detectors"
                flush
                head={
                  can && (
                    <Link to="/t/$tenant/try-out" params={{ tenant }} search={{ view: 'detect' }} className="small">
                      Try a detector
                    </Link>
                  )
                }
              >
                <DetectorTable detectors={items.flatMap(({ detectors }) => detectors)} />
              </Card>
            </>
          )
        }
      </Answered>
      <Runs chosen={run} onChoose={(next) => navigate({ search: { run: next } })} />
    </Page>
  );
}
