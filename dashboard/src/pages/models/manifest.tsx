import { useApi } from '../../api/queries.ts';
import { Fact } from '../../components/fact.tsx';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { amount, bytes, count } from '../../format/number.ts';

/** What a version learnt from and how, as its manifest says. */
export function Manifest({ id }: { id: string }) {
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
                  <span className="num">{amount(value)}</span>
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
