import type { PipelineStatus } from '../pipeline/index.ts';

/** The pipeline's state in the Prometheus text format. */
export function pipelineMetrics(status: PipelineStatus): string {
  const lines: string[] = [];
  const family = (
    name: string,
    help: string,
    type: 'counter' | 'gauge',
    samples: readonly (readonly [Record<string, string>, number])[],
  ): void => {
    if (samples.length === 0) return;
    lines.push(`# HELP vedette_${name} ${help}`, `# TYPE vedette_${name} ${type}`);
    for (const [labels, value] of samples) {
      const text = Object.entries(labels)
        .map(([key, label]) => `${key}="${escapeLabel(label)}"`)
        .join(',');
      lines.push(`vedette_${name}{${text}} ${Number.isFinite(value) ? value : 'NaN'}`);
    }
  };
  const { tenants } = status;
  const sources = tenants.flatMap((tenant) =>
    tenant.sources.map((source) => ({ labels: { tenant: tenant.tenant, source: source.name }, source })),
  );
  family('up_since_seconds', 'start of the pipeline, seconds since 1970', 'gauge', [[{}, status.startedAt / 1e6]]);
  family(
    'epoch',
    'last committed epoch',
    'gauge',
    tenants.map((one) => [{ tenant: one.tenant }, one.epoch]),
  );
  family(
    'alerts_total',
    'alerts raised',
    'counter',
    tenants.map((one) => [{ tenant: one.tenant }, one.alerts]),
  );
  family(
    'messages_undelivered',
    'messages waiting in the outbox',
    'gauge',
    tenants.map((one) => [{ tenant: one.tenant }, one.undelivered]),
  );
  family(
    'queue_bytes',
    'bytes read and not yet processed',
    'gauge',
    sources.map(({ labels, source }) => [labels, source.queueBytes]),
  );
  family(
    'lag_seconds',
    'wall clock minus watermark',
    'gauge',
    sources.map(({ labels, source }) => [labels, source.lag / 1e6]),
  );
  const counters = sources.flatMap(({ labels, source }) =>
    Object.entries({ ...source.counters, ...source.sourceCounters })
      .filter(([, value]) => typeof value === 'number')
      .map(([counter, value]) => [{ ...labels, counter }, value as number] as const),
  );
  family('source_total', 'counters of each source', 'counter', counters);
  return `${lines.join('\n')}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
