import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Report, ReportedFinding } from '../../../src/sinks/report/report.ts';
import { ApiError, url } from './client.ts';
import { useApi, useTenant } from './queries.ts';

/** The stored report of this name; it never changes. */
export function reportQuery(tenant: string, name: string) {
  return queryOptions<Report, ApiError>({
    queryKey: ['report', tenant, name],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url('report', { tenant, name, format: 'json' }), { credentials: 'same-origin', signal });
      if (answer.ok) return (await answer.json()) as Report;
      const hint = 'Its files may have been removed by the retention.';
      throw new ApiError(answer.status, 'REPORT', `The report cannot be read: ${answer.status} ${answer.statusText}.`, hint);
    },
  });
}

/** The finding of an alert in the newest report that names its input: a one-shot analysis keeps its lines only there. */
export function useReportedFinding(alertId: string, inputs: readonly string[], wanted: boolean): ReportedFinding | undefined {
  const tenant = useTenant();
  const reports = useApi('reports', {}, { enabled: wanted, staleTime: 60_000 });
  const name = reports.data?.items.find(
    ({ input, formats }) => formats.includes('json') && inputs.some((one) => input.includes(one)),
  )?.name;
  const report = useQuery({ ...reportQuery(tenant, name ?? ''), enabled: wanted && name !== undefined });
  return report.data?.groups.flatMap(({ findings }) => findings).find(({ id }) => id === alertId);
}
