import { Button, Modal } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { type ApiError, call } from '../../api/client.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { Fact } from '../../components/fact.tsx';
import { When } from '../../components/marks.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { fieldsText } from '../../format/event-text.ts';
import { count } from '../../format/number.ts';
import { surprisingPlaces } from '../alerts/sequence.tsx';
import type { LogFilters } from './logs.tsx';

type Page = RouteResponse<'events'>;
type Event = Page['items'][number];
const PAGE = 200;
const place = (event: { input: string; offset: number | null }) => `${event.offset ?? ''} ${event.input}`;

interface Props {
  readonly filters: LogFilters;
  readonly newestFirst: boolean;
  readonly alert: string | undefined;
  readonly onOrder: (order: string | undefined) => void;
  readonly onFilter: (filter: Partial<Record<'host' | 'component' | 'level' | 'template' | 'input', string>>) => void;
}

/** Matching lines, read page by page as one scrolls; only those in view are in the document. */
export function Lines({ filters, newestFirst, alert, onOrder, onFilter }: Props) {
  const tenant = useTenant();
  const order = newestFirst ? 'newest' : 'oldest';
  const events = useInfiniteQuery<Page, ApiError, { pages: Page[] }, unknown[], string | undefined>({
    queryKey: ['events', 'pages', tenant, filters, order],
    queryFn: ({ pageParam, signal }) =>
      call('events', {
        params: { tenant },
        query: { ...filters, order, limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.cursor,
  });
  const items = useMemo(() => events.data?.pages.flatMap((page) => page.items) ?? [], [events.data]);
  const marks = useMarks(alert);
  const scroll = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<Event>();
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => scroll.current, estimateSize: () => 25, overscan: 20 });
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = events;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= items.length - 40) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, items.length]);
  return (
    <div className="pane fill">
      <div className="log-head">
        <button type="button" className="plain" onClick={() => onOrder(newestFirst ? 'oldest' : undefined)}>
          {newestFirst ? 'Time, newest first ↓' : 'Time, oldest first ↑'}
        </button>
        <span>Source</span>
        <span>Host, component</span>
        <span>Level</span>
        <span>Message</span>
      </div>
      <Answered of={events} rows={10}>
        {() =>
          items.length === 0 ? (
            <Blank
              title="No line matches"
              hint="Widen the time range or remove a filter. With `events: findings-only` in the configuration, lines stay where they are and are not searched here."
            />
          ) : (
            <Scroll label="Lines" className="fill scroll" at={scroll}>
              <div className="rel" style={{ height: rows.getTotalSize() }}>
                {shown.map((row) => {
                  const event = items[row.index];
                  if (event === undefined) return null;
                  const mark = marks.get(place(event));
                  return (
                    <button
                      key={row.key}
                      type="button"
                      className={`log plain ${mark === undefined ? '' : 'hit'} ${mark === 'surprising' ? 'surprising' : ''}`}
                      style={{ transform: `translateY(${row.start}px)` }}
                      onClick={() => setChosen(event)}
                    >
                      <When at={event.time} as="exact" />
                      <span className="ellipsis soft">{event.source}</span>
                      <span className="ellipsis soft">{[event.host, event.component].filter(Boolean).join(' ')}</span>
                      <span className={`ellipsis ${levelColour(event.level)}`}>{event.level}</span>
                      <span className="ellipsis">
                        {mark !== undefined && <span className="hidden">{mark}: </span>}
                        {event.message} <span className="soft">{fieldsText(event)}</span>
                      </span>
                    </button>
                  );
                })}
              </div>
            </Scroll>
          )
        }
      </Answered>
      <EventWindow event={chosen} onClose={() => setChosen(undefined)} onFilter={onFilter} />
    </div>
  );
}

function levelColour(level: string | undefined): string {
  if (level === undefined) return '';
  if (/^(fatal|emerg|alert|crit|err)/i.test(level)) return 'level-error';
  return /^warn/i.test(level) ? 'level-warning' : 'soft';
}

/** Lines of the alert in the address, the surprising ones told apart. */
function useMarks(alert: string | undefined): ReadonlyMap<string, 'surprising' | 'evidence'> {
  const { data } = useApi('alert', { params: { id: alert ?? '' } }, { enabled: alert !== undefined });
  return useMemo(() => {
    if (alert === undefined || data === undefined) return new Map();
    const surprising = surprisingPlaces(data.detection);
    return new Map(
      data.detection.evidence.map((line) => [place(line), surprising.has(place(line)) ? ('surprising' as const) : ('evidence' as const)]),
    );
  }, [alert, data]);
}

function EventWindow({ event, onClose, onFilter }: { event: Event | undefined; onClose: () => void; onFilter: Props['onFilter'] }) {
  const filter = (field: 'host' | 'component' | 'level' | 'template' | 'input', value: string | undefined) =>
    value === undefined || value === '' ? (
      '–'
    ) : (
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={() => {
          onFilter({ [field]: value });
          onClose();
        }}
        aria-label={`Only ${field} ${value}`}
      >
        <span className="mono ellipsis">{value}</span>
      </Button>
    );
  return (
    <Modal opened={event !== undefined} onClose={onClose} title="Line" size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
      {event !== undefined && (
        <div className="stack">
          <pre className="lines" style={{ padding: 10, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {event.message}
          </pre>
          <dl className="facts">
            <Fact name="Time">
              <When at={event.time} as="exact" />
            </Fact>
            <Fact name="Host">{filter('host', event.host)}</Fact>
            <Fact name="Component">{filter('component', event.component)}</Fact>
            <Fact name="Level">{filter('level', event.level)}</Fact>
            <Fact name="Template">{filter('template', event.template)}</Fact>
            <Fact name="Input">{filter('input', event.input)}</Fact>
            <Fact name="Line">
              {count(event.line)}, byte {count(event.offset)}
            </Fact>
            {event.pid !== undefined && <Fact name="Process">{event.pid}</Fact>}
            {Object.entries(event.fields ?? {}).map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </dl>
          {event.parameters.length > 0 && (
            <p className="mono wrap">
              <span className="soft">parameters: </span>
              {event.parameters.join(' · ')}
            </p>
          )}
          {event.attributes !== undefined && (
            <p className="mono wrap">
              <span className="soft">attributes: </span>
              {event.attributes}
            </p>
          )}
        </div>
      )}
    </Modal>
  );
}
