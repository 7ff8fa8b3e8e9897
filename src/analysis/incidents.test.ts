import { describe, expect, it } from 'vitest';
import { rankGroups } from '../alerts/index.ts';
import type { Alert, Detection } from '../core/index.ts';
import { buildReport, renderHtml } from '../sinks/report/index.ts';
import { sampleAlert, sampleReportInput } from '../testing/report-input.ts';
import type { InputAnalysis } from './analyze.ts';
import { withIncidents } from './incidents.ts';

const MINUTE = 60_000_000;
const START = 1_226_262_918_000_000;

/** A finding of its own kind on a host, `minute` minutes after the start. */
function finding(number: number, minute: number, host: string, more: Partial<Detection> = {}): Alert {
  const [start, end] = [START + minute * MINUTE, START + minute * MINUTE + 1];
  return sampleAlert(number, { group: `kind-${number}` }, { title: `kind ${number} on ${host}`, entity: host, start, end, ...more });
}

function analysis(alerts: readonly Alert[]): InputAnalysis {
  const report = { ...sampleReportInput(0), groups: rankGroups(alerts) };
  const input = { name: 'a.log', bytes: 1, sha256: '', generation: '', format: 'hdfs', lines: 1, dead: 0 };
  return { input, report, alerts: alerts.map((alert) => ({ alert, row: new Uint8Array() })) };
}

const SCAN = finding(1, 0, 'web', { techniques: ['T1046'], severity: 60 });
const ENTRY = finding(2, 5, 'web', { techniques: ['T1190'], severity: 80 });
const THEFT = finding(3, 20, 'web', { techniques: ['T1048.003'], severity: 60 });

describe('incidents of an analysis', () => {
  it('show chain, hosts, phases with ATT&CK and times, and lead to each finding', () => {
    const [told] = withIncidents('acme', [analysis([THEFT, SCAN, ENTRY])]);
    const report = buildReport((told as InputAnalysis).report);
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0]).toMatchObject({ hosts: ['web'], tactics: ['initial-access', 'discovery', 'exfiltration'], alerts: 3 });
    expect(
      report.incidents[0]?.phases.map(({ tactic, techniques, steps }) => [tactic, techniques, steps.map(({ alert }) => alert)]),
    ).toEqual([
      ['discovery', ['T1046'], [SCAN.id]],
      ['initial-access', ['T1190'], [ENTRY.id]],
      ['exfiltration', ['T1048.003'], [THEFT.id]],
    ]);
    expect(report.summary.sentences.join(' ')).toContain('Initial access → discovery → exfiltration: web, 3 findings');
    const page = renderHtml(report);
    for (const { id } of [SCAN, ENTRY, THEFT]) {
      expect(page).toContain(`href="#f-${id}"`);
      expect(page).toContain(`id="f-${id}"`);
    }
    expect(page.indexOf('<h2>Incidents')).toBeLessThan(page.indexOf('<h2>Findings'));
  });

  it('join inputs of one time, and name what lies in another input', () => {
    const [first, second] = withIncidents('acme', [analysis([SCAN]), analysis([ENTRY, THEFT])]).map(({ report }) => buildReport(report));
    expect(first?.incidents).toHaveLength(1);
    expect(second?.incidents[0]?.id).toBe(first?.incidents[0]?.id);
    const steps = first?.incidents[0]?.phases.flatMap((phase) => phase.steps.map(({ here }) => here));
    expect(steps).toEqual([true, false, false]);
    expect(renderHtml(first as NonNullable<typeof first>)).toContain('(in another input)');
  });

  it('count no other time as watched: years between two inputs teach nothing', () => {
    const years = 5 * 365 * 24 * 60;
    const later = analysis([finding(4, years, 'db', { severity: 80 }), finding(5, years + 1, 'db')]);
    const alone = withIncidents('acme', [later])[0]?.report.incidents;
    expect(alone).toHaveLength(1);
    expect(withIncidents('acme', [analysis([SCAN]), later])[1]?.report.incidents).toEqual(alone);
  });

  it('of what an analyst expects there are none', () => {
    const expected = [SCAN, ENTRY, THEFT].map(({ group }) => ({ id: group, type: group, host: 'web', reason: 'test' }));
    expect(withIncidents('acme', [analysis([SCAN, ENTRY, THEFT])], expected)[0]?.report.incidents).toEqual([]);
  });
});
