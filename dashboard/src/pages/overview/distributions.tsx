import { Link } from '@tanstack/react-router';
import type { OverviewBody } from '../../../../src/server/api/schema/live.ts';
import { useTenant } from '../../api/queries.ts';
import { Distribution, type Part } from '../../components/distribution.tsx';
import { Card } from '../../components/page.tsx';
import { Blank } from '../../components/states.tsx';
import { count, plural } from '../../format/number.ts';

const COLOURS = ['--c1', '--c2', '--c3', '--c4', '--c5', '--c6'] as const;
const REST = '--c7';

/** Open alerts by ATT&CK tactic: what kind of intrusion they look like. */
export function Intrusions({ data }: { data: OverviewBody }) {
  const tenant = useTenant();
  const named = data.tactics.filter(({ name }) => name !== 'none');
  const unnamed = data.tactics.find(({ name }) => name === 'none')?.count ?? 0;
  const link = (name: string, tactic: string) => (
    <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ tactic }} title={`Open alerts: ${name}`}>
      {name}
    </Link>
  );
  const parts: Part[] = named.map(({ name: tactic, count: value }, index) => {
    const name = tactic.replaceAll('-', ' ');
    return { name, value, colour: COLOURS[index] ?? REST, link: link(name, tactic) };
  });
  const intrusions = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <Card title="Intrusions by tactic" className="c5" head={<span className="soft small">open alerts, ATT&CK</span>}>
      {parts.length === 0 ? (
        <Blank
          title="No open alert names a tactic"
          hint="Alerts that look like a known kind of intrusion are counted here by its tactic."
        />
      ) : (
        <Distribution
          parts={parts}
          label="Open alerts by tactic"
          centre={
            <>
              {count(intrusions)}
              <span>{intrusions === 1 ? 'intrusion' : 'intrusions'}</span>
            </>
          }
        />
      )}
      {unnamed > 0 && (
        <p className="small distribution-rest">
          <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ tactic: 'none' }}>
            {plural(unnamed, 'more open alert')}, unusual but of no known tactic
          </Link>
        </p>
      )}
    </Card>
  );
}

/** The tenant's own devices by their risk now; what lies outside is counted apart. */
export function Devices({ data }: { data: OverviewBody }) {
  const tenant = useTenant();
  const { seen, harmful, attacked, suspicious, safe, outside } = data.devices;
  const part = (level: string, value: number, colour: string): Part => ({
    ...{ name: level, value, colour },
    link: (
      <Link to="/t/$tenant/entities" params={{ tenant }} search={{ level, place: 'own' }}>
        {level}
      </Link>
    ),
  });
  const parts = [
    part('safe', safe, '--good-fill'),
    part('suspicious', suspicious, '--medium-fill'),
    part('attacked', attacked, '--high-fill'),
    part('harmful', harmful, '--critical-fill'),
  ];
  return (
    <Card title="Own devices" className="c5" head={<span className="soft small">by risk; none with an open alert of medium is safe</span>}>
      {seen === 0 ? (
        <Blank title="No device seen yet" hint="Hosts that write logs or appear in traffic are counted here." />
      ) : (
        <Distribution
          parts={parts}
          label="Own devices"
          centre={
            <>
              {count(seen)}
              <span>{seen === 1 ? 'device' : 'devices'}</span>
            </>
          }
        />
      )}
      {outside.seen > 0 && (
        <p className="small distribution-rest">
          <Link to="/t/$tenant/entities" params={{ tenant }} search={{ place: 'outside' }}>
            {plural(outside.seen, 'outside address', 'outside addresses')}, {count(outside.harmful)} harmful, {count(outside.suspicious)}{' '}
            suspicious
          </Link>
        </p>
      )}
    </Card>
  );
}
