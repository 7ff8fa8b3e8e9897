import { Link } from '@tanstack/react-router';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useTenant } from '../../api/queries.ts';
import { Bar, When } from '../../components/marks.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { bytes, count, figure, percent, plural } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { SuppressCell } from '../suppressions/suppress-cell.tsx';
import { Sequence } from './sequence.tsx';

/** Why it was raised: in words, as observed against expected, by the raw lines; figures and lineage last. */
export function Why({ alert }: { alert: AlertBody }) {
  const { explanation, ...detection } = alert.detection;
  const tenant = useTenant();
  const span = (detection.end ?? Number.NaN) - (detection.start ?? Number.NaN);
  return (
    <>
      <dl className="facts">
        <Fact name="Entity">
          {detection.entity === '' ? (
            '(none)'
          ) : (
            <Link to="/t/$tenant/entities/$name" params={{ tenant, name: detection.entity }}>
              {detection.entity}
            </Link>
          )}
          <SuppressCell alert={alert} field="entity" value={detection.entity} />
        </Fact>
        <Fact name="From">
          <When at={detection.start} />
        </Fact>
        <Fact name="Lasted">{duration(span)}</Fact>
        <Fact name="Last seen">
          <When at={alert.lastSeen} as="relative" />
          {alert.count > 1 && `, ${count(alert.count)} times`}
        </Fact>
        <Fact name="Detector">
          {detection.detector}
          <SuppressCell alert={alert} field="detector" value={detection.detector} />
        </Fact>
        <Fact name="Source">
          {detection.source}
          <SuppressCell alert={alert} field="source" value={detection.source} />
        </Fact>
      </dl>
      <section className="section">
        <h3>What happened</h3>
        <p className="wrap">{explanation.what}</p>
        <p className="wrap">{explanation.why}</p>
      </section>
      {explanation.contributions.length > 0 && (
        <section className="section">
          <h3>Observed against expected</h3>
          <Scroll label="Observed against expected">
            <table className="table">
              <thead>
                <tr>
                  <th>What</th>
                  <th>Observed</th>
                  <th>Expected</th>
                  <th className="right">Seen before</th>
                  <th>Share of the score</th>
                </tr>
              </thead>
              <tbody>
                {explanation.contributions.map((part, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: contributions have no name of their own and never move.
                  <tr key={index}>
                    <td className="wrap mono">{part.subject}</td>
                    <td className="wrap">{part.observed}</td>
                    <td className="wrap soft">{part.expected}</td>
                    <td className="right num">{count(part.seenBefore)}</td>
                    <td style={{ width: 120 }}>
                      <Bar share={part.share ?? 0} level="high" label={percent(part.share)} />
                      <span className="small soft num">{percent(part.share)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </section>
      )}
      {explanation.expectedNext !== undefined && explanation.expectedNext.length > 0 && (
        <section className="section">
          <h3>Expected instead</h3>
          <table className="table">
            <tbody>
              {explanation.expectedNext.map((next) => (
                <tr key={next.event}>
                  <td className="mono wrap">{next.event}</td>
                  <td style={{ width: 90 }}>
                    <Bar share={next.probability ?? 0} label={percent(next.probability)} />
                  </td>
                  <td className="right num" style={{ width: 74 }}>
                    {percent(next.probability)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Sequence alert={alert} />
      <List title="When it may be harmless" items={explanation.harmless} />
      <List title="What to do next" items={explanation.next} />
      <Details alert={alert} />
    </>
  );
}

function List({ title, items }: { title: string; items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <section className="section">
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li key={item} className="wrap">
            {item}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface LineageInput {
  readonly input: string;
  readonly from: number;
  readonly to: number;
  readonly sha256: string;
}

/** Figures and where the alert came from, so that anybody can make it again. */
function Details({ alert }: { alert: AlertBody }) {
  const { detection } = alert;
  const lineage = detection.lineage as Readonly<Record<string, unknown>> & { model: string; program: string };
  const inputs = (lineage.inputs ?? []) as readonly LineageInput[];
  return (
    <details>
      <summary>Figures and lineage</summary>
      <dl className="facts">
        <Fact name="Score">
          <span className="num">{figure(detection.score)}</span>
        </Fact>
        <Fact name="p-value">
          <span className="num">{figure(detection.pValue)}</span>
          {detection.extrapolated && <span className="soft"> (extrapolated)</span>}
        </Fact>
        <Fact name="Flagged at or below">
          <span className="num">{figure(detection.threshold)}</span>
        </Fact>
        <Fact name="Unit scored">
          <span className="mono">{detection.key}</span>
          <SuppressCell alert={alert} field="key" value={detection.key} />
        </Fact>
        <Fact name="Model">
          <span className="mono">{lineage.model}</span>
        </Fact>
        <Fact name="Model sha256">
          <Hash value={lineage.modelSha256} />
        </Fact>
        <Fact name="Configuration">
          <Hash value={lineage.configHash} />
        </Fact>
        <Fact name="Feature">
          <Hash value={lineage.feature} />
        </Fact>
        <Fact name="Epoch">
          <span className="num">{String(lineage.epoch)}</span>
        </Fact>
        <Fact name="Seed">
          <span className="num">{String(lineage.seed)}</span>
        </Fact>
        <Fact name="Program">
          <span className="mono">{lineage.program}</span>
        </Fact>
        <Fact name="Alert">
          <span className="mono">{alert.id}</span>
        </Fact>
      </dl>
      {inputs.length > 0 && (
        <Scroll label={plural(inputs.length, 'input')}>
          <table className="table">
            <thead>
              <tr>
                <th>Input</th>
                <th className="right">Bytes</th>
                <th>sha256</th>
              </tr>
            </thead>
            <tbody>
              {inputs.map((input) => (
                <tr key={`${input.input}-${input.from}`}>
                  <td className="mono wrap">{input.input}</td>
                  <td className="right num nowrap">
                    {count(input.from)} to {count(input.to)} ({bytes(input.to - input.from)})
                  </td>
                  <td>
                    <Hash value={input.sha256} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p className="small soft">
        The same bytes again: <code className="mono">vedette alerts replay {alert.id}</code>
      </p>
    </details>
  );
}

function Hash({ value }: { value: unknown }) {
  const text = String(value ?? '');
  return (
    <span className="mono" title={text}>
      {text.length > 16 ? `${text.slice(0, 16)}…` : text || '–'}
    </span>
  );
}
