import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { useApi, useChange } from '../api/queries.ts';
import { useCan } from '../app/session.ts';
import { When } from '../components/marks.tsx';
import { Card, Page } from '../components/page.tsx';
import { Scroll } from '../components/scroll.tsx';
import { Answered, Blank } from '../components/states.tsx';
import { bytes, count, figure } from '../format/number.ts';
import { Fact } from './alerts/why.tsx';

type Version = RouteResponse<'models'>['items'][number];

export function Models() {
  const { model } = useSearch({ from: '/t/$tenant/models' });
  const navigate = useNavigate({ from: '/t/$tenant/models' });
  const models = useApi('models');
  return (
    <Page title="Models">
      <Answered of={models}>
        {({ items }) => {
          if (items.length === 0)
            return (
              <Card>
                <Blank
                  title="No model is stored"
                  hint="Detectors of running sources learn by themselves. `vedette train DETECTOR --data PATH --name NAME` makes a version that can be promoted here."
                />
              </Card>
            );
          const names = [...new Set(items.map(({ name }) => name))].sort();
          return (
            <>
              {names.map((name) => (
                <Versions
                  key={name}
                  name={name}
                  versions={items.filter((item) => item.name === name)}
                  chosen={model}
                  onChoose={(id) => navigate({ search: { model: id === model ? undefined : id } })}
                />
              ))}
              {model !== undefined && <Manifest id={model} />}
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function Versions({
  name,
  versions,
  chosen,
  onChoose,
}: {
  name: string;
  versions: readonly Version[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}) {
  const can = useCan()('engineer');
  const promote = useChange('promote', ['models', 'model']);
  const rollback = useChange('rollback', ['models', 'model']);
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
        <table className="table">
          <thead>
            <tr>
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
                      {figure(version.metrics[metric])}
                    </td>
                  ))}
                  <td className="right">
                    {can && !version.aliases.includes('champion') && (
                      <Button
                        variant="default"
                        size="compact-xs"
                        loading={promote.isPending}
                        onClick={() =>
                          promote.mutate(
                            { params: { name, version: version.version } },
                            {
                              onError: fail,
                              onSuccess: () => notifications.show({ title: 'Promoted', message: `${id} is the champion now.` }),
                            },
                          )
                        }
                        aria-label={`Promote ${id}`}
                      >
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
    </Card>
  );
}

/** What a version learnt from and how, as its manifest says. */
function Manifest({ id }: { id: string }) {
  const at = id.lastIndexOf('@');
  const model = useApi('model', { params: { name: id.slice(0, at), version: id.slice(at + 1) } });
  return (
    <Card title={id}>
      <Answered of={model}>
        {(data) => (
          <div className="stack">
            <dl className="facts">
              <Fact name="Learnt from">{count(data.data.rows)} rows</Fact>
              <Fact name="First event">
                <When at={data.data.from} />
              </Fact>
              <Fact name="Last event">
                <When at={data.data.to} />
              </Fact>
              <Fact name="Data sha256">
                <span className="mono" title={data.data.sha256}>
                  {data.data.sha256.slice(0, 16)}…
                </span>
              </Fact>
              <Fact name="Seed">{data.seed}</Fact>
              <Fact name="Program">{data.program}</Fact>
              <Fact name="Manifest sha256">
                <span className="mono" title={data.sha256}>
                  {data.sha256.slice(0, 16)}…
                </span>
              </Fact>
              {data.importedFrom !== undefined && <Fact name="Imported from">{data.importedFrom}</Fact>}
              {Object.entries(data.metrics).map(([name, value]) => (
                <Fact key={name} name={name.replaceAll('_', ' ')}>
                  <span className="num">{figure(value)}</span>
                </Fact>
              ))}
            </dl>
            <Settings title="Hyper-parameters" of={data.hyperParameters} />
            <Settings title="Features" of={data.features} />
            <Settings title="Calibration" of={data.calibration} />
            <p className="small soft">{data.files.map((file) => `${file.name} (${bytes(file.bytes)})`).join(', ')}</p>
          </div>
        )}
      </Answered>
    </Card>
  );
}

function Settings({ title, of }: { title: string; of: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(of);
  if (entries.length === 0) return null;
  const text = (value: unknown) => {
    const json = typeof value === 'string' ? value : JSON.stringify(value);
    return json.length > 160 ? `${json.slice(0, 160)}…` : json;
  };
  return (
    <details>
      <summary>{title}</summary>
      <dl className="facts">
        {entries.map(([name, value]) => (
          <Fact key={name} name={name}>
            <span className="mono">{text(value)}</span>
          </Fact>
        ))}
      </dl>
    </details>
  );
}
