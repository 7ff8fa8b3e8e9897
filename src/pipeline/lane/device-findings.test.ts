import { describe, expect, it } from 'vitest';
import { alertOf } from '../../alerts/index.ts';
import { config } from '../../detectors/forecast/config.ts';
import { ForecastDetector } from '../../detectors/forecast/detector.ts';
import { sampleDetection } from '../../testing/report-input.ts';
import { limitFinding } from './device-findings.ts';

describe('a limit that will be crossed', () => {
  it('was last seen when it was told, not when it will be crossed, which the text tells', () => {
    const detector = new ForecastDetector(config.parse({}), () => 0);
    const rows = 150;
    const start = Float64Array.from({ length: rows }, (_, i) => i * 60e6 + 123_457);
    detector.observe({
      ...{ shape: 'series', rows, series: ['host disk.used_ratio'], entities: ['host'], code: new Int32Array(rows) },
      ...{
        value: Float64Array.from({ length: rows }, (_, i) => 0.6 + 0.0021 * i + 1e-5 * (i % 2)),
        start,
        end: start.map((time) => time + 1),
      },
    });
    const [warning] = detector.takeWarnings();
    if (warning === undefined) throw new Error('nothing was told');
    const { detection } = limitFinding({ tenant: 't', source: 's', detector: 'forecast' }, warning, false);
    expect([detection.start, detection.end]).toEqual([warning.at, warning.at]);
    expect(start).toContain(warning.at);
    expect(alertOf('t', { ...sampleDetection(1), ...detection }).lastSeen).toBe(warning.at);
    expect(warning.crossingAt).toBeGreaterThan(warning.at);
    expect(Number.isInteger(warning.crossingAt)).toBe(true);
    expect(detection.explanation.why).toMatch(/the limit is crossed in time, about 1970-01-01T0\d:\d\d:\d\dZ\.$/);
    expect(detection.severity).toBeGreaterThanOrEqual(72);
    expect(limitFinding({ tenant: 't', source: 's', detector: 'forecast' }, warning, true).detection.severity).toBe(24);
  });
});
