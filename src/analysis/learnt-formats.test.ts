import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ANALYSIS } from '../testing/analysis-options.ts';
import { createDetector, readSessions } from '../training/index.ts';
import { type AnalysisOptions, analyzeInputs, type InputAnalysis } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-learnt-formats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = (second: number): string => new Date(Date.UTC(2026, 10, 20, 8) + second * 1000).toISOString().slice(11, 19);

/** Sign-ins with a key; every `others`-th is followed by a command of cron, which the format of sshd does not read. */
function signIns(day: number, count: number, others: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const head = `Nov ${day} ${clock(i * 20)} srv`;
    const pid = 2000 + i;
    lines.push(`${head} sshd[${pid}]: Accepted publickey for ${['alice', 'bob'][i % 2]} from 10.2.0.${i % 5} port ${40_000 + i} ssh2`);
    lines.push(`${head} sshd[${pid}]: pam_unix(sshd:session): session opened for user alice by (uid=0)`);
    lines.push(`${head} sshd[${pid}]: pam_unix(sshd:session): session closed for user alice`);
    if (i % others === 0) lines.push(`${head} CRON[${pid}]: (root) CMD (run-parts /etc/cron.hourly)`);
  }
  return `${lines.join('\n')}\n`;
}

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function analysed(path: string, more: Partial<AnalysisOptions>): Promise<InputAnalysis> {
  const analyses: InputAnalysis[] = [];
  for await (const one of analyzeInputs([path], { ...ANALYSIS, ...more })) analyses.push(one);
  return analyses[0] as InputAnalysis;
}

describe('formats of what is compared', () => {
  it('an input is read by the format of its baseline, whichever is recognised in either alone', async () => {
    const few = put('few.log', signIns(19, 1200, 100));
    const many = put('many.log', signIns(20, 1200, 4));
    // Each alone is recognised as another format.
    expect((await analysed(few, {})).input.format).toBe('openssh');
    expect((await analysed(many, {})).input.format).toBe('syslog');
    for (const [input, baseline, format] of [
      [few, many, 'syslog'],
      [many, few, 'openssh'],
    ] as const) {
      const { input: read, alerts, report } = await analysed(input, { baseline: [baseline] });
      expect(read.format).toBe(format);
      expect(alerts.filter(({ alert }) => alert.detection.severity >= 75)).toEqual([]);
      expect(report.warnings.map(({ code }) => code)).not.toContain('other-format');
    }
  });

  it('says that the baseline is of another kind of log', async () => {
    const json = Array.from({ length: 900 }, (_, i) => `{"time":"2026-11-20T${clock(i)}Z","level":"info","msg":"step ${i % 3} done"}`);
    const baseline = put('app.log', signIns(19, 300, 100));
    const { report } = await analysed(put('app.json', `${json.join('\n')}\n`), { baseline: [baseline] });
    expect(report.warnings.find(({ code }) => code === 'other-format')?.text).toMatch(/read as json, .* learnt from openssh/);
  });

  it('refuses a model of session files for a log, as no line has its event ids', async () => {
    const { batch } = await readSessions([put('sessions.txt', '5 22 9\n5 22 9 9\n'.repeat(50))]);
    const { detector } = await createDetector('sequence', {}, 1);
    const fitted = detector as NonNullable<AnalysisOptions['model']>['detector'];
    const { calibration, rows, from, to } = await fitted.fit(batch);
    const model = { detectorName: 'sequence', detector: fitted, calibration, name: 'm@1', sha256: '', rows, from, to };
    await expect(analysed(put('x.log', signIns(20, 50, 4)), { model })).rejects.toThrow(/m@1 learnt from session files/);
  });
});
