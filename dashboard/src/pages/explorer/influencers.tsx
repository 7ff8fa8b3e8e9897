import { Link } from '@tanstack/react-router';
import { useTenant } from '../../api/queries.ts';
import type { AlertLanes } from '../../components/lanes.tsx';
import { Bar } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { plural } from '../../format/number.ts';
import { levelOf } from '../../format/severity.ts';
import { techniqueText } from '../../format/techniques.ts';

type Influencer = AlertLanes['influencers'][number];
const TITLES = { entity: 'Entities', technique: 'Techniques', detector: 'Detectors', source: 'Sources' } as const;
const SHOWN = 5;

/** What the alerts of the range have in common, by summed severity. */
export function Influencers({ of }: { of: readonly Influencer[] }) {
  return (
    <Card title="Top influencers" head={<span className="soft small">by summed severity, in the colour of the worst</span>}>
      <div className="columns">
        {(['entity', 'technique', 'detector', 'source'] as const).map((kind) => {
          const own = of.filter((one) => one.kind === kind).slice(0, SHOWN);
          const most = Math.max(1, ...own.map(({ weight }) => weight));
          if (own.length === 0) return null;
          return (
            <section key={kind} className="section">
              <h3>{TITLES[kind]}</h3>
              {own.map((one) => (
                <div key={one.name} className="influencer">
                  <span className="ellipsis">
                    <Name of={one} />
                  </span>
                  <span className={`sev ${levelOf(one.severity)} num`}>{Math.round(one.weight)}</span>
                  <Bar
                    share={one.weight / most}
                    level={levelOf(one.severity)}
                    label={`${plural(one.alerts, 'alert')}, worst severity ${one.severity}`}
                  />
                </div>
              ))}
            </section>
          );
        })}
      </div>
    </Card>
  );
}

function Name({ of: { kind, name } }: { of: Influencer }) {
  const tenant = useTenant();
  if (name === '') return '(none)';
  if (kind === 'entity')
    return (
      <Link to="/t/$tenant/entities/$name" params={{ tenant, name }}>
        {name}
      </Link>
    );
  if (kind === 'technique') return <span title={techniqueText(name)}>{techniqueText(name)}</span>;
  return (
    <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ [kind]: name, state: 'any' }}>
      {name}
    </Link>
  );
}
