import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count } from '../../format/number.ts';

const VERDICTS = ['true-positive', 'false-positive', 'benign'] as const;

/** Labels in force by detector: they lie over the model as an overlay, and taking one back leaves no trace. */
export function Feedback() {
  const tenant = useTenant();
  const labels = useApi('labels');
  return (
    <Card title="Feedback in force" flush>
      <Answered of={labels} rows={2}>
        {({ items }) => {
          const detectors = [...new Set(items.map(({ detector }) => detector))].sort();
          if (detectors.length === 0)
            return (
              <Blank title="No label in force" hint="Label an alert, and its detector takes it up at once, without being trained again." />
            );
          return (
            <Scroll label="Feedback">
              <table className="table dense">
                <thead>
                  <tr>
                    <th>Detector</th>
                    <th className="right">True positive: stays visible</th>
                    <th className="right">False positive: the like is not raised</th>
                    <th className="right">Benign: allowed for its entity</th>
                    <th className="right">Entities</th>
                  </tr>
                </thead>
                <tbody>
                  {detectors.map((detector) => {
                    const own = items.filter((label) => label.detector === detector);
                    return (
                      <tr key={detector}>
                        <td>
                          <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ detector, state: 'any' }}>
                            {detector}
                          </Link>
                        </td>
                        {VERDICTS.map((verdict) => (
                          <td key={verdict} className="right num">
                            {count(own.filter((label) => label.verdict === verdict).length)}
                          </td>
                        ))}
                        <td className="right num">{count(new Set(own.map(({ entity }) => entity)).size)}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </Scroll>
          );
        }}
      </Answered>
    </Card>
  );
}
