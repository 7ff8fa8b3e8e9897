import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { ApiError, url } from '../../api/client.ts';
import { useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count, figure, percent, plural } from '../../format/number.ts';
import { Confusion } from './confusion.tsx';
import { confusionOf, type PredictionRow, readPredictions } from './prediction-rows.ts';

const SHOW = [
  { value: 'all', label: 'All rows' },
  { value: 'worst', label: 'Most abnormal first' },
  { value: 'attacks', label: 'Predicted attacks' },
  { value: 'wrong', label: 'Wrong ones' },
] as const;

/** Rows of one scored run, how many of them are right, and the confusion of the classes. */
export function PredictionRows({ run }: { run: string }) {
  const tenant = useTenant();
  const rows = useQuery<readonly PredictionRow[], ApiError>({
    queryKey: ['jobScores', tenant, run],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url('jobScores', { tenant, id: run }), { credentials: 'same-origin', signal });
      if (!answer.ok) throw new ApiError(answer.status, 'SCORES', 'The rows of this run are no longer kept.', 'Score the data again.');
      return readPredictions(await answer.text());
    },
  });
  const [show, setShow] = useState<string>('all');
  return (
    <Answered of={rows} rows={10}>
      {(all) => {
        const labelled = all.filter(({ actual }) => actual !== '');
        const right = labelled.filter(({ predicted, actual }) => predicted === actual).length;
        const shown = chosenRows(all, show);
        return (
          <>
            <Card
              title={plural(all.length, 'row')}
              flush
              head={
                <>
                  <span className="num">
                    {labelled.length === 0
                      ? 'no row is labelled: no accuracy'
                      : `${count(right)} of ${count(labelled.length)} labelled rows right: accuracy ${percent(right / labelled.length)}`}
                  </span>
                  <Select
                    aria-label="Rows shown"
                    w={160}
                    data={[...SHOW]}
                    value={show}
                    allowDeselect={false}
                    onChange={(value) => setShow(value ?? 'all')}
                  />
                  <a href={url('jobScores', { tenant, id: run })} download className="small">
                    CSV
                  </a>
                </>
              }
            >
              <PredictionTable rows={shown} blank="Nothing was flagged at the promised rate, or every labelled row is right." />
            </Card>
            {labelled.length > 0 && (
              <Card>
                <Confusion counts={confusionOf(labelled)} />
              </Card>
            )}
          </>
        );
      }}
    </Answered>
  );
}

function chosenRows(all: readonly PredictionRow[], show: string): readonly PredictionRow[] {
  if (show === 'attacks') return all.filter(({ anomalous }) => anomalous);
  if (show === 'wrong') return all.filter(({ actual, predicted }) => actual !== '' && actual !== predicted);
  if (show === 'worst') return [...all].sort((a, b) => (b.score ?? Number.NEGATIVE_INFINITY) - (a.score ?? Number.NEGATIVE_INFINITY));
  return all;
}

/** Only the rows in view are in the document. */
export function PredictionTable({ rows, blank }: { rows: readonly PredictionRow[]; blank: string }) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroll.current, estimateSize: () => 27, overscan: 15 });
  const head = useMemo(() => ['Row', 'Flow or row', 'Predicted', 'Probability', 'Actual', 'p-value', 'Score'], []);
  if (rows.length === 0) return <Blank title="No row to show" hint={blank} />;
  return (
    <>
      <div className="prediction log-head" aria-hidden>
        {head.map((name) => (
          <span key={name} className={/Row|Prob|p-|Score/.test(name) ? 'right' : ''}>
            {name}
          </span>
        ))}
      </div>
      <Scroll label="Predictions" className="scroll prediction-rows" at={scroll}>
        <div className="rel" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const wrong = row.actual !== '' && row.actual !== row.predicted;
            return (
              <div key={item.key} className="prediction row-at num" style={{ transform: `translateY(${item.start}px)` }}>
                <span className="right">{count(row.number)}</span>
                <span className="ellipsis mono" title={row.ends === '' ? row.id : `${row.ends}, ${row.id}`}>
                  {row.ends || row.id}
                </span>
                <span className={`ellipsis ${row.anomalous ? 'level-error' : ''}`}>{row.predicted}</span>
                <span className="right">{percent(row.probability)}</span>
                <span className={`ellipsis ${wrong ? 'level-warning' : 'soft'}`}>
                  {row.actual === '' ? '–' : row.actual}
                  {wrong && <span className="hidden"> (not as predicted)</span>}
                </span>
                <span className="right">{figure(row.pValue)}</span>
                <span className="right">{figure(row.score)}</span>
              </div>
            );
          })}
        </div>
      </Scroll>
    </>
  );
}
