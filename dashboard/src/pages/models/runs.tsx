import { Button, Progress } from '@mantine/core';
import type { JobBody } from '../../../../src/server/api/schema/jobs.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { percent } from '../../format/number.ts';
import { duration, MINUTE } from '../../format/time.ts';
import { Run } from './run.tsx';

const KINDS = { train: 'Training', evaluate: 'Evaluation', score: 'Scoring', backtest: 'Backtest' } as const;
const SHOWN = 8;
const busy = ({ state }: JobBody) => state === 'running' || state === 'waiting';

/** Runs that learn or measure, newest first, with live progress; one opens to its loss curve and result. */
export function Runs({ chosen, onChoose }: { chosen: string | undefined; onChoose: (run: string | undefined) => void }) {
  // Progress comes by the event stream; asking again covers a stream that was cut.
  const jobs = useApi('jobs', {}, { refetchInterval: 3_000 });
  const cancel = useChange('cancelJob', ['jobs']);
  const can = useCan()('engineer');
  return (
    <Answered of={jobs} rows={3}>
      {({ items }) => {
        const open = items.find(({ id }) => id === chosen);
        if (items.length === 0) return null;
        return (
          <>
            <Card title="Runs" flush>
              <Table label="Runs" heads={['Run', 'Model', 'Started', 'State', { right: 'Took' }]} actions dense>
                {items.slice(0, Math.max(SHOWN, items.findIndex(({ id }) => id === chosen) + 1)).map((job) => (
                  <tr key={job.id} className={job.id === chosen ? 'on' : ''}>
                    <td className="nowrap">
                      <button
                        type="button"
                        className="plain link"
                        aria-expanded={job.id === chosen}
                        onClick={() => onChoose(job.id === chosen ? undefined : job.id)}
                      >
                        {KINDS[job.kind]}
                      </button>
                      <span className="soft small"> by {job.by}</span>
                    </td>
                    <td className="wrap">{job.model || job.detector}</td>
                    <td>
                      <When at={job.startedAt ?? job.createdAt} as="relative" />
                    </td>
                    <td style={{ minWidth: 220 }}>
                      <RunState of={job} />
                    </td>
                    <td className="right num nowrap">
                      {job.startedAt === null || job.finishedAt === null ? '–' : duration(job.finishedAt - job.startedAt)}
                    </td>
                    <td className="right">
                      {can && (
                        <Button
                          variant="subtle"
                          size="compact-xs"
                          onClick={() => cancel.mutate({ params: { id: job.id } })}
                          aria-label={`${busy(job) ? 'Cancel' : 'Remove'} ${KINDS[job.kind].toLowerCase()} of ${job.model || job.detector}`}
                        >
                          {busy(job) ? 'Cancel' : 'Remove'}
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            </Card>
            {open !== undefined && <Run of={open} title={`${KINDS[open.kind]} of ${open.model || open.detector}`} />}
          </>
        );
      }}
    </Answered>
  );
}

function RunState({ of: job }: { of: JobBody }) {
  const left = job.minutesLeft === null ? '' : `, ${duration(job.minutesLeft * MINUTE)} left`;
  return (
    <div className="stack" style={{ gap: 3 }}>
      <span className="row tight">
        <span
          className={`chip ${job.state === 'done' ? 'good' : job.state === 'error' ? 'critical' : job.state === 'running' ? 'accent' : ''}`}
        >
          {job.state}
        </span>
        {busy(job) && (
          <span className="small soft num">
            {percent(job.progress)} {job.step}
            {left}
          </span>
        )}
      </span>
      {busy(job) && <Progress size="sm" value={job.progress * 100} aria-label={`Progress of ${job.model || job.detector}`} />}
      {job.error !== '' && <span className="small level-error wrap">{job.error}</span>}
    </div>
  );
}
