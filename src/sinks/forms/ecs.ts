import { type Alert, formatMicros } from '../../core/index.ts';

/** An alert in the Elastic Common Schema 8 (event.kind: alert); what ECS has no field for stands under `vedette`. */
export function ecsOf(alert: Alert): Record<string, unknown> {
  const { detection } = alert;
  const first = detection.evidence[0];
  const [start, end] = [formatMicros(detection.start), formatMicros(detection.end)];
  return {
    ...(start === '' ? {} : { '@timestamp': start }),
    ecs: { version: '8.11.0' },
    event: {
      id: alert.id,
      kind: 'alert',
      category: ['intrusion_detection'],
      type: ['indicator'],
      provider: 'vedette',
      module: detection.detector,
      dataset: detection.source,
      severity: detection.severity,
      risk_score: detection.severity,
      ...(start === '' ? {} : { start }),
      ...(end === '' ? {} : { end }),
      reason: detection.explanation.why,
    },
    message: detection.explanation.what,
    rule: { name: detection.title, category: detection.detector },
    ...(detection.techniques.length > 0 ? { threat: { technique: { id: detection.techniques } } } : {}),
    ...(first === undefined ? {} : { log: { file: { path: first.input }, offset: first.offset } }),
    organization: { id: alert.tenant },
    vedette: {
      group: alert.group,
      key: detection.key,
      entity: detection.entity,
      count: alert.count,
      score: detection.score,
      p_value: detection.pValue,
      threshold: detection.threshold,
      extrapolated: detection.extrapolated,
      model: detection.lineage.model,
      state: alert.state,
    },
  };
}
