import { type Alert, formatMicros } from '../../core/index.ts';
import { jsonForm } from '../forms/form.ts';

export const SYSLOG_FORMS = ['rfc5424', 'cef', 'ecs', 'ocsf'] as const;
export type SyslogForm = (typeof SYSLOG_FORMS)[number];

/** Syslog severity of an alert's severity: 75 and above critical (2), 50 error (3), 25 warning (4), else notice (5). */
export function syslogSeverity(severity: number): number {
  if (severity >= 75) return 2;
  if (severity >= 50) return 3;
  return severity >= 25 ? 4 : 5;
}

/** PRINTUSASCII without spaces, at most `most` characters; the nil value where nothing is left. */
function headerField(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}

/** RFC 5424 parameter value: `"`, `\` and `]` are escaped, control characters become spaces. */
function parameter(name: string, value: string | number): string {
  const text = String(value)
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["\\\]]/g, '\\$&');
  return `${name}="${text}"`;
}

export interface SyslogHeader {
  readonly facility: number;
  readonly hostname: string;
  readonly application: string;
  /** Enterprise number of the structured data (RFC 5612 reserves 32473 for documentation). */
  readonly enterprise: number;
}

/** A message of RFC 5424; the text is UTF-8 with its byte-order mark, with `cef` an ArcSight Common Event Format line, else one JSON object. */
export function syslogMessage(alert: Alert, header: SyslogHeader, format: SyslogForm): string {
  const { detection } = alert;
  const priority = header.facility * 8 + syslogSeverity(detection.severity);
  const time = formatMicros(detection.start) || '-';
  const head = `<${priority}>1 ${time} ${headerField(header.hostname, 255)} ${headerField(header.application, 48)} - ${headerField(alert.id, 32)}`;
  if (format === 'ecs' || format === 'ocsf') return `${head} - ${jsonForm(alert, format)}`;
  if (format === 'cef') return `${head} - ${cefLine(alert)}`;
  const data = [
    parameter('id', alert.id),
    parameter('tenant', alert.tenant),
    parameter('detector', detection.detector),
    parameter('entity', detection.entity),
    parameter('severity', detection.severity),
    parameter('score', detection.score),
    parameter('pValue', detection.pValue),
    parameter('count', alert.count),
    parameter('group', alert.group),
  ];
  const text = `${detection.title}: ${detection.explanation.what}`.replace(/\p{Cc}/gu, ' ');
  return `${head} [vedette@${header.enterprise} ${data.join(' ')}] \ufeff${text}`;
}

/** CEF:0|vendor|product|version|class|name|severity 0-10|extension. */
export function cefLine(alert: Alert): string {
  const { detection } = alert;
  const version = detection.lineage.program.replace(/^\S+\s/, '');
  const head = ['vedette', 'vedette', version, detection.detector, detection.title].map(cefHeader).join('|');
  const extension: [string, string | number][] = [
    ['externalId', alert.id],
    ['start', Number.isFinite(detection.start) ? Math.floor(detection.start / 1000) : ''],
    ['end', Number.isFinite(alert.lastSeen) ? Math.floor(alert.lastSeen / 1000) : ''],
    ['cnt', alert.count],
    ['msg', detection.explanation.what],
    ['reason', detection.explanation.why],
    ['cs1Label', 'entity'],
    ['cs1', detection.entity],
    ['cs2Label', 'group'],
    ['cs2', alert.group],
    ['cfp1Label', 'pValue'],
    ['cfp1', detection.pValue],
  ];
  const fields = extension.filter(([, value]) => value !== '').map(([key, value]) => `${key}=${cefValue(String(value))}`);
  return `CEF:0|${head}|${Math.round(detection.severity / 10)}|${fields.join(' ')}`;
}

function cefHeader(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replace(/[\\|]/g, '\\$&');
}

function cefValue(text: string): string {
  return text
    .replace(/[\\=]/g, '\\$&')
    .replace(/\r\n|\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\p{Cc}/gu, ' ');
}
