import { type Micros, VedetteError } from '../../core/index.ts';
import type { SeriesNowPage, SeriesNowRow } from '../../pipeline/index.ts';
import type { SeriesEnding, SeriesEntry, TenantStore } from '../../store/index.ts';
import { type ServerContext, tenantConfig } from '../context.ts';
import { type Answer, given, type Handlers, missing } from './handler.ts';

type SeriesRoutes = 'series' | 'seriesPoints';
type SeriesBody = Answer<'series'>['items'][number];

const HOUR = 3_600_000_000;
/** Readings that are shown where no time is asked for, but at least an hour. */
const USUAL_READINGS = 240;
const MAX_MARKS = 200;

export function seriesHandlers(context: ServerContext): Handlers<SeriesRoutes> {
  const running = (tenant: string) => (tenantConfig(context, tenant) === undefined ? undefined : context.pipeline());
  return {
    async series({ params, query, store }) {
      const { cursor, limit, ...filter } = query;
      const offset = offsetOf(cursor);
      /** Live series first, then those of uploads. */
      const withUploads = async (live: SeriesNowPage) => {
        const uploads = await storedPage(store, { ...filter, uploads: true }, Math.max(0, offset - live.total), limit - live.items.length);
        return { items: [...live.items.map(body), ...uploads.items], total: live.total + uploads.total };
      };
      const page = await running(params.tenant)?.series(params.tenant, { ...given(filter), order: filter.order, offset, limit });
      const { items, total } =
        page === undefined || page.total === 0 ? await storedPage(store, filter, offset, limit) : await withUploads(page);
      return { items, total, ...(offset + items.length < total ? { cursor: String(offset + items.length) } : {}) };
    },
    async seriesPoints({ params, query, store }) {
      const now = await running(params.tenant)?.oneSeries(params.tenant, params.id, query.ahead);
      const kept = now === undefined ? (await store.series.list()).find(({ id }) => id === params.id) : undefined;
      const entry = now?.row ?? kept;
      if (entry === undefined) throw missing('series');
      const stretch = now === undefined ? await store.series.reach(params.id) : undefined;
      const newest = now?.row.lastTime ?? stretch?.to ?? Number.NaN;
      const to = query.to ?? (Number.isFinite(newest) ? newest + 1 : context.now());
      const step = now?.row.step ?? stretch?.step ?? null;
      const from = query.from ?? usualFrom(to, step, kept?.upload === undefined ? undefined : stretch);
      if (!(from < to))
        throw new VedetteError('USAGE', `from ${from} is not before to ${to}`, { hint: 'Give the range as microseconds since 1970.' });
      const key = entry.entity === '' ? entry.name : `${entry.entity} ${entry.name}`;
      return {
        series: now === undefined ? { ...stored(entry), step, lastTime: finite(newest) } : body(now.row),
        from,
        to,
        bucketMicros: (to - from) / query.buckets,
        buckets: await store.series.points(params.id, { from, to, buckets: query.buckets }),
        forecast: now?.forecast ?? [],
        marks: await marks(store, entry, key, from, to),
      };
    },
  };
}

/** Of an upload everything, else so many readings. */
function usualFrom(to: Micros, step: number | null, whole: { readonly from: Micros } | undefined): Micros {
  if (whole !== undefined) return Math.min(whole.from, to - 1);
  return to - Math.max(HOUR, USUAL_READINGS * (step ?? 0));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

async function marks(store: TenantStore, { source, entity, name }: SeriesEntry, key: string, from: number, to: number) {
  const { items } = await store.alerts.list({ source, ...(entity === '' ? {} : { entity }), from, to, limit: 1000 });
  return items
    .filter(({ detection }) => detection.key === key || detection.key === name)
    .slice(0, MAX_MARKS)
    .map(({ id, detection: { title, severity, start, end, detector } }) => ({ id, title, severity, start, end, detector }));
}

interface SeriesFilter {
  readonly source?: string | undefined;
  readonly entity?: string | undefined;
  readonly contains?: string | undefined;
  readonly order?: 'abnormal' | 'name';
  /** Only series of uploads. */
  readonly uploads?: boolean;
}

async function storedPage(
  store: TenantStore,
  { source, entity, contains, order, uploads = false }: SeriesFilter,
  offset: number,
  limit: number,
) {
  const part = contains?.toLowerCase();
  const found = (await store.series.list()).filter(
    (one) =>
      (!uploads || one.upload !== undefined) &&
      (source === undefined || one.source === source) &&
      (entity === undefined || one.entity === entity) &&
      (part === undefined || `${one.entity} ${one.name}`.toLowerCase().includes(part)),
  );
  // By name already, which those alike keep.
  if (order === 'abnormal') found.sort((a, b) => (b.ending?.highest ?? -1) - (a.ending?.highest ?? -1));
  const page = found.slice(offset, offset + limit);
  const endings = await store.series.endings(page.flatMap(({ id, ending }) => (ending === undefined ? [id] : [])));
  return { items: page.map((one) => stored({ ...one, ending: one.ending ?? endings.get(one.id) })), total: found.length };
}

function body({ readings, needed, network, ...row }: SeriesNowRow): SeriesBody {
  return {
    ...row,
    title: row.title ?? row.name,
    network: network ?? null,
    readings,
    needed,
    state: readings < needed ? 'learning' : 'ready',
    highest: null,
  };
}

type Stored = Omit<SeriesEntry, 'ending'> & { readonly ending?: SeriesEnding | undefined };

function stored({ id, source, entity, name, ending }: Stored): SeriesBody {
  const known = (value: number | undefined): number | null => (value === undefined ? null : finite(value));
  return {
    ...{ id, source, entity, name, title: name, state: 'stored' },
    ...{ readings: null, needed: null, readyAt: null, step: null, abnormal: null, method: null, network: null },
    ...{ lastValue: known(ending?.value), lastTime: known(ending?.time), highest: known(ending?.highest) },
    ...{ expected: known(ending?.expected), lower: known(ending?.lower), upper: known(ending?.upper) },
  };
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new VedetteError('USAGE', `the cursor ${cursor.slice(0, 40)} is not one of this list`, {
    hint: 'Give back the cursor of the page before.',
  });
}
