export { EntityBook, type EntityLimits, entityId, newEntity } from './book.ts';
export { ratedEntity, weighed, weightOf } from './rated.ts';
export { decayed, evidenceWeight, kindOfEvidence, OPEN_FLOORS, RISK_LEVELS, riskOf } from './risk.ts';
