import { Button, Checkbox } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { amount } from '../../format/number.ts';

type Version = RouteResponse<'models'>['items'][number];

/** The versions of one model with their metrics; one can be promoted, several compared. */
export function Versions({
  name,
  versions,
  chosen,
  compared,
  onChoose,
  onCompare,
}: {
  name: string;
  versions: readonly Version[];
  chosen: string | undefined;
  compared: readonly string[];
  onChoose: (id: string) => void;
  onCompare: (id: string) => void;
}) {
  const can = useCan()('engineer');
  const promote = useChange('promote', ['models', 'model']);
  const rollback = useChange('rollback', ['models', 'model']);
  const [promoting, setPromoting] = useState<Version>();
  const metrics = [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))].slice(0, 6);
  const sorted = [...versions].sort((a, b) => b.version - a.version);
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  return (
    <Card
      title={name}
      flush
      head={
        can &&
        versions.length > 1 && (
          <Button
            variant="default"
            loading={rollback.isPending}
            onClick={() =>
              rollback.mutate(
                { params: { name } },
                {
                  onError: fail,
                  onSuccess: (now) =>
                    notifications.show({ title: 'Rolled back', message: `Champion of ${name} is version ${now.version}.` }),
                },
              )
            }
          >
            Roll back
          </Button>
        )
      }
    >
      <Scroll label={`Versions of ${name}`}>
        <table className="table dense">
          <thead>
            <tr>
              <th>
                <span className="hidden">Compare</span>
              </th>
              <th>Version</th>
              <th>Detector</th>
              <th>Made</th>
              {metrics.map((metric) => (
                <th key={metric} className="right">
                  {metric.replaceAll('_', ' ')}
                </th>
              ))}
              <th>
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((version) => {
              const id = `${version.name}@${version.version}`;
              return (
                <tr key={id} className={id === chosen ? 'on' : ''}>
                  <td>
                    <Checkbox size="xs" aria-label={`Compare ${id}`} checked={compared.includes(id)} onChange={() => onCompare(id)} />
                  </td>
                  <td>
                    <span className="row tight">
                      <button type="button" className="plain link" aria-expanded={id === chosen} onClick={() => onChoose(id)}>
                        @{version.version}
                      </button>
                      {version.aliases.map((alias) => (
                        <span key={alias} className={`chip ${alias === 'champion' ? 'good' : 'accent'}`}>
                          {alias}
                        </span>
                      ))}
                    </span>
                  </td>
                  <td>{version.detector}</td>
                  <td>
                    <When at={version.createdAt} />
                  </td>
                  {metrics.map((metric) => (
                    <td key={metric} className="right num">
                      {amount(version.metrics[metric])}
                    </td>
                  ))}
                  <td className="right">
                    {can && !version.aliases.includes('champion') && (
                      <Button variant="default" size="compact-xs" onClick={() => setPromoting(version)} aria-label={`Promote ${id}`}>
                        Promote
                      </Button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      <p className="list-note soft small">
        The figures of a version are of its own test rows: versions learnt from different data are comparable only by an evaluation on the
        same ones.
      </p>
      <Confirm
        question={promoting === undefined ? undefined : `Make ${name}@${promoting.version} the champion?`}
        action={`Promote ${name}@${promoting?.version ?? ''}`}
        pending={promote.isPending}
        problem={promote.error}
        onClose={() => {
          promote.reset();
          setPromoting(undefined);
        }}
        onConfirm={() =>
          promoting !== undefined &&
          promote.mutate(
            { params: { name, version: promoting.version } },
            {
              onSuccess: ({ version }) => {
                setPromoting(undefined);
                notifications.show({ title: 'Promoted', message: `${name}@${version} is the champion now.` });
              },
            },
          )
        }
      >
        {promoting !== undefined && (
          <Against metrics={metrics} next={promoting} now={versions.find(({ aliases }) => aliases.includes('champion'))} />
        )}
      </Confirm>
    </Card>
  );
}

/** What takes the place of what, figure by figure. */
function Against({ metrics, next, now }: { metrics: readonly string[]; next: Version; now: Version | undefined }) {
  if (now === undefined) return 'Detectors that follow this name score with it from now on.';
  const both = metrics.filter((metric) => typeof next.metrics[metric] === 'number' && typeof now.metrics[metric] === 'number');
  return (
    <>
      Detectors that follow this name score with it from now on, in place of version {now.version}. Roll back makes version {now.version}{' '}
      the champion again.
      {both.map((metric) => (
        <span key={metric} className="num" style={{ display: 'block' }}>
          {metric.replaceAll('_', ' ')}: {amount(now.metrics[metric])} now, {amount(next.metrics[metric])} then
        </span>
      ))}
      Each is of the version's own test rows; where they learnt from different data these figures do not compare.
    </>
  );
}
