import { type Alert, formatMicros, stableId } from '../../core/index.ts';
import { levelOf, moment, plural } from '../report/words.ts';

export interface MailOptions {
  readonly from: string;
  readonly to: readonly string[];
  readonly link?: string | undefined;
}

export interface Mail {
  readonly from: string;
  readonly to: string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

const MOST_SUBJECT = 160;

/** Plain text: nothing in it is run, loaded or linked but the dashboard. The most severe alert comes first. */
export function mailOf(alerts: readonly Alert[], { from, to, link }: MailOptions): Mail {
  const sorted = [...alerts].sort((a, b) => b.detection.severity - a.detection.severity);
  const [worst] = sorted as [Alert, ...Alert[]];
  const level = levelOf(worst.detection.severity);
  const more = sorted.length > 1 ? ` and ${plural(sorted.length - 1, 'further alert')}` : '';
  const subject = oneLine(`[vedette] ${level}: ${worst.detection.title} (${worst.detection.entity})`).slice(0, MOST_SUBJECT);
  return {
    ...{ from, to: [...to], subject: `${subject}${more}` },
    text: sorted.map((alert) => textOf(alert, link)).join(`\n${'-'.repeat(72)}\n\n`),
    messageId: `<${stableId('mail', ...alerts.map(({ id }) => id))}@${from.slice(from.indexOf('@') + 1)}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Vedette-Alerts': alerts.map(({ id }) => id.replaceAll(/[^\w-]/g, '_')).join(' '),
    },
  };
}

function textOf(alert: Alert, link: string | undefined): string {
  const { detection } = alert;
  const { explanation } = detection;
  const page =
    link === undefined
      ? undefined
      : new URL(`/alerts/${encodeURIComponent(alert.id)}?tenant=${encodeURIComponent(alert.tenant)}`, link).href;
  return [
    oneLine(detection.title),
    '',
    oneLine(explanation.what),
    oneLine(explanation.why),
    '',
    `Severity    ${Math.round(detection.severity)} of 100, ${levelOf(detection.severity)}`,
    `Entity      ${oneLine(detection.entity)}`,
    `Time        ${moment(formatMicros(detection.start))} UTC`,
    `Seen        ${plural(alert.count, 'time')}`,
    ...(detection.techniques.length > 0 ? [`ATT&CK      ${detection.techniques.join(', ')}`] : []),
    `From        ${alert.tenant}, ${oneLine(detection.source)}, ${detection.detector}`,
    `Alert       ${alert.id}`,
    ...(page === undefined ? [] : ['', page]),
    ...(explanation.next.length > 0 ? ['', 'Look at next', ...explanation.next.map((text) => `- ${oneLine(text)}`)] : []),
    '',
  ].join('\n');
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ');
