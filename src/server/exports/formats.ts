/** As JSON with lines and labels, STIX 2.1 bundle, PDF, OCSF finding, Elastic Common Schema. */
export const ALERT_FORMATS = ['json', 'stix', 'pdf', 'ocsf', 'ecs'] as const;
export const INCIDENT_FORMATS = ['json', 'stix', 'pdf', 'ocsf'] as const;
export type AlertFormat = (typeof ALERT_FORMATS)[number];
export type IncidentFormat = (typeof INCIDENT_FORMATS)[number];
