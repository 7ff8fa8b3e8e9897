import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { FeedbackBody } from '../../../../src/server/api/schema/feedback.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { count, figure, plural } from '../../format/number.ts';
import { Allowed } from './allowed.tsx';
import { ChangedAlerts } from './changed-alerts.tsx';

type Effect = FeedbackBody['detectors'][number];

/** What labels taught: of each detector the threshold and the stored alerts it would rate differently now, and what is allowed. */
export function Feedback() {
  const feedback = useApi('feedback');
  return (
    <>
      <Card title="What labels changed" flush>
        <Answered of={feedback} rows={2}>
          {({ detectors }) =>
            detectors.length === 0 ? (
              <Blank title="No label in force" hint="Label an alert, and its detector takes it up at once, without being trained again." />
            ) : (
              <Effects of={detectors} />
            )
          }
        </Answered>
      </Card>
      {(feedback.data?.allowed ?? []).length > 0 && <Allowed items={feedback.data?.allowed ?? []} />}
    </>
  );
}

function Effects({ of: detectors }: { of: readonly Effect[] }) {
  const tenant = useTenant();
  const [chosen, setChosen] = useState<string>();
  const idOf = ({ source, detector }: Effect) => `${source}/${detector}`;
  const shown = detectors.find((one) => idOf(one) === chosen);
  return (
    <>
      <Table
        label="What labels changed"
        heads={['Detector', 'Source', 'Labels in force', 'Flags scores above', 'Stored alerts it would rate differently now']}
      >
        {detectors.map((one) => (
          <tr key={idOf(one)} className={one === shown ? 'on' : ''}>
            <td>
              <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ detector: one.detector, source: one.source, state: 'any' }}>
                {one.detector}
              </Link>
            </td>
            <td>{one.source}</td>
            <td className="num">{labelsText(one.labels)}</td>
            <td className="num nowrap">{one.known ? <Threshold of={one.threshold} /> : <span className="soft">not known</span>}</td>
            <td>
              <Changed of={one} shown={one === shown} onShow={() => setChosen(one === shown ? undefined : idOf(one))} />
            </td>
          </tr>
        ))}
      </Table>
      {shown !== undefined && <ChangedAlerts of={shown.alerts} name={`${shown.detector} of ${shown.source}`} />}
    </>
  );
}

function labelsText(labels: Effect['labels']): string {
  const parts = [
    [labels['true-positive'], 'true positive'],
    [labels['false-positive'], 'false positive'],
    [labels.benign, 'benign'],
  ] as const;
  return parts.flatMap(([n, name]) => (n === 0 ? [] : [`${count(n)} ${name}`])).join(', ') || 'none';
}

function Threshold({ of: { before, after } }: { of: Effect['threshold'] }) {
  if (before === null && after === null) return <span className="soft">no score, rules</span>;
  if (figure(before) === figure(after)) return <>{figure(after)}, as without labels</>;
  return (
    <>
      {figure(after)} <span className="soft">instead of {figure(before)}</span>
    </>
  );
}

function Changed({ of: one, shown, onShow }: { of: Effect; shown: boolean; onShow: () => void }) {
  if (!one.known) return <span className="soft">it does not run, has learnt nothing yet, or cannot tell</span>;
  const parts = [
    ...(one.suppressed > 0 ? [`${count(one.suppressed)} no longer raised`] : []),
    ...(one.raised > 0 ? [`${count(one.raised)} raised besides`] : []),
  ];
  return (
    <>
      {parts.join(', ') || 'none'} <span className="soft">of the newest {plural(one.looked, 'alert')}</span>{' '}
      {one.alerts.length > 0 && (
        <button type="button" className="plain link" aria-expanded={shown} onClick={onShow}>
          {shown ? 'Hide them' : `Show ${count(one.alerts.length)}`}
        </button>
      )}
    </>
  );
}
