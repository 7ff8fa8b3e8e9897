import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { JobBody } from '../../../../src/server/api/schema/jobs.ts';
import { url } from '../../api/client.ts';
import { useTenant } from '../../api/queries.ts';
import { EChart } from '../../components/charts.tsx';
import { Fact } from '../../components/fact.tsx';
import { Card } from '../../components/page.tsx';
import { amount, figure } from '../../format/number.ts';
import { Confusion, type ConfusionCounts } from '../network/confusion.tsx';
import { Tried, Unseen } from './compared.tsx';
import { Forecasters } from './forecasters.tsx';
import { RaisedFindings } from './raised.tsx';

/** One run: the loss as it falls, then what came of it. */
export function Run({ of: job, title }: { of: JobBody; title: string }) {
  const tenant = useTenant();
  const confusion = confusionOf(job.result);
  const scores = job.kind === 'score' && job.state === 'done' && job.result !== null && 'rows' in job.result;
  return (
    <Card
      title={title}
      head={
        scores && (
          <>
            <Link to="/t/$tenant/network" params={{ tenant }} search={{ view: 'predictions', run: job.id }} className="small">
              Rows
            </Link>
            <a href={url('jobScores', { tenant, id: job.id })} download className="small">
              CSV
            </a>
          </>
        )
      }
    >
      <div className="stack">
        {job.losses.length > 1 && <LossCurve losses={job.losses} />}
        <dl className="facts">
          {flat(figuresOf(job.result)).map(([name, value]) => (
            <Fact key={name} name={name.replace(/^metrics /, '').replaceAll('_', ' ')}>
              <span className="num wrap">{value}</span>
            </Fact>
          ))}
        </dl>
        <Tried of={job.result} />
        <Unseen of={job.result} />
        <Forecasters of={job.result} />
        <RaisedFindings of={job} />
        {confusion !== undefined && <Confusion counts={confusion} />}
        <details>
          <summary>What it was asked to do</summary>
          <pre className="mono wrap small">{JSON.stringify(job.arguments, null, 2)}</pre>
        </details>
      </div>
    </Card>
  );
}

function LossCurve({ losses }: { losses: JobBody['losses'] }) {
  const option = useMemo(
    () => (colour: (name: string) => string) => {
      const axis = {
        axisLabel: { color: colour('--soft'), fontSize: 11, fontFamily: 'Inter Variable' },
        splitLine: { lineStyle: { color: colour('--line') } },
        nameTextStyle: { color: colour('--soft'), fontSize: 11, fontFamily: 'Inter Variable' },
        axisLine: { show: false },
        axisTick: { show: false },
      };
      return {
        grid: { left: 56, right: 12, top: 12, bottom: 38 },
        tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: figure },
        xAxis: { ...axis, type: 'value', min: 0, max: 100, name: 'share of the work done, %', nameLocation: 'middle', nameGap: 24 },
        yAxis: { ...axis, type: 'value', scale: true },
        series: [
          {
            type: 'line',
            name: 'mean training loss',
            showSymbol: losses.length < 30,
            symbolSize: 5,
            lineStyle: { width: 1.75, color: colour('--accent') },
            itemStyle: { color: colour('--accent') },
            data: losses.map(({ share, loss }) => [share * 100, loss]),
          },
        ],
      };
    },
    [losses],
  );
  const [first, last] = [losses[0]?.loss, losses.at(-1)?.loss];
  return (
    <section className="section">
      <h3>
        Training loss, {figure(first)} to {figure(last)}
      </h3>
      <EChart option={option} height={190} label={`Training loss over the work done, from ${figure(first)} to ${figure(last)}`} />
    </section>
  );
}

/** A training's metrics are in its report once more. */
function figuresOf(result: JobBody['result']): Readonly<Record<string, unknown>> {
  if (result === null) return {};
  const { report, leave_one_out, ...rest } = result;
  return 'metrics' in rest ? rest : { ...rest, ...(report === undefined ? {} : { report }) };
}

/** `promisedRate`, `macro_f1` as words. */
function wordsOf(key: string): string {
  return key.replaceAll('_', ' ').replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

/** Figures of a result, those of one level of nesting named after their parent. */
function flat(result: Readonly<Record<string, unknown>>, parent = '', depth = 0): [string, string][] {
  return Object.entries(result)
    .flatMap(([key, value]): [string, string][] => {
      const name = parent === '' ? wordsOf(key) : `${parent} ${wordsOf(key)}`;
      if (typeof value === 'number') return [[name, amount(value)]];
      if (typeof value === 'string' && value !== '') return [[name, value]];
      if (typeof value === 'boolean') return [[name, value ? 'yes' : 'no']];
      if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 0) return [];
      return flat(value as Record<string, unknown>, name, depth + 1);
    })
    .slice(0, 60);
}

/** The confusion matrix of a labelled evaluation, wherever the result carries it. */
function confusionOf(result: JobBody['result']): ConfusionCounts | undefined {
  const report = (result?.report ?? undefined) as { confusion?: ConfusionCounts } | undefined;
  return report?.confusion;
}
