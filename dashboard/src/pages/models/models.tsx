import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useApi } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { Card, Page } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Compare } from './compare.tsx';
import { Feedback } from './feedback.tsx';
import { Manifest } from './manifest.tsx';
import { Runs } from './runs.tsx';
import { Train } from './train.tsx';
import { Versions } from './versions.tsx';

/** What was learnt: versions, runs that learn or measure, and what labels changed. */
export function Models() {
  const search = useSearch({ from: '/t/$tenant/models' });
  const navigate = useNavigate({ from: '/t/$tenant/models' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next } });
  const models = useApi('models');
  const can = useCan()('engineer');
  const compared = search.compare?.split(',') ?? [];
  const toggle = (id: string) => {
    const next = compared.includes(id) ? compared.filter((one) => one !== id) : [...compared, id].slice(-8);
    change({ compare: next.length === 0 ? undefined : next.join(',') });
  };
  return (
    <Page
      title="Models"
      head={
        <Button disabled={!can} onClick={() => change({ train: 'new' })}>
          Train a model
        </Button>
      }
    >
      <Train
        opened={search.train !== undefined}
        onClose={() => change({ train: undefined })}
        onStarted={(run) => change({ train: undefined, run })}
      />
      <Runs chosen={search.run} onChoose={(run) => change({ run })} />
      <Answered of={models}>
        {({ items }) =>
          items.length === 0 ? (
            <Card title="Versions">
              <Blank
                title="No model is stored"
                hint="Detectors of running sources learn by themselves. A model trained here is kept as a version that can be measured, compared and promoted."
              />
            </Card>
          ) : (
            [...new Set(items.map(({ name }) => name))]
              .sort()
              .map((name) => (
                <Versions
                  key={name}
                  name={name}
                  versions={items.filter((item) => item.name === name)}
                  chosen={search.model}
                  compared={compared}
                  onChoose={(id) => change({ model: id === search.model ? undefined : id })}
                  onCompare={toggle}
                />
              ))
          )
        }
      </Answered>
      {compared.length > 1 && <Compare models={compared} onClose={() => change({ compare: undefined })} />}
      {search.model !== undefined && <Manifest id={search.model} />}
      <Feedback />
    </Page>
  );
}
