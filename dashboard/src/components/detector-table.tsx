import type { OverviewBody } from '../../../src/server/api/schema/live.ts';
import { count, percent } from '../format/number.ts';
import { ModelChoice } from '../pages/detectors/model-choice.tsx';
import { DetectorSwitch } from '../pages/detectors/switch.tsx';
import { Bar, When } from './marks.tsx';
import { Blank } from './states.tsx';
import { Table } from './table.tsx';

type DetectorStatus = OverviewBody['budget']['detectors'][number];

/** What each detector promised, what it was seen to do, and whether the two agree. */
export function DetectorTable({ detectors }: { detectors: readonly DetectorStatus[] }) {
  if (detectors.length === 0) return <Blank title="No detector runs" hint="Detectors start with their source." />;
  return (
    <Table
      label="Detectors"
      heads={[
        'Detector',
        'Source',
        'State',
        'Scores with',
        { right: 'Promised' },
        { right: 'Observed (95 % interval)' },
        { right: 'Scored' },
        { right: 'Flagged' },
      ]}
      actions
    >
      {detectors.map((detector) => (
        <tr key={`${detector.source}/${detector.detector}`}>
          <td>{detector.detector}</td>
          <td>{detector.source}</td>
          <td>
            <DetectorState of={detector} />
          </td>
          <td>
            <ModelChoice of={detector} />
          </td>
          <td className="right num">
            {percent(detector.promisedRate)}
            {detector.extrapolated && <div className="small soft">not resolved yet</div>}
          </td>
          <td className="right num">
            {percent(detector.observedRate)}
            {detector.observedInterval !== null && (
              <div className="small soft">
                {percent(detector.observedInterval[0])} to {percent(detector.observedInterval[1])}
              </div>
            )}
          </td>
          <td className="right num">{count(detector.scored)}</td>
          <td className="right num">{count(detector.flagged)}</td>
          <td className="right">
            <DetectorSwitch of={detector} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function DetectorState({ of }: { of: DetectorStatus }) {
  if (of.state === 'stopped')
    return (
      <span className="chip" title="Raises nothing until somebody starts it again">
        stopped
      </span>
    );
  if (of.state === 'ready') return <span className="chip good">ready</span>;
  if (of.state === 'paused')
    return (
      <>
        <span className="chip critical">paused</span>
        <div className="small soft wrap">{of.paused}</div>
      </>
    );
  return (
    <div className="stack" style={{ gap: 4, minWidth: 150 }}>
      <span className="row tight">
        <span className="chip accent">learning</span>
        <span className="small soft num">{of.need > 0 ? `${count(of.have)} of ${count(of.need)}` : `from ${count(of.have)} so far`}</span>
      </span>
      <Bar
        share={of.progress}
        label={of.need > 0 ? `Learnt from ${of.have} of ${of.need} units` : `${Math.floor(of.progress * 100)} % of the time it learns for`}
      />
      {of.readyAt !== null && (
        <span className="small soft">
          ready when events reach <When at={of.readyAt} />
        </span>
      )}
    </div>
  );
}
