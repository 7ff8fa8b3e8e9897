import { useApi } from '../../api/queries.ts';
import { Bar, When } from '../../components/marks.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count, percent } from '../../format/number.ts';
import type { LogFilters } from './logs.tsx';

/** The kinds of line there are, with how many of each match. */
export function Templates({ filters, onChoose }: { filters: LogFilters; onChoose: (template: string) => void }) {
  const templates = useApi('templates', { query: { ...filters, limit: 500, bins: 60 } });
  return (
    <Scroll label="Templates" className="pane fill scroll">
      <Answered of={templates} rows={10}>
        {({ items }) => {
          if (items.length === 0) return <Blank title="No template" hint="Lines of the same shape share one; none matches." />;
          const total = items.reduce((sum, item) => sum + item.count, 0);
          const most = Math.max(...items.map((item) => item.count));
          return (
            <table className="table dense">
              <thead>
                <tr>
                  <th className="right">Lines</th>
                  <th>Share</th>
                  <th>Over time</th>
                  <th>Template</th>
                  <th>First seen</th>
                  <th>Last seen</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr key={item.id}>
                    <td className="right num">{count(item.count)}</td>
                    <td style={{ width: 96 }}>
                      <Bar share={item.count / most} label={percent(item.count / total)} />
                      <span className="small soft num">{percent(item.count / total)}</span>
                    </td>
                    <td>
                      <Sparkline counts={item.counts ?? []} label={`${count(item.count)} lines over time`} />
                    </td>
                    <td className="wrap">
                      <button type="button" className="plain link mono" onClick={() => onChoose(item.id)} title={item.example}>
                        {item.text}
                      </button>
                    </td>
                    <td>
                      <When at={item.firstSeen} />
                    </td>
                    <td>
                      <When at={item.lastSeen} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Answered>
    </Scroll>
  );
}
