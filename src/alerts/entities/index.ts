export { EntityBook, type EntityLimits, entityId, newEntity } from './book.ts';
export { ratedEntity, weighed, weightOf } from './rated.ts';
export { decayed, evidenceWeight, kindOfEvidence, RISK_LEVELS, rankOfRisk, riskOf } from './risk.ts';
