import { type Alert, formatMicros } from '../../../core/index.ts';
import { count, figure, levelOf, moment, percent, plural, span } from '../../report/words.ts';
import { PdfDocument } from './document.ts';

/** A raw line that an alert was raised for. */
export interface RawLine {
  readonly input: string;
  readonly line: number;
  readonly text: string;
}

const MOST_EVIDENCE = 40;

/** An alert as a page or two: what, why, expected against observed, the lines, where it comes from. */
export async function pdfOfAlert(alert: Alert, lines: readonly RawLine[]): Promise<Buffer> {
  const { detection } = alert;
  const { explanation, lineage } = detection;
  const { default: Kit } = await import('pdfkit');
  const page = new PdfDocument(Kit, detection.title, `vedette alert ${alert.id}`, new Date(dated(detection.start, alert.lastSeen)));
  page.lead(explanation.what);
  page.lead(explanation.why);
  page.fields([
    ['Severity', `${Math.round(detection.severity)} of 100, ${levelOf(detection.severity)}`],
    ['Entity', detection.entity],
    ['User', detection.user ?? ''],
    ['Related', (detection.related ?? []).join(', ')],
    ['Time (UTC)', span(formatMicros(detection.start), formatMicros(detection.end))],
    ['Seen', alert.count === 1 ? 'once' : `${count(alert.count)} times, last ${moment(formatMicros(alert.lastSeen))}`],
    ['State', alert.verdict === undefined ? alert.state : `${alert.state}, ${alert.verdict}`],
    ['Techniques', detection.techniques.join(', ')],
    ['Tenant, source', `${alert.tenant}, ${detection.source}`],
  ]);
  if (explanation.contributions.length > 0) {
    page.heading('Observed against expected');
    page.fields(
      explanation.contributions.map(
        (one) => [percent(one.share), `${one.text ?? one.subject}: ${one.observed}; expected ${one.expected}`] as const,
      ),
    );
  }
  if ((explanation.expectedNext?.length ?? 0) > 0) {
    page.heading('What usually comes there');
    page.fields((explanation.expectedNext ?? []).map(({ event, probability }) => [percent(probability), event] as const));
  }
  if (detection.evidence.length > 0) {
    page.heading(`Evidence: ${plural(detection.evidence.length, 'line')}`);
    const texts = new Map(lines.map((line) => [`${line.input}\n${line.line}`, line.text]));
    page.lines(
      detection.evidence
        .slice(0, MOST_EVIDENCE)
        .map(
          ({ input, line, offset }) => `${input}:${line}  ${texts.get(`${input}\n${line}`) ?? `(byte ${offset}; the text is not kept)`}`,
        ),
    );
  }
  if (explanation.harmless.length > 0) {
    page.heading('Harmless explanations');
    page.bullets(explanation.harmless);
  }
  if (explanation.next.length > 0) {
    page.heading('Look at next');
    page.bullets(explanation.next);
  }
  page.heading('Where it comes from');
  page.fields([
    ['Detector', `${detection.detector}, model ${lineage.model}`],
    ['Score', figure(detection.score)],
    ['p-value', `${figure(detection.pValue)}${detection.extrapolated ? ' (extrapolated beyond the calibration)' : ''}`],
    ['Flagged at', `${figure(detection.threshold)} or below`],
    ['Inputs', lineage.inputs.map(({ input, sha256 }) => `${input} sha256 ${sha256.slice(0, 16)}`).join(', ')],
    ['Configuration', `${lineage.configHash.slice(0, 16)}, ${lineage.program}, seed ${lineage.seed}`],
  ]);
  return page.end();
}

/** Milliseconds of the first time that is known; 1970 when none is. */
export function dated(...times: readonly number[]): number {
  const known = times.find(Number.isFinite);
  return known === undefined ? 0 : Math.floor(known / 1000);
}
