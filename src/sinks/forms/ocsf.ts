import type { Alert, AlertState, HandledIncident, Micros, Verdict } from '../../core/index.ts';

/** Open Cybersecurity Schema Framework: version of the classes below. */
const OCSF_VERSION = '1.3.0';
const FINDINGS = 2;
const DETECTION_FINDING = 2004;
const INCIDENT_FINDING = 2005;
const CREATE = 1;
const UPDATE = 2;
const CLOSE = 3;
const SEVERITIES = ['Informational', 'Low', 'Medium', 'High', 'Critical'] as const;
const STATUS = { open: [1, 'New'], acknowledged: [2, 'In Progress'], closed: [4, 'Resolved'] } as const satisfies Record<
  AlertState,
  readonly [number, string]
>;
const SUPPRESSED = [3, 'Suppressed'] as const;
const VERDICTS = {
  'true-positive': [2, 'True Positive'],
  'false-positive': [1, 'False Positive'],
  benign: [5, 'Benign'],
} as const satisfies Record<Verdict, readonly [number, string]>;
/** Analytic types: rules state a condition, everything else learns. */
const RULE = [1, 'Rule'] as const;
const LEARNING = [4, 'Learning (ML/DL)'] as const;
const MOST_EVIDENCES = 50;

/** An alert as an OCSF Detection Finding; what it has no field for stands under `unmapped`. */
export function ocsfDetectionFinding(alert: Alert): Record<string, unknown> {
  const { detection } = alert;
  const { explanation } = detection;
  const [analyticTypeId, analyticType] = detection.lineage.model === 'none' ? RULE : LEARNING;
  return {
    ...classOf(DETECTION_FINDING, 'Detection Finding', alert.state === 'closed' ? CLOSE : CREATE),
    ...severityOf(detection.severity),
    ...statusOf(alert.suppressedBy === undefined ? STATUS[alert.state] : SUPPRESSED),
    ...timesOf(detection.start, alert.lastSeen),
    message: explanation.what,
    count: alert.count,
    is_alert: alert.notified,
    risk_score: Math.round(detection.severity),
    metadata: metadataOf(detection.lineage.program, alert.id, alert.tenant),
    finding_info: {
      uid: alert.id,
      title: detection.title,
      desc: explanation.why,
      types: [detection.detector],
      ...millisField('first_seen_time', detection.start),
      ...millisField('last_seen_time', alert.lastSeen),
      analytic: { name: detection.detector, uid: detection.lineage.model, type_id: analyticTypeId, type: analyticType },
      ...attacksOf(detection.techniques),
      related_events: [],
    },
    observables: [detection.entity, ...(detection.related ?? [])]
      .map(observable)
      .concat(detection.user === undefined ? [] : [userName(detection.user)]),
    evidences: detection.evidence.slice(0, MOST_EVIDENCES).map(({ input, line, offset }) => ({ data: { input, line, offset } })),
    ...(explanation.next.length > 0 ? { remediation: { desc: explanation.next.join(' ') } } : {}),
    ...verdictOf(alert.verdict),
    unmapped: {
      source: detection.source,
      key: detection.key,
      group: alert.group,
      ...finite('score', detection.score),
      p_value: detection.pValue,
      threshold: detection.threshold,
      extrapolated: detection.extrapolated,
      ...(alert.suppressedBy === undefined ? {} : { suppressed_by: alert.suppressedBy }),
    },
  };
}

/** An incident as an OCSF Incident Finding with its evidence as the list of findings. */
export function ocsfIncidentFinding(incident: HandledIncident, program: string): Record<string, unknown> {
  const note = incident.notes.at(-1);
  const activity = incident.state === 'closed' ? CLOSE : incident.state === 'acknowledged' || note !== undefined ? UPDATE : CREATE;
  return {
    ...classOf(INCIDENT_FINDING, 'Incident Finding', activity),
    ...severityOf({ low: 20, notify: 40, high: 60, critical: 90 }[incident.band]),
    ...statusOf(STATUS[incident.state]),
    ...timesOf(incident.start, incident.lastEvidence),
    desc: incident.sentence,
    message: incident.sentence,
    metadata: metadataOf(program, incident.id, incident.tenant),
    ...(incident.assignee === undefined ? { assignee_group: { name: incident.tenant } } : { assignee: userOf(incident.assignee) }),
    ...(note === undefined ? {} : { comment: note.note }),
    ...attacksOf(incident.techniques),
    finding_info_list: incident.evidence.map((one) => ({
      uid: one.alertId,
      title: one.title,
      types: [one.detector],
      ...millisField('first_seen_time', one.time),
      ...attacksOf(one.techniques ?? []),
    })),
    observables: [...incident.hosts.map(observable), ...incident.users.map(userName)],
    unmapped: { score: incident.score, band: incident.band, tactics: incident.tactics, alerts: incident.alerts, merged: incident.merged },
  };
}

function classOf(classUid: number, className: string, activity: number): Record<string, unknown> {
  return {
    category_uid: FINDINGS,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: className,
    activity_id: activity,
    activity_name: ['Unknown', 'Create', 'Update', 'Close'][activity],
    type_uid: classUid * 100 + activity,
  };
}

/** Of 0..100: bounds at 25, 50, 75; 0 is informational. */
function severityOf(severity: number): Record<string, unknown> {
  const step = severity <= 0 ? 0 : 1 + [25, 50, 75].filter((bound) => severity >= bound).length;
  return { severity_id: step + 1, severity: SEVERITIES[step] };
}

const statusOf = ([id, name]: readonly [number, string]) => ({ status_id: id, status: name });
const finite = (key: string, value: number) => (Number.isFinite(value) ? { [key]: value } : {});
const millisField = (key: string, time: Micros) => finite(key, Math.floor(time / 1000));
const userOf = (name: string) => ({ name, type_id: 0 });
const userName = (name: string) => ({ name: 'user', type: 'User Name', type_id: 4, value: name });

/** `time` is required: when nothing says when, it is the beginning of time. */
function timesOf(start: Micros, end: Micros): Record<string, unknown> {
  const first = Number.isFinite(start) ? start : end;
  return {
    time: Number.isFinite(first) ? Math.floor(first / 1000) : 0,
    ...millisField('start_time', start),
    ...millisField('end_time', end),
  };
}

function metadataOf(program: string, uid: string, tenant: string): Record<string, unknown> {
  const version = program.replace(/^\S+\s/, '');
  return { version: OCSF_VERSION, uid, tenant_uid: tenant, product: { name: 'vedette', vendor_name: 'vedette', version } };
}

function attacksOf(techniques: readonly string[]): Record<string, unknown> {
  if (techniques.length === 0) return {};
  const attacks = techniques.map((id) => {
    const [parent = id] = id.split('.');
    return { technique: { uid: parent }, ...(parent === id ? {} : { sub_technique: { uid: id } }) };
  });
  return { attacks };
}

function verdictOf(verdict: Verdict | undefined): Record<string, unknown> {
  if (verdict === undefined) return {};
  const [id, name] = VERDICTS[verdict];
  return { verdict_id: id, verdict: name };
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]+)$/i;

function observable(entity: string): Record<string, unknown> {
  return ADDRESS.test(entity)
    ? { name: 'entity', type: 'IP Address', type_id: 2, value: entity }
    : { name: 'entity', type: 'Hostname', type_id: 1, value: entity };
}
