import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { usePages } from '../../api/pages.ts';
import { ChoiceFilter } from '../../components/filters.tsx';
import { When } from '../../components/marks.tsx';
import { More } from '../../components/more.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count, plural } from '../../format/number.ts';
import { HOUR, nowMicros } from '../../format/time.ts';
import { type EntitySort, EntityTable } from './entity-table.tsx';
import { LEVELS, type Level } from './levels.ts';

const PAGE = 100;
/** Typed letters are looked for once no other came for so long, milliseconds. */
const TYPED = 250;
const EVERY = 10_000;

/** Every watched entity: hosts that write logs and whatever alerts were about, the riskiest first. */
export function Entities() {
  const search = useSearch({ from: '/t/$tenant/entities' });
  const navigate = useNavigate({ from: '/t/$tenant/entities' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next }, replace: true });
  const [find] = useDebouncedValue(search.find, TYPED);
  const by = (search.sort ?? 'risk') as EntitySort;
  const sorting = { by, order: search.order === 'asc' || search.order === 'desc' ? search.order : by === 'name' ? 'asc' : 'desc' } as const;
  const filters = {
    ...(find === undefined ? {} : { name: find }),
    ...(search.place === undefined ? {} : { place: search.place as 'own' | 'outside' }),
    ...(search.level === undefined ? {} : { level: search.level as Level }),
  };
  const entities = usePages('entities', { ...filters, sort: sorting.by, order: sorting.order, limit: PAGE }, EVERY);
  return (
    <Page
      title="Entities"
      head={
        <>
          <TextInput
            size="xs"
            w={220}
            type="search"
            aria-label="Part of the name"
            placeholder="Part of the name"
            value={search.find ?? ''}
            onChange={(event) => change({ find: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
          />
          <ChoiceFilter
            label="Place"
            any="Own and outside"
            width={150}
            data={[
              { value: 'own', label: 'own devices' },
              { value: 'outside', label: 'outside addresses' },
            ]}
            value={search.place}
            onChange={(place) => change({ place })}
          />
          <ChoiceFilter
            label="Level"
            any="Any level"
            width={140}
            data={[...LEVELS]}
            value={search.level}
            onChange={(level) => change({ level })}
          />
        </>
      }
    >
      <AsOf at={entities.data?.asOf} />
      <Card flush>
        <Answered of={entities} rows={10}>
          {({ items, total, counts, unlisted }) => {
            const all = LEVELS.reduce((sum, level) => sum + counts[level], 0);
            return (
              <>
                {all > 0 && (
                  <p className="list-note soft small">
                    {[
                      Object.keys(filters).length > 0
                        ? `${count(total)} of ${plural(all, 'entity', 'entities')}`
                        : plural(all, 'entity', 'entities'),
                      ...LEVELS.map((level) => `${count(counts[level])} ${level}`),
                    ].join(', ')}
                    {unlisted > 0 && `. ${plural(unlisted, 'more entity', 'more entities')} with nothing open against them are not listed.`}
                  </p>
                )}
                {items.length > 0 ? (
                  <EntityTable
                    items={items}
                    sorting={sorting}
                    onSort={(next) => change({ sort: next.by === 'risk' ? undefined : next.by, order: next.order })}
                  />
                ) : all === 0 ? (
                  <Blank title="No entity seen yet" hint="Hosts, users and clients appear here as soon as events or alerts name them." />
                ) : (
                  <Blank title="No entity matches" hint="Shorten the name or choose another level." />
                )}
                <More shown={items.length} total={total} of="entities" more={entities.more} loading={entities.loading} />
              </>
            );
          }}
        </Answered>
      </Card>
    </Page>
  );
}

/** Risks fade with the time of events, not of the clock, which has to be said of events of the past. */
function AsOf({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined || nowMicros() - at < HOUR) return null;
  return (
    <p className="soft small">
      Risks are as of <When at={at} />, where the events have got to: what is old is rated in its own time, and has not faded since.
    </p>
  );
}
