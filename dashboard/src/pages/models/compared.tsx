import type { JobBody } from '../../../../src/server/api/schema/jobs.ts';
import { Table } from '../../components/table.tsx';
import { count, figure, percent } from '../../format/number.ts';

interface Candidate {
  readonly algorithm?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly smape?: number | null;
  readonly macro_f1?: number;
  readonly accuracy?: number;
}

/** What a grid search tried, best first; the first was trained. */
export function Tried({ of }: { of: JobBody['result'] }) {
  const candidates = (of?.grid ?? []) as readonly Candidate[];
  if (candidates.length === 0) return null;
  const forecasts = candidates.some(({ algorithm }) => algorithm !== undefined);
  const figures = forecasts ? [{ right: 'Error (SMAPE)' }] : [{ right: 'Macro-F1' }, { right: 'Accuracy' }];
  return (
    <section className="section">
      <h3>{count(candidates.length)} combinations tried on a part of the training rows</h3>
      <Table label="Combinations tried" heads={['Options', ...figures]} dense>
        {candidates.map((one) => {
          const options = { ...(one.algorithm && { algorithm: one.algorithm }), ...one.options, ...one.settings };
          const text = Object.entries(options)
            .map(([key, value]) => `${key}=${String(value)}`)
            .join(' ');
          return (
            <tr key={text}>
              <td className="mono small wrap">{text}</td>
              {forecasts ? (
                <td className="right num">{typeof one.smape === 'number' ? `${figure(one.smape)} %` : 'too few rows'}</td>
              ) : (
                <>
                  <td className="right num">{figure(one.macro_f1)}</td>
                  <td className="right num">{figure(one.accuracy)}</td>
                </>
              )}
            </tr>
          );
        })}
      </Table>
    </section>
  );
}

interface LeftOut {
  readonly families: readonly {
    readonly family: string;
    readonly flows: number;
    readonly methods: Readonly<Record<string, readonly { readonly promised: number; readonly recall: { readonly value: number } }[]>>;
  }[];
}

/** What would be found of each attack family by a model that never saw it. */
export function Unseen({ of }: { of: JobBody['result'] }) {
  const { families } = (of?.leave_one_out ?? { families: [] }) as LeftOut;
  const [first] = families;
  if (first === undefined) return null;
  // Of windows where flows have addresses and times, else flow by flow.
  const methods = ['flow classifier', 'flow novelty', 'flow A', 'window alarm'].filter((name) =>
    families.some((one) => name in one.methods),
  );
  const promised = (first.methods[methods[0] ?? ''] ?? []).map((one) => percent(one.promised)).join(' / ');
  return (
    <section className="section">
      <h3>Attack families that the training never saw</h3>
      <p className="soft small">Share found at a promised {promised} false alarms; thresholds from benign flows alone.</p>
      <Table label="Attack families left out" heads={['Left out', { right: 'Flows' }, ...methods.map((right) => ({ right }))]} dense>
        {families.map(({ family, flows, methods: found }) => (
          <tr key={family}>
            <td>{family}</td>
            <td className="right num">{count(flows)}</td>
            {methods.map((name) => (
              <td key={name} className="right num nowrap">
                {found[name]?.map(({ recall }) => percent(recall.value)).join(' / ') ?? '–'}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </section>
  );
}
