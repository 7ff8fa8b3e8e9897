import { z } from 'zod';
import { ALERT_FORMATS, INCIDENT_FORMATS } from '../../exports/formats.ts';
import { idParams } from './common.ts';

export const alertExportParams = idParams.extend({ format: z.enum(ALERT_FORMATS) });
export const incidentExportParams = idParams.extend({ format: z.enum(INCIDENT_FORMATS) });
export const downloadSchema = z.unknown();
