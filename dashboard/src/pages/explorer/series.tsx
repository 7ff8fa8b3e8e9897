import { TextInput } from '@mantine/core';
import { usePages } from '../../api/pages.ts';
import { More } from '../../components/more.tsx';
import { Card } from '../../components/page.tsx';
import { ReadingCells } from '../../components/reading-cells.tsx';
import { SourceChoice } from '../../components/source-choice.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { count, plural } from '../../format/number.ts';
import { SeriesView } from './series-view.tsx';

interface Props {
  readonly find: string | undefined;
  readonly source: string | undefined;
  readonly chosen: string | undefined;
  readonly range: string | undefined;
  readonly onSource: (source: string | undefined) => void;
  readonly onFind: (find: string | undefined) => void;
  readonly onChoose: (id: string) => void;
  readonly onRange: (range: string | undefined) => void;
}

/** Every series by how abnormal it is now; one is drawn above. */
export function SeriesList({ find, source, chosen, range, onFind, onSource, onChoose, onRange }: Props) {
  const filters = { ...(find === undefined ? {} : { contains: find }), ...(source === undefined ? {} : { source }) };
  const series = usePages('series', { limit: 200, ...filters }, 5_000);
  const shown = chosen ?? worthSeeing(series.data?.items ?? [])?.id;
  return (
    <>
      {shown !== undefined && <SeriesView key={shown} id={shown} range={range} onRange={onRange} />}
      <Card
        title={series.data === undefined ? 'Series' : plural(series.data.total, 'series', 'series')}
        flush
        head={
          <>
            <SourceChoice value={source} onChange={onSource} />
            <TextInput
              size="xs"
              w={220}
              type="search"
              aria-label="Part of entity or name"
              placeholder="Part of entity or name"
              value={find ?? ''}
              onChange={(event) => onFind(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
            />
          </>
        }
      >
        <Answered of={series} rows={6}>
          {({ items, total }) => {
            if (items.length === 0)
              return (
                <Blank
                  title="No series"
                  hint="Readings of devices, hosts and counters become series: add a source that gives readings, or upload a table of them."
                />
              );
            const most = Math.max(1, ...items.map(({ abnormal, highest }) => abnormal ?? highest ?? 0));
            return (
              <>
                <Table
                  label="Series"
                  heads={['Series', 'Entity', 'State', { right: 'Last value' }, { right: 'Expected' }, 'Abnormal', 'Last reading']}
                  dense
                >
                  {items.map((one) => (
                    <tr key={one.id} className={one.id === shown ? 'on' : ''}>
                      <td className="wrap">
                        <button type="button" className="plain link" aria-pressed={one.id === shown} onClick={() => onChoose(one.id)}>
                          {one.title}
                        </button>
                      </td>
                      <td className="wrap">{one.entity}</td>
                      <td className="nowrap">
                        {one.state === 'learning' ? `learning, ${count(one.readings)} of ${count(one.needed)}` : one.state}
                      </td>
                      <ReadingCells of={one} most={most} />
                    </tr>
                  ))}
                </Table>
                <More shown={items.length} total={total} of="series" more={series.more} loading={series.loading} />
              </>
            );
          }}
        </Answered>
      </Card>
    </>
  );
}

/** The most abnormal one; while none is, of a host what says most of it. */
function worthSeeing<S extends { readonly name: string; readonly abnormal: number | null }>(items: readonly S[]): S | undefined {
  const [first] = items;
  return (first?.abnormal ?? 0) > 0 ? first : (items.find(({ name }) => name === 'cpu.busy') ?? first);
}
