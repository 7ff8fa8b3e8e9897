import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleAlert, sampleReportInput } from '../../testing/report-input.ts';
import { buildReport, type ReportInput, renderHtml, renderJson, reportName } from './index.ts';

const html = (input: ReportInput) => renderHtml(buildReport(input));

/** Tag names and attribute names of a page, by a scanner that knows quotes; text between tags is ignored. */
function tagsOf(page: string): { tag: string; attributes: string[] }[] {
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '');
  return [...body.matchAll(/<([a-zA-Z!/][^\s>"']*)((?:\s+[^\s=>"']+(?:="[^"]*")?)*)\s*\/?>/g)].map((match) => ({
    tag: (match[1] as string).toLowerCase(),
    attributes: [...(match[2] as string).matchAll(/([^\s=>"']+)(?:="[^"]*")?/g)].map((one) => (one[1] as string).toLowerCase()),
  }));
}

const vocabularyOf = (page: string) =>
  new Set(tagsOf(page).flatMap(({ tag, attributes }) => attributes.map((name) => `${tag} ${name}`).concat(tag)));

describe('report', () => {
  it('is the same bytes again and holds no wall clock or absolute path', () => {
    const first = buildReport(sampleReportInput(4));
    expect(renderJson(buildReport(sampleReportInput(4)))).toBe(renderJson(first));
    expect(renderHtml(buildReport(sampleReportInput(4)))).toBe(renderHtml(first));
    const year = String(new Date().getFullYear());
    expect(renderHtml(first)).not.toContain(`${year}-`);
    expect(renderJson(first)).not.toContain(process.cwd());
  });

  it('shows ten groups before "more" and puts the rest behind it', () => {
    const page = html(sampleReportInput(13));
    const [shown = '', behind = ''] = page.split('3 more patterns');
    expect(shown.match(/class="card group"/g)).toHaveLength(10);
    expect(behind.match(/class="card group"/g)).toHaveLength(3);
    expect(html(sampleReportInput(10))).not.toContain('more pattern');
  });

  it('says in plain words what was found before any statistics', () => {
    const report = buildReport(sampleReportInput(2));
    expect(report.summary.headline).toMatch(/^2 unusual patterns in 104,815 lines: /);
    const unread = (deadLetters: number) => buildReport({ ...sampleReportInput(2), lines: 800, deadLetters }).summary.headline;
    expect(unread(199)).not.toContain('no format');
    expect(unread(200)).toMatch(/^2 unusual patterns in 800 lines: .*; 200 of 1,000 records fit no format and were not looked at$/);
    expect(report.summary.sentences.join(' ')).toMatch(/The detector \w+ flagged \d+ of [\d,]+ \w+; if nothing were wrong, about 8 would/);
    const page = renderHtml(report);
    const block = page.slice(page.indexOf('class="finding"'), page.indexOf('</section>', page.indexOf('class="finding"')));
    expect(block.indexOf('p-value')).toBeGreaterThan(block.indexOf('<summary>Figures and lineage'));
    expect(block.indexOf('Of 4,855 sessions learnt from')).toBeLessThan(block.indexOf('<summary>Figures and lineage'));
  });

  it('says that a quiet input is quiet and that a learning detector has no verdict yet', () => {
    const quiet = sampleReportInput(0);
    expect(buildReport(quiet).summary.headline).toBe('Nothing stands out in 104,815 lines');
    const learning = buildReport({ ...quiet, detectors: quiet.detectors.slice(1) });
    expect(learning.summary.headline).toBe('No verdict yet: the detectors are still learning');
    expect(learning.detectors[0]?.stateText).toBe('still learning: 500 of 1,000 lines, ready at about 2008-11-10 21:35:18 UTC');
  });

  it('warns of learning from itself, extrapolation, records set aside, and keeps the warnings it was given', () => {
    const input = { ...sampleReportInput(1), warnings: [{ code: 'abnormal-throughout', text: 'The whole file looks alike.' }] };
    const codes = buildReport(input).warnings.map((warning) => warning.code);
    expect(codes).toEqual(['abnormal-throughout', 'learnt-from-itself', 'extrapolated', 'still-learning:novelty', 'unparsed']);
    const page = html(input);
    expect(page).toContain('May be abnormal throughout.');
    const model = input.detectors.map((one) => ({ ...one, learntFrom: 'model' as const }));
    expect(buildReport({ ...input, detectors: model }).warnings.map((warning) => warning.code)).not.toContain('learnt-from-itself');
  });

  it('allows nothing but its own style sheet, by hash, and asks nobody for anything', () => {
    const page = html(sampleReportInput(3));
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`);
    expect(page).not.toMatch(/<script|\sstyle=|\son[a-z]+=|\ssrc=|url\(|@import/i);
    expect(page).not.toMatch(/https?:\/\//);
  });

  it('turns markup from log lines, names and titles into text', () => {
    const clean = vocabularyOf(html(sampleReportInput(2)));
    const attacks = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' autofocus onfocus='x",
      '</style><svg onload=x>',
      '`a`',
      '\u202egpj.exe',
      '\u0000\u001b[31m',
    ];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', maxLength: 60 })), (attack) => {
        const page = html(poisoned(attack));
        for (const word of vocabularyOf(page)) expect(clean.has(word) ? word : `unexpected ${word}`).toBe(word);
        expect(/[\p{Cc}\p{Cf}]/u.test(page.replace(/[\n\t]/g, ''))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('shows each line with its number, byte offset and raw text, and says when the text was not kept', () => {
    const input = sampleReportInput(1);
    expect(html(input)).toContain('line 101, byte 14,000');
    expect(html(input)).toContain('Receiving block blk_1 src: /10.250.19.102:54106');
    expect(html({ ...input, lineTexts: [] })).toContain('text not kept; read it at this position');
  });

  it('survives empty, infinite and missing values', () => {
    const input = sampleReportInput(1);
    const odd: ReportInput = {
      ...input,
      lines: 0,
      firstEvent: Number.NaN,
      lastEvent: Number.NaN,
      templates: [],
      detectors: input.detectors.map((one) => ({
        ...one,
        threshold: Number.POSITIVE_INFINITY,
        scores: Float64Array.of(1, 1, Number.NaN, Number.POSITIVE_INFINITY),
      })),
      groups: [
        {
          id: 'g',
          alerts: [sampleAlert(1, { lastSeen: Number.NaN }, { start: Number.NaN, end: Number.NaN, score: Number.POSITIVE_INFINITY })],
        },
      ],
    };
    expect(html(odd)).not.toMatch(/NaN|Infinity|undefined/);
    expect(() => JSON.parse(renderJson(buildReport(odd)))).not.toThrow();
  });

  it('stays small however much there is to tell', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => sampleAlert(i));
    const input: ReportInput = { ...sampleReportInput(1), groups: [{ id: 'g', alerts: many }], lineTexts: [] };
    const report = buildReport(input);
    expect(report.groups[0]?.findings).toHaveLength(300);
    expect(report.groups[0]?.more).toBe(1_700);
    expect(renderHtml(report)).toContain('1,999 more findings');
    const groups = Array.from({ length: 3_000 }, (_, i) => ({ id: `g${i}`, alerts: [sampleAlert(i), sampleAlert(i + 3_000)] }));
    const wide = buildReport({ ...sampleReportInput(1), groups });
    expect([wide.groups.length, wide.moreGroups, wide.summary.findings]).toEqual([100, 2_900, 6_000]);
  });
});

function poisoned(attack: string): ReportInput {
  const input = sampleReportInput(2);
  const alert = sampleAlert(1, {}, { title: attack, entity: attack, key: attack, techniques: [attack] });
  const { explanation } = alert.detection;
  const detection = {
    ...alert.detection,
    explanation: {
      ...explanation,
      what: attack,
      why: attack,
      harmless: [attack],
      next: [attack],
      contributions: explanation.contributions.map((one) => ({ ...one, subject: attack, observed: attack, expected: attack })),
      expectedNext: [{ event: attack, probability: 0.5 }],
    },
  };
  return {
    ...input,
    tenant: attack,
    format: attack,
    inputs: input.inputs.map((one) => ({ ...one, input: attack })),
    groups: [{ id: 'g', alerts: [{ ...alert, detection }] }],
    lineTexts: input.lineTexts.map((line) => ({ ...line, text: attack })),
    templates: input.templates.map((one) => ({ ...one, text: attack })),
    warnings: [{ code: attack, text: attack }],
  };
}

describe('name of a report', () => {
  it('keeps the timestamp of the input character for character, else takes the first event', () => {
    const first = 1_226_262_918_000_000;
    expect(reportName('exports/nginx_2024-05-01.json.gz', 'ecs', first)).toEqual({ type: 'nginx', timestamp: '2024-05-01' });
    expect(reportName('auth_20240501T120000Z.json', 'ecs', first)).toEqual({ type: 'auth', timestamp: '20240501T120000Z' });
    expect(reportName('auth_2024-05-01T12-00-00.123.json', 'ecs', first)).toEqual({ type: 'auth', timestamp: '2024-05-01T12-00-00.123' });
    expect(reportName('linux_1714564800.json', 'ecs', first)).toEqual({ type: 'linux', timestamp: '1714564800' });
    expect(reportName('HDFS_100k.log', 'hdfs', first)).toEqual({ type: 'HDFS_100k', timestamp: '20081109T203518Z' });
    expect(reportName('', 'syslog', Number.NaN)).toEqual({ type: 'syslog', timestamp: 'undated' });
    expect(reportName('../../etc/passwd', 'plain', first).type).toBe('passwd');
  });

  it('is a safe file name for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.double(), (input, first) => {
        const { type, timestamp } = reportName(input, 'plain', first);
        expect(`${type}_${timestamp}`).toMatch(/^[\p{L}\p{N}_+][\p{L}\p{N}._+-]{0,260}$/u);
      }),
    );
  });
});
