import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { More } from '../../components/more.tsx';
import { Card } from '../../components/page.tsx';
import { ReadingCells } from '../../components/reading-cells.tsx';
import { Table } from '../../components/table.tsx';

const SHOWN = 20;

/** What the entity measures; nothing where it gives no reading. */
export function EntitySeries({ name }: { name: string }) {
  const tenant = useTenant();
  const series = useApi('series', { query: { entity: name, limit: SHOWN } }, { refetchInterval: 10_000 });
  const items = series.data?.items ?? [];
  if (items.length === 0) return null;
  const most = Math.max(1, ...items.map(({ abnormal, highest }) => abnormal ?? highest ?? 0));
  return (
    <Card title="Readings" className="c12" flush>
      <Table label="Readings" heads={['Series', { right: 'Last value' }, { right: 'Expected' }, 'Abnormal', 'Last reading']} dense>
        {items.map((one) => (
          <tr key={one.id}>
            <td className="name">
              <Link to="/t/$tenant/explorer" params={{ tenant }} search={{ view: 'series', series: one.id }}>
                {one.title}
              </Link>
            </td>
            <ReadingCells of={one} most={most} />
          </tr>
        ))}
      </Table>
      <More shown={items.length} total={series.data?.total ?? items.length} of="series" />
    </Card>
  );
}
