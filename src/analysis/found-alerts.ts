import { alertsOf } from '../alerts/index.ts';
import { type Alert, type Detection, stableId } from '../core/index.ts';

/** An alert of an analysis, with what a label keeps of its row; empty where nothing is kept. */
export interface FoundAlert {
  readonly alert: Alert;
  readonly row: Uint8Array;
}

/**
 * The alerts of one input. Its fingerprint is part of their ids: what another input shows at the same time, of the same host, by the
 * same rule is another finding, and the same input analysed again gives the same ones.
 */
export function foundAlerts(
  tenant: string,
  sha256: string,
  found: readonly { readonly detection: Detection; readonly row?: Uint8Array }[],
): FoundAlert[] {
  const own = found.map(({ detection, row }) => ({ detection: { ...detection, id: stableId(detection.id, sha256) }, row }));
  const rows = new Map(own.map(({ detection, row }) => [detection.id, row]));
  const alerts = alertsOf(
    tenant,
    own.map(({ detection }) => detection),
  );
  return alerts.map((alert) => ({ alert, row: rows.get(alert.detection.id) ?? new Uint8Array() }));
}
