export { ecsOf } from './ecs.ts';
export { ocsfDetectionFinding, ocsfIncidentFinding } from './ocsf.ts';
export { pdfOfAlert } from './pdf/alert.ts';
export { pdfOfIncident } from './pdf/incident.ts';
export { type StixBundle, stixOfAlert, stixOfIncident } from './stix/bundle.ts';
