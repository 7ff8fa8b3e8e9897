import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { type ApiError, call } from '../api/client.ts';
import { Blank, Loading, Problem } from '../components/states.tsx';

/** `/` leads to the tenant seen last, or the first. */
export function HomeRedirect() {
  const { data, error } = useQuery<Awaited<ReturnType<typeof call<'tenants'>>>, ApiError>({
    queryKey: ['tenants'],
    queryFn: () => call('tenants'),
  });
  if (error?.status === 401) return <Navigate to="/sign-in" search={{}} replace />;
  if (error)
    return (
      <main className="sign">
        <Problem error={error} />
      </main>
    );
  if (data === undefined)
    return (
      <main className="sign">
        <Loading rows={2} />
      </main>
    );
  const last = localStorage.getItem('vedette-tenant');
  const tenant = data.items.find(({ id }) => id === last) ?? data.items[0];
  if (tenant === undefined)
    return (
      <main className="sign">
        <Blank title="No tenant is open to you" hint="An administrator can add you to one under Settings, Users." />
      </main>
    );
  return <Navigate to="/t/$tenant" params={{ tenant: tenant.id }} replace />;
}
