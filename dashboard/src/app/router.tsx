import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router';
import { Blank } from '../components/states.tsx';
import { HomeRedirect } from './home-redirect.tsx';
import { lazyPage } from './lazy-page.tsx';
import { Shell } from './shell.tsx';

type Search = Record<string, unknown>;
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
/** Keeps the named parts of the address, as text; anything else in it is dropped. */
const only =
  <K extends string>(...names: K[]) =>
  (search: Search): { [N in K]?: string } =>
    Object.fromEntries(names.map((name) => [name, text(search[name])]).filter(([, value]) => value !== undefined)) as { [N in K]?: string };

const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <main className="sign">
      <Blank title="There is no such page" hint="The address may be mistyped.">
        <a href="/">To the overview</a>
      </Blank>
    </main>
  ),
});

const home = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomeRedirect });
const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: only('next', 'refused'),
  component: lazyPage(() => import('../pages/sign-in.tsx'), 'SignIn'),
});
const welcome = createRoute({
  getParentRoute: () => rootRoute,
  path: '/welcome',
  component: lazyPage(() => import('../pages/welcome.tsx'), 'Welcome'),
});
const tenant = createRoute({ getParentRoute: () => rootRoute, path: '/t/$tenant', component: Shell });
const inTenant = <P extends string>(path: P) => ({ getParentRoute: () => tenant, path }) as const;

const overview = createRoute({
  ...inTenant('/'),
  component: lazyPage(() => import('../pages/overview/overview.tsx'), 'Overview'),
});
const alerts = createRoute({
  ...inTenant('/alerts'),
  validateSearch: only('state', 'severity', 'detector', 'entity', 'source', 'range', 'group', 'alert', 'tactic', 'assignee'),
  component: lazyPage(() => import('../pages/alerts/alerts.tsx'), 'Alerts'),
});
const logs = createRoute({
  ...inTenant('/logs'),
  validateSearch: only('view', 'contains', 'range', 'source', 'host', 'component', 'level', 'template', 'input', 'alert', 'order'),
  component: lazyPage(() => import('../pages/logs/logs.tsx'), 'Logs'),
});
const reports = createRoute({ ...inTenant('/reports'), component: lazyPage(() => import('../pages/reports.tsx'), 'Reports') });
const report = createRoute({
  ...inTenant('/reports/$name'),
  component: lazyPage(() => import('../pages/report.tsx'), 'ReportPage'),
});
const models = createRoute({
  ...inTenant('/models'),
  validateSearch: only('model', 'compare', 'run', 'train'),
  component: lazyPage(() => import('../pages/models/models.tsx'), 'Models'),
});
const pipeline = createRoute({
  ...inTenant('/pipeline'),
  validateSearch: only('run'),
  component: lazyPage(() => import('../pages/pipeline/pipeline.tsx'), 'Pipeline'),
});
const tryOut = createRoute({
  ...inTenant('/try-out'),
  validateSearch: only('view', 'run'),
  component: lazyPage(() => import('../pages/try-out/try-out.tsx'), 'TryOut'),
});
const sources = createRoute({
  ...inTenant('/sources'),
  validateSearch: only('tab'),
  component: lazyPage(() => import('../pages/sources/sources.tsx'), 'Sources'),
});
const explorer = createRoute({
  ...inTenant('/explorer'),
  validateSearch: only('view', 'by', 'range', 'severity', 'state', 'lane', 'series', 'find', 'source'),
  component: lazyPage(() => import('../pages/explorer/explorer.tsx'), 'Explorer'),
});
const incidents = createRoute({
  ...inTenant('/incidents'),
  validateSearch: only('state', 'band', 'host', 'learning', 'order', 'range', 'incident', 'assignee'),
  component: lazyPage(() => import('../pages/incidents/incidents.tsx'), 'Incidents'),
});
const network = createRoute({
  ...inTenant('/network'),
  validateSearch: only('view', 'range', 'address', 'peer', 'port', 'source', 'by', 'run'),
  component: lazyPage(() => import('../pages/network/network.tsx'), 'Network'),
});
const entities = createRoute({
  ...inTenant('/entities'),
  validateSearch: only('find', 'level', 'place', 'sort', 'order'),
  component: lazyPage(() => import('../pages/entities/entities.tsx'), 'Entities'),
});
const entity = createRoute({
  ...inTenant('/entities/$name'),
  validateSearch: only('range'),
  component: lazyPage(() => import('../pages/entities/entity.tsx'), 'EntityPage'),
});
const settings = createRoute({
  ...inTenant('/settings'),
  validateSearch: only('tab'),
  component: lazyPage(() => import('../pages/settings/settings.tsx'), 'Settings'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    home,
    signIn,
    welcome,
    tenant.addChildren([
      overview,
      alerts,
      logs,
      reports,
      report,
      models,
      pipeline,
      tryOut,
      sources,
      incidents,
      explorer,
      network,
      entities,
      entity,
      settings,
    ]),
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
