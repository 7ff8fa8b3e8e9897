import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { SeriesChart } from '../../components/charts.tsx';
import { Card } from '../../components/page.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count, short } from '../../format/number.ts';
import { duration } from '../../format/time.ts';

interface Props {
  readonly name: string;
  readonly range: { readonly from?: number; readonly to?: number };
  readonly onRange: (range: string) => void;
}

/** Lines that the host wrote, over time and by template. */
export function EntityLogs({ name, range, onRange }: Props) {
  const tenant = useTenant();
  const histogram = useApi('eventHistogram', { query: { ...range, host: name, bins: 120 } });
  const templates = useApi('templates', { query: { ...range, host: name, limit: 8, bins: 48 } });
  return (
    <Card
      title="Logs"
      className="c7"
      head={
        <Link to="/t/$tenant/logs" params={{ tenant }} search={{ host: name }} className="small">
          All its lines
        </Link>
      }
    >
      <Answered of={histogram} rows={4}>
        {(data) => {
          const { start } = data;
          if (start === null || data.total === 0) return <Blank title="No line of this host" hint="It writes no log that is read here." />;
          return (
            <SeriesChart
              x={data.counts.map((_, bin) => (start + bin * data.binMicros) / 1e6)}
              y={data.counts}
              bars
              height={110}
              label={`Lines per ${duration(data.binMicros)}`}
              format={short}
              onRange={(from, to) => onRange(`${Math.floor(from * 1e6)}-${Math.ceil(to * 1e6)}`)}
            />
          );
        }}
      </Answered>
      {(templates.data?.items ?? []).length > 0 && (
        <table className="table dense flat">
          <tbody>
            {templates.data?.items.map((template) => (
              <tr key={template.id}>
                <td className="right num">{count(template.count)}</td>
                <td>
                  <Sparkline counts={template.counts ?? []} label={`${count(template.count)} lines over time`} />
                </td>
                <td className="clip">
                  <Link
                    to="/t/$tenant/logs"
                    params={{ tenant }}
                    search={{ host: name, template: template.id }}
                    className="mono ellipsis"
                    title={template.text}
                  >
                    {template.text}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
