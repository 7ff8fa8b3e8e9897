import { matches } from '../alerts/index.ts';
import type { SinkConfig } from '../config/index.ts';
import type { Alert } from '../core/index.ts';

/** Names of the sinks an alert is sent to: those without `when`, and those whose `when` it fits. */
export function sinksFor({ detection }: Alert, sinks: readonly SinkConfig[]): readonly string[] {
  return sinks
    .filter(({ when }) => {
      if (when === undefined) return true;
      const { minSeverity, sources, detectors } = when;
      return (
        detection.severity >= minSeverity &&
        (sources === undefined || sources.some((pattern) => matches(pattern, detection.source))) &&
        (detectors === undefined || detectors.some((pattern) => matches(pattern, detection.detector)))
      );
    })
    .map(({ name }) => name);
}
