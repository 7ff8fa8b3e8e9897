import { z } from 'zod';
import { type Alert, define, durationMicros, formatMicros, type Sink } from '../../core/index.ts';
import { deliveryFailed } from '../delivery.ts';
import { levelOf, moment, plural } from '../report/words.ts';

const config = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true, description: 'incoming-webhook URL of Slack, Mattermost or another that takes Block Kit messages' }),
  link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of the dashboard; alerts then link to their page'),
  timeout: durationMicros().prefault('10s').describe('time for one request'),
});

/** Block Kit: a section holds 3,000 characters of text, a field 2,000, a header 150. */
const MOST_TEXT = 2_900;
const MOST_FIELD = 1_900;
const MOST_HEADER = 150;
const COLOURS = { critical: '#c92a2a', high: '#e8590c', medium: '#f08c00', low: '#868e96' } as const;

/** One message per alert with header, facts and reason; the address is a secret and is not shown in errors. */
export default define({
  name: 'slack',
  summary: 'alerts as messages of a chat (Slack-style incoming webhook)',
  config,
  create({ endpoint, link, timeout }): Sink {
    const closing = new AbortController();
    const millis = Math.max(1, timeout / 1000);
    return {
      async deliver(alerts) {
        for (const alert of alerts)
          await post(endpoint, slackMessage(alert, link), AbortSignal.any([AbortSignal.timeout(millis), closing.signal]));
      },
      async close() {
        closing.abort();
      },
    };
  },
});

async function post(endpoint: string, message: unknown, signal: AbortSignal): Promise<void> {
  const where = new URL(endpoint).origin;
  let response: Response;
  try {
    response = await fetch(endpoint, {
      ...{ method: 'POST', redirect: 'manual', signal },
      headers: { 'content-type': 'application/json', 'user-agent': 'vedette' },
      body: JSON.stringify(message),
    });
  } catch (cause) {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    throw deliveryFailed(
      'slack',
      where,
      late ? 'did not answer in time' : 'cannot be reached',
      'check the address and that the receiver runs',
      cause,
    );
  }
  await response.body?.cancel();
  if (!response.ok) throw deliveryFailed('slack', where, `answered ${response.status}`, 'check that the webhook still exists in the chat');
}

/** What is posted. Text of alerts is escaped: it mentions nobody, links nowhere and formats nothing. */
export function slackMessage(alert: Alert, link?: string): Record<string, unknown> {
  const { detection } = alert;
  const level = levelOf(detection.severity);
  const facts: readonly (readonly [string, string])[] = [
    ['Severity', `${Math.round(detection.severity)} of 100, ${level}`],
    ['Entity', detection.entity],
    ['Time', `${moment(formatMicros(detection.start))} UTC`],
    ['Seen', plural(alert.count, 'time')],
    ...(detection.techniques.length > 0 ? [['ATT&CK', detection.techniques.join(', ')] as const] : []),
  ];
  const page =
    link === undefined
      ? undefined
      : new URL(`/alerts/${encodeURIComponent(alert.id)}?tenant=${encodeURIComponent(alert.tenant)}`, link).href;
  const footer = [
    `${alert.tenant} · ${detection.source} · ${detection.detector} · ${alert.id}`,
    ...(page === undefined ? [] : [`<${page}|open>`]),
  ];
  return {
    text: cut(`${level}: ${escaped(detection.title)} (${escaped(detection.entity)})`, MOST_TEXT),
    attachments: [
      {
        color: COLOURS[level],
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: cut(visible(detection.title) || 'Alert', MOST_HEADER), emoji: false } },
          { type: 'section', fields: facts.map(([name, value]) => markdown(`*${name}*\n${cut(escaped(value), MOST_FIELD)}`)) },
          { type: 'section', text: markdown(escaped(`${detection.explanation.what}\n${detection.explanation.why}`)) },
          { type: 'context', elements: [markdown(`${escaped(footer[0] as string)}${footer.length > 1 ? ` · ${footer[1]}` : ''}`)] },
        ],
      },
    ],
  };
}

const markdown = (text: string) => ({ type: 'mrkdwn', text: cut(text, MOST_TEXT), verbatim: true });
const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ');

/** `&`, `<` and `>` are Slack's control characters; a zero-width space keeps `*`, `_`, `~` and backticks from formatting. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}]+/gu, (found) => (found === '\n' ? found : ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '\u200b$&');
}

/** Never in the middle of an escape. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/&\w{0,4}$/, '')}…`;
}
