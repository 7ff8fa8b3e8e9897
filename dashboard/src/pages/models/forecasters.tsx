import type { JobBody } from '../../../../src/server/api/schema/jobs.ts';
import { Scroll } from '../../components/scroll.tsx';
import { figure, percent } from '../../format/number.ts';

interface Errors {
  readonly smape: readonly number[];
  readonly mase: readonly number[];
  readonly coverage?: number;
}

interface Forecaster extends Errors {
  readonly name: string;
  readonly channels: Readonly<Record<string, Errors>>;
}

/** Channels that are listed one by one. */
const MOST_CHANNELS = 20;

/** A trained forecaster beside last value, daily season and ridge: over all channels, then series by series. */
export function Forecasters({ of: result }: { of: JobBody['result'] }) {
  const all = (result?.comparison ?? []) as readonly Forecaster[];
  const [first] = all;
  if (first === undefined) return null;
  const steps = first.smape.length;
  const channels = Object.keys(first.channels);
  const rows = (name: string, errorsOf: (one: Forecaster) => Errors | undefined) =>
    all.map((one, at) => {
      const errors = errorsOf(one);
      return (
        <tr key={`${name} ${one.name}`}>
          <td className="clip">{at === 0 ? name : ''}</td>
          <td>{one.name}</td>
          <td className="right num">{figure(errors?.smape[0])} %</td>
          <td className="right num">{figure(errors?.smape.at(-1))} %</td>
          <td className="right num">{figure(errors?.mase[0])}</td>
          <td className="right num">{figure(errors?.mase.at(-1))}</td>
          <td className="right num">{errors?.coverage === undefined ? '–' : percent(errors.coverage)}</td>
        </tr>
      );
    });
  return (
    <section className="section">
      <h3>Beside simple forecasts, on the latest tenth of the rows</h3>
      <Scroll label="Forecasters side by side">
        <table className="table dense">
          <thead>
            <tr>
              <th>Series</th>
              <th>Forecast by</th>
              <th className="right">SMAPE, step 1</th>
              <th className="right">step {steps}</th>
              <th className="right">MASE, step 1</th>
              <th className="right">step {steps}</th>
              <th className="right">in its interval</th>
            </tr>
          </thead>
          <tbody>
            {rows('all', (one) => one)}
            {channels.length > 1 &&
              channels.slice(0, MOST_CHANNELS).flatMap((channel) => rows(channel, ({ channels: own }) => own[channel]))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
