import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { type ApiError, call } from '../../api/client.ts';
import { useTenant } from '../../api/queries.ts';
import { When } from '../../components/marks.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { portName, protocolName } from '../../format/network.ts';
import { bytes, count } from '../../format/number.ts';
import { duration } from '../../format/time.ts';

export interface FlowFilters {
  readonly from?: number;
  readonly to?: number;
  readonly address?: string;
  readonly peer?: string;
  readonly port?: number;
  readonly source?: string;
}
type FlowsPage = RouteResponse<'flows'>;
const PAGE = 200;

/** Flows, newest first, read page by page as one scrolls. */
export function Flows({ filters }: { filters: FlowFilters }) {
  const tenant = useTenant();
  const flows = useInfiniteQuery<FlowsPage, ApiError, { pages: FlowsPage[] }, unknown[], string | undefined>({
    queryKey: ['flows', 'pages', tenant, filters],
    queryFn: ({ pageParam, signal }) =>
      call('flows', {
        params: { tenant },
        query: { ...filters, limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.cursor,
  });
  const items = useMemo(() => flows.data?.pages.flatMap((page) => page.items) ?? [], [flows.data]);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => scroll.current, estimateSize: () => 27, overscan: 20 });
  const lastShown = rows.getVirtualItems().at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = flows;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= items.length - 40) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, items.length]);
  return (
    <div className="pane fill">
      <div className="flow log-head" aria-hidden>
        <span>Began</span>
        <span>Initiator</span>
        <span>Responder</span>
        <span>Service</span>
        <span className="right">Sent</span>
        <span className="right">Received</span>
        <span className="right">Packets</span>
        <span className="right">Lasted</span>
        <span>State</span>
      </div>
      <Answered of={flows} rows={10}>
        {() =>
          items.length === 0 ? (
            <Blank
              title="No flow"
              hint="Flows come from sources of packets and flow records, and from uploaded captures and flow tables: add one under Sources, or widen the filters."
            />
          ) : (
            <Scroll label="Flows" className="fill scroll" at={scroll}>
              <div className="rel" style={{ height: rows.getTotalSize() }}>
                {rows.getVirtualItems().map((row) => {
                  const flow = items[row.index];
                  if (flow === undefined) return null;
                  return (
                    <div key={row.key} className="flow row-at num" style={{ transform: `translateY(${row.start}px)` }}>
                      <When at={flow.time} as="exact" none="undated" />
                      <Address name={flow.sourceAddress} port={flow.sourcePort} />
                      <Address name={flow.destinationAddress} port={flow.destinationPort} />
                      <span className="ellipsis">
                        {protocolName(flow.protocol)} {portName(flow.destinationPort)}
                      </span>
                      <span className="right">{bytes(flow.forwardBytes)}</span>
                      <span className="right">{bytes(flow.backwardBytes)}</span>
                      <span className="right">{count((flow.forwardPackets ?? 0) + (flow.backwardPackets ?? 0))}</span>
                      <span className="right">{duration(flow.durationMicros)}</span>
                      <span className="ellipsis soft">{flow.state ?? '–'}</span>
                    </div>
                  );
                })}
              </div>
            </Scroll>
          )
        }
      </Answered>
    </div>
  );
}

function Address({ name, port }: { name: string; port: number | null }) {
  const tenant = useTenant();
  return (
    <span className="ellipsis mono">
      <Link to="/t/$tenant/entities/$name" params={{ tenant, name }}>
        {name}
      </Link>
      {port !== null && <span className="soft">:{port}</span>}
    </span>
  );
}
