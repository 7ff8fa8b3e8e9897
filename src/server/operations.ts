import type { TenantConfig } from '../config/index.ts';
import {
  canonicalJson,
  type HandledAlert,
  type Incident,
  type LabelEntry,
  type Lineage,
  type Micros,
  stableId,
  type Verdict,
} from '../core/index.ts';
import type {
  AlertQuery,
  AlertWrite,
  HandlingChange,
  Home,
  Page,
  ReportEntry,
  StoredFileList,
  StoredFilesQuery,
  TenantStore,
} from '../store/index.ts';
import { type EntityOperations, entityOperations } from './correlation/entities.ts';
import { type IncidentOperations, incidentOperations } from './correlation/incidents.ts';
import { saveFound } from './correlation/save.ts';
import type { AlertFormat, IncidentFormat } from './exports/formats.ts';

/**
 * What a command may do with the home of a tenant. `localOperations` works on an opened home; `remoteOperations` asks the
 * process that owns it: the same result either way.
 */
export interface Operations {
  listAlerts(query: AlertQuery): Promise<Page<HandledAlert>>;
  /** ALERT_MISSING when there is none; an unambiguous prefix of an id will do. */
  getAlert(id: string): Promise<HandledAlert>;
  /** The bytes of the download; ids as for `getAlert`. */
  exportAlert(id: string, format: AlertFormat): Promise<Uint8Array>;
  exportIncident(id: string, format: IncidentFormat): Promise<Uint8Array>;
  /** With the records of the analyses that the alerts name by their lineage. */
  saveAlerts(alerts: readonly AlertWrite[], report?: ReportEntry, analyses?: readonly AnalysisRecord[]): Promise<void>;
  /** How a one-shot analysis was run, for its replay; undefined when it is no longer kept. */
  analysis(id: string): Promise<AnalysisRecord | undefined>;
  /** `verdict` undefined takes the label back. */
  label(id: string, verdict: Verdict | undefined, note: string): Promise<LabelEntry>;
  changeAlert(id: string, change: HandlingChange): Promise<HandledAlert>;
  noteAlert(id: string, note: string): Promise<HandledAlert>;
  /** Labels in force of a detector, in order. */
  labels(detector: string): Promise<Awaited<ReturnType<TenantStore['labels']['inForce']>>>;
  reports(): Promise<readonly ReportEntry[]>;
  /** Files of stored events on this machine. */
  stored(query: StoredFilesQuery): Promise<StoredFileList>;
  readonly incidents: IncidentOperations;
  readonly entities: EntityOperations;
  /** What the running pipeline says of itself; undefined when none runs. */
  status(): Promise<unknown>;
  close(): Promise<void>;
}

/** Paths and options of a one-shot analysis: what `alerts replay` runs again. */
export interface AnalysisRecord {
  /** `analysisId` of the lineage its alerts carry. */
  readonly id: string;
  readonly paths: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Names the analysis that alerts of this lineage came from. Rules have no model of their own (their lineage names the rule), so all
 * alerts of rules of one analysis share its record.
 */
export function analysisId(lineage: Lineage): string {
  const model = lineage.modelSha256 === '' ? '' : lineage.model;
  return stableId('analysis', lineage.configHash, model, ...lineage.inputs.map(({ input, sha256 }) => `${input} ${sha256}`));
}

export interface LocalOptions {
  readonly by: string;
  readonly now: () => Micros;
  /** Version. */
  readonly program: string;
  /** Called after a label changed, so that running detectors apply it. */
  readonly onLabel?: (tenant: string, detector: string) => Promise<void>;
  /** Incidents that saved alerts made. */
  readonly onIncidents?: (incidents: readonly Incident[]) => void;
  readonly status?: () => Promise<unknown>;
  /** The tenant's configuration, where there is one. */
  readonly configured?: () => Promise<TenantConfig | undefined>;
  /** Whether closing these operations closes the home too. */
  readonly ownsHome: boolean;
}

export async function localOperations(home: Home, tenantId: string, options: LocalOptions): Promise<Operations> {
  const tenant = await home.tenant(tenantId);
  const incidents = incidentOperations(tenant, { by: options.by, now: options.now });
  const resolve = async (id: string): Promise<HandledAlert> => (await import('./alert-id.ts')).resolveAlert(tenant, id);
  return {
    listAlerts: (query) => tenant.alerts.list(query),
    getAlert: resolve,
    async exportAlert(id, format) {
      const { exportedAlert } = await import('./exports/export.ts');
      return exportedAlert(tenant, await resolve(id), format, await options.configured?.());
    },
    async exportIncident(id, format) {
      const { exportedIncident } = await import('./exports/export.ts');
      return exportedIncident(tenant, await incidents.getIncident(id), format, options.program);
    },
    async saveAlerts(alerts, report, analyses = []) {
      const incidents = await saveFound(tenant, alerts, options.now());
      options.onIncidents?.(incidents);
      for (const analysis of analyses)
        await tenant.bytes.write(`analyses/${analysis.id}.json`, new TextEncoder().encode(canonicalJson(analysis)));
      if (report !== undefined) await tenant.journal.saveReport(report);
    },
    async analysis(id) {
      const bytes = await tenant.bytes.read(`analyses/${id}.json`);
      return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as AnalysisRecord);
    },
    async label(id, verdict, note) {
      const alert = await resolve(id);
      const entry = await tenant.labels.append({ alertId: alert.id, verdict, note, by: options.by, at: options.now() });
      await options.onLabel?.(tenantId, alert.detection.detector);
      return entry;
    },
    async changeAlert(id, change) {
      const found = await resolve(id);
      await tenant.alerts.change(found.id, change, options.by, options.now());
      return resolve(found.id);
    },
    async noteAlert(id, note) {
      const found = await resolve(id);
      await tenant.alerts.note(found.id, note, options.by, options.now());
      return resolve(found.id);
    },
    labels: (detector) => tenant.labels.inForce(detector),
    reports: () => tenant.journal.reports(),
    stored: (query) => tenant.events.stored(query),
    incidents,
    entities: entityOperations(tenant, options.now),
    status: async () => options.status?.(),
    async close() {
      if (options.ownsHome) await home.close();
    },
  };
}
