import { Button } from '@mantine/core';
import { useApi } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered } from '../../components/states.tsx';
import { amount, count } from '../../format/number.ts';

/** Versions side by side: their metrics, then what was set differently. */
export function Compare({ models, onClose }: { models: readonly string[]; onClose: () => void }) {
  const comparison = useApi('compareModels', { query: { models: models.join(',') } });
  return (
    <Card
      title={`${models.length} versions side by side`}
      flush
      head={
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      }
    >
      <Answered of={comparison} rows={5}>
        {(data) => (
          <>
            <p className="small soft" style={{ padding: '4px 14px' }}>
              {data.sameData
                ? 'All learnt from the same data: the metrics compare.'
                : 'They learnt from different data: measure them on one data set before the metrics are compared.'}
            </p>
            <Scroll label="Comparison">
              <table className="table dense">
                <thead>
                  <tr>
                    <th>
                      <span className="hidden">Figure</span>
                    </th>
                    {data.models.map((one) => (
                      <th key={one.model} className="right">
                        {one.model} {one.aliases.join(' ')}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  <tr>
                    <td>rows learnt from</td>
                    {data.models.map((one) => (
                      <td key={one.model} className="right num">
                        {count(one.rows)}
                      </td>
                    ))}
                  </tr>
                  {data.metrics.map(({ name, values }) => (
                    <tr key={name}>
                      <td>{name.replaceAll('_', ' ')}</td>
                      {values.map((value, index) => (
                        <td key={data.models[index]?.model} className="right num">
                          {amount(value)}
                        </td>
                      ))}
                    </tr>
                  ))}
                  {data.hyperParameters
                    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
                    .map(({ name, values }) => (
                      <tr key={name}>
                        <td className="soft">{name}</td>
                        {values.map((value, index) => (
                          <td key={data.models[index]?.model} className="right mono">
                            {value === null ? '–' : JSON.stringify(value).slice(0, 60)}
                          </td>
                        ))}
                      </tr>
                    ))}
                </tbody>
              </table>
            </Scroll>
          </>
        )}
      </Answered>
    </Card>
  );
}
