import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { usePages } from '../../api/pages.ts';
import { type AlertOrder, AlertTable } from '../../components/alert-table.tsx';
import { More } from '../../components/more.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { parseRange, rangeText } from '../../format/time.ts';

interface Props {
  readonly by: 'entity' | 'detector' | 'source';
  /** `NAME` or `NAME@FROM-TO`; undefined = all alerts of the range. */
  readonly lane: string | undefined;
  readonly filters: { readonly from?: number; readonly to?: number; readonly minSeverity?: number; readonly state?: AlertBody['state'] };
  readonly onClear: () => void;
}

/** The alerts of the chosen lane and cell. */
export function Selection({ by, lane, filters, onClear }: Props) {
  const cell = lane === undefined ? null : /^(.*)@(\d+-\d+)$/.exec(lane);
  const name = cell?.[1] ?? lane;
  const range = cell?.[2];
  const [order, setOrder] = useState<AlertOrder>('severity');
  const alerts = usePages('alerts', {
    ...filters,
    ...(range === undefined ? {} : parseRange(range)),
    ...(name === undefined ? {} : { [by]: name }),
    order,
    limit: 50,
  });
  const title = name === undefined ? 'Alerts in this range' : `Alerts of ${name}`;
  return (
    <Card
      title={title}
      flush
      head={
        <>
          {range !== undefined && <span className="soft small num">{rangeText(range)}</span>}
          {lane !== undefined && (
            <Button variant="subtle" onClick={onClear}>
              Show all
            </Button>
          )}
        </>
      }
    >
      <Answered of={alerts} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title="No alert here" />
          ) : (
            <>
              <AlertTable items={items} order={order} onOrder={setOrder} />
              <More shown={items.length} of="alerts" more={alerts.more} loading={alerts.loading} />
            </>
          )
        }
      </Answered>
    </Card>
  );
}
