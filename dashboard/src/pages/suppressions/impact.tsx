import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { BodyInput, Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { type ApiError, call } from '../../api/client.ts';
import { useTenant } from '../../api/queries.ts';
import { Severity, When } from '../../components/marks.tsx';
import { count, plural } from '../../format/number.ts';

type Impact = RouteResponse<'previewSuppression'>;

/** What the rule would have done to the stored alerts, asked again as it is written. */
export function RuleImpact({ body }: { body: BodyInput<'previewSuppression'> | undefined }) {
  const tenant = useTenant();
  const [settled] = useDebouncedValue(body === undefined ? undefined : JSON.stringify({ ...body, reason: 'preview' }), 250);
  const impact = useQuery<Impact, ApiError>({
    queryKey: ['previewSuppression', tenant, settled],
    queryFn: ({ signal }) =>
      call('previewSuppression', { params: { tenant }, body: JSON.parse(settled ?? '') as BodyInput<'previewSuppression'>, signal }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <section className="section" aria-live="polite">
      <h3>What it would have done</h3>
      {settled === undefined ? (
        <p className="soft">Name at least one field.</p>
      ) : impact.error !== null ? (
        <p className="level-error">{impact.error.message}</p>
      ) : impact.data === undefined ? (
        <p className="soft">Looking through the stored alerts…</p>
      ) : (
        <Found impact={impact.data} />
      )}
    </section>
  );
}

function Found({ impact }: { impact: Impact }) {
  const { looked, matched, notified, truePositives, entities, severities, examples } = impact;
  const parts = (['critical', 'high', 'medium', 'low'] as const).filter((level) => severities[level] > 0);
  return (
    <div className="stack">
      <p>
        <strong>{plural(matched, 'alert')}</strong> of the newest {count(looked)} would have been suppressed, on{' '}
        {plural(entities, 'entity', 'entities')}; people were told of {count(notified)}.{' '}
        {parts.map((level) => `${count(severities[level])} ${level}`).join(', ')}
      </p>
      {truePositives > 0 && (
        <p className="level-error">
          <strong>{plural(truePositives, 'alert')}</strong> labelled as true positive would have been hidden.
        </p>
      )}
      {examples.length > 0 && (
        <ul className="plain-list small">
          {examples.slice(0, 5).map(({ id, time, title, entity, severity }) => (
            <li key={id} className="row tight rigid">
              <Severity value={severity} />
              <When at={time} />
              <span className="ellipsis">
                {entity}: {title}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
