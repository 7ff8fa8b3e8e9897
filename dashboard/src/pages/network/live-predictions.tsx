import { Button, Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { type ApiError, call } from '../../api/client.ts';
import { useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { count, percent, plural } from '../../format/number.ts';
import type { PredictionRow } from './prediction-rows.ts';
import { PredictionTable } from './prediction-table.tsx';

type PredictionsPage = RouteResponse<'predictions'>;
const PAGE = 500;
const SHOW = [
  { value: 'all', label: 'All flows' },
  { value: 'flagged', label: 'Flagged ones' },
];

/** What models said of flows as they came, newest first. */
export function LivePredictions() {
  const tenant = useTenant();
  const [show, setShow] = useState('all');
  const found = useInfiniteQuery<PredictionsPage, ApiError, { pages: PredictionsPage[] }, unknown[], string | undefined>({
    queryKey: ['predictions', 'pages', tenant, show],
    queryFn: ({ pageParam, signal }) =>
      call('predictions', {
        params: { tenant },
        query: {
          limit: PAGE,
          ...(show === 'flagged' ? { flagged: 'true' as const } : {}),
          ...(pageParam === undefined ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.cursor,
  });
  const rows = useMemo(() => (found.data?.pages ?? []).flatMap(({ items }) => items).map(rowOf), [found.data]);
  const labelled = rows.filter(({ actual }) => actual !== '');
  const right = labelled.filter(({ predicted, actual }) => predicted === actual).length;
  return (
    <Answered of={found} rows={10}>
      {() => (
        <Card
          title={`${plural(rows.length, 'flow')}${found.hasNextPage ? ', older ones below' : ''}`}
          flush
          head={
            <>
              <span className="num">
                {rows.length === 0
                  ? ''
                  : labelled.length === 0
                    ? 'no flow is labelled: no accuracy'
                    : `${count(right)} of ${count(labelled.length)} labelled flows right: accuracy ${percent(right / labelled.length)}`}
              </span>
              <Select
                aria-label="Flows shown"
                w={160}
                data={SHOW}
                value={show}
                allowDeselect={false}
                onChange={(value) => setShow(value ?? 'all')}
              />
            </>
          }
        >
          <PredictionTable
            rows={rows}
            blank="A model scores flows as they come where a source of packets or flows has it among its detectors, with its name as model."
          />
          {found.hasNextPage && (
            <Button variant="subtle" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              Older ones
            </Button>
          )}
        </Card>
      )}
    </Answered>
  );
}

function rowOf(item: PredictionsPage['items'][number]): PredictionRow {
  const {
    row,
    sourceAddress,
    sourcePort,
    destinationAddress,
    destinationPort,
    predicted,
    probability,
    actual = '',
    flagged,
    pValue,
  } = item;
  const end = (address: string, port: number | null) => (port === null ? address : `${address}:${port}`);
  const ends = `${end(sourceAddress, sourcePort)} → ${end(destinationAddress, destinationPort)}`;
  return { number: row, id: item.model, ends, predicted, probability, actual, anomalous: flagged, pValue, score: null };
}
