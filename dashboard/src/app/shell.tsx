import { ActionIcon, Select } from '@mantine/core';
import { IconFlask2, IconMenu2 } from '@tabler/icons-react';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useLive, useLiveConnection } from '../api/live.ts';
import { useTenant } from '../api/queries.ts';
import { Blank, Loading, Problem } from '../components/states.tsx';
import { count, perSecond } from '../format/number.ts';
import { useUtc } from '../format/zone.ts';
import { DemoNote } from './demo-note.tsx';
import { PAGE_GROUPS, PAGES } from './pages.ts';
import { Personal } from './personal.tsx';
import { useDemo, useSession, useTenants } from './session.ts';
import { Shortcuts, useNavigationKeys } from './shortcuts.tsx';
import { ZoneChoice } from './zone-choice.tsx';

export function Shell() {
  const tenant = useTenant();
  const location = useLocation();
  const session = useSession();
  const signedIn = session.data !== undefined;
  useLiveConnection(signedIn ? tenant : '');
  useNavigationKeys(tenant);
  const [help, setHelp] = useState(false);
  const demo = useDemo();
  const utc = useUtc();
  useEffect(() => localStorage.setItem('vedette-tenant', tenant), [tenant]);
  useEffect(() => {
    const page = PAGES.findLast(([path]) => location.pathname.startsWith(path.replace('$tenant', tenant)));
    document.title = `${page?.[1] ?? 'vedette'} · ${tenant}${demo ? ' (demo data)' : ''} · vedette`;
  }, [location.pathname, tenant, demo]);

  const tenants = useTenants();

  if (session.error?.status === 401) return <SignInFirst />;
  if (session.error)
    return (
      <main className="sign">
        <Problem error={session.error} retry={() => session.refetch()} />
      </main>
    );
  if (!signedIn)
    return (
      <main className="sign">
        <Loading rows={3} />
      </main>
    );
  if (tenants.data !== undefined && !tenants.data.items.some(({ id }) => id === tenant))
    return (
      <main className="sign">
        <Blank
          title={`There is no tenant ${tenant} open to you`}
          hint="It may have been removed, or an administrator has to add you to it."
        >
          <Link to="/">To the tenants that are</Link>
        </Blank>
      </main>
    );
  return (
    <div className="frame">
      <a className="skip" href="#content">
        To the content
      </a>
      <Side tenant={tenant} demo={demo} onHelp={() => setHelp(true)} />
      <main className="main" id="content" tabIndex={-1}>
        <div className="tenant-bar">
          <TenantChoice tenant={tenant} />
        </div>
        {demo && <DemoNote tenant={tenant} />}
        {/* Another zone draws every time anew. */}
        <Outlet key={utc ? 'utc' : 'local'} />
      </main>
      <Shortcuts opened={help} setOpened={setHelp} />
    </div>
  );
}

/** Leads to the sign-in page, once: the address it remembers changes as soon as it does. */
function SignInFirst() {
  const navigate = useNavigate();
  const left = useRef(false);
  useEffect(() => {
    if (left.current) return;
    left.current = true;
    void navigate({ to: '/sign-in', search: { next: `${window.location.pathname}${window.location.search}` }, replace: true });
  }, [navigate]);
  return null;
}

function Side({ tenant, demo, onHelp }: { tenant: string; demo: boolean; onHelp: () => void }) {
  const live = useLive();
  const { pathname } = useLocation();
  // On a narrow screen the pages are behind a button; choosing one shuts them.
  const [shown, setShown] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page shuts the list.
  useEffect(() => setShown(false), [pathname]);
  return (
    <aside className={`side ${shown ? 'shown' : ''}`} aria-label="vedette">
      <div className="side-head">
        <Link to="/t/$tenant" params={{ tenant }} className="brand">
          <img src="/favicon.svg" alt="" />
          <span className="label">vedette</span>
        </Link>
        <ActionIcon
          className="burger"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={shown ? 'Hide the pages' : 'Show the pages'}
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          <IconMenu2 size={20} color="var(--text)" />
        </ActionIcon>
      </div>
      <div className="tenant-side">
        <TenantChoice tenant={tenant} />
      </div>
      {demo && (
        <span className="chip demo" title="Everything in this tenant is generated">
          <IconFlask2 size={13} aria-hidden />
          <span className="label">Demo data</span>
        </span>
      )}
      <nav className="nav" aria-label="Pages">
        {PAGE_GROUPS.map(({ title, pages }) => (
          <div key={title} className="nav-group">
            <div className="nav-title label" aria-hidden>
              {title}
            </div>
            {pages.map(([to, label, key, Icon]) => (
              <Link
                key={to}
                to={to}
                params={{ tenant }}
                activeOptions={{ exact: to === '/t/$tenant', includeSearch: false }}
                title={`${label} (g ${key})`}
              >
                <Icon size={16} stroke={1.7} aria-hidden />
                <span className="label">{label}</span>
                {label === 'Alerts' && live.last !== undefined && live.last.openAlerts > 0 && (
                  <span className="tag label">{count(live.last.openAlerts)}</span>
                )}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <div className="side-foot">
        <div className="pulse" role="status">
          <i className={`dot ${live.connected ? (live.last?.state === 'failed' ? 'critical' : 'good') : 'medium'}`} />
          <span className="num label">
            {live.connected ? (live.last === undefined ? 'Connected' : `Live · ${perSecond(live.last.eventsPerSecond)}`) : 'Connecting…'}
          </span>
        </div>
        <ZoneChoice />
        <Personal onHelp={onHelp} />
      </div>
    </aside>
  );
}

function TenantChoice({ tenant }: { tenant: string }) {
  const navigate = useNavigate();
  const { data } = useTenants();
  const names = data?.items.map(({ id, demo }) => ({ value: id, label: demo ? `${id} (demo data)` : id })) ?? [tenant];
  if (names.length < 2) return null;
  return (
    <Select
      aria-label="Tenant"
      data={names}
      value={tenant}
      allowDeselect={false}
      onChange={(value) => value !== null && navigate({ to: '/t/$tenant', params: { tenant: value } })}
    />
  );
}
