import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { Fact } from '../../components/fact.tsx';
import { Table } from '../../components/table.tsx';
import { bytes, count, figure, plural } from '../../format/number.ts';
import { SuppressCell } from '../suppressions/suppress-cell.tsx';

interface LineageInput {
  readonly input: string;
  readonly from: number;
  readonly to: number;
  readonly sha256: string;
}

/** Figures and where the alert came from, so that anybody can make it again. */
export function Lineage({ alert }: { alert: AlertBody }) {
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
        <Table label={plural(inputs.length, 'input')} heads={['Input', { right: 'Bytes' }, 'sha256']}>
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
        </Table>
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
