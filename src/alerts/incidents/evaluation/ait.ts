import { isEcho } from '../echo.ts';
import { importAlertCsv } from '../import/csv-alerts.ts';
import type { AlertObservation } from '../observation.ts';

export const AIT_SCENARIOS = ['russellmitchell', 'shaw', 'fox', 'wardbeck'] as const;

export interface LabelledAlert {
  readonly alert: AlertObservation;
  /** Phase of the attack whose time it falls in. */
  readonly phase: string | undefined;
  readonly attack: boolean;
}

/** Phases of the multi-stage attack; exfiltration runs before or after it, on its own. */
const OUTSIDE_CHAIN = new Set(['dnsteal', 'service_stop']);

export function inChain(phase: string): boolean {
  return !OUTSIDE_CHAIN.has(phase);
}

/** Share of ten-minute windows outside the attack in which a type of alert is seen before it counts as background. */
export const BACKGROUND_SHARE = 0.01;

/**
 * AIT-ADS: an alert is attack when its event is labelled, or when it falls in a phase of the attack and its type is not
 * background, that is, seen in at most `backgroundShare` of the ten-minute windows outside the phases.
 */
export function labelledAlerts(text: string, name: string, backgroundShare = BACKGROUND_SHARE): LabelledAlert[] {
  const { alerts, rows, header } = importAlertCsv(text, name);
  const timeLabel = header.indexOf('time_label');
  const eventLabel = header.indexOf('event_label');
  const phases = rows.map((row) => (row[timeLabel] === 'false_positive' ? undefined : row[timeLabel]));
  const background = backgroundTypes(alerts, phases, backgroundShare);
  return alerts.map((alert, i) => ({
    alert,
    phase: phases[i],
    attack: (rows[i] as string[])[eventLabel] !== '-' || (phases[i] !== undefined && !background.has(alert.type) && !isEcho(alert)),
  }));
}

function backgroundTypes(alerts: readonly AlertObservation[], phases: readonly (string | undefined)[], share: number): Set<string> {
  const start = alerts[0]?.time ?? 0;
  const windows = new Map<string, Set<number>>();
  for (const [i, { type, time }] of alerts.entries()) {
    if (phases[i] !== undefined) continue;
    const seen = windows.get(type) ?? new Set();
    windows.set(type, seen.add(windowOf(time, start)));
  }
  const all = windowOf(alerts.at(-1)?.time ?? 0, start) + 1;
  return new Set([...windows].filter(([, seen]) => seen.size / all > share).map(([type]) => type));
}

function windowOf(time: number, start: number): number {
  return Math.floor((time - start) / 600_000_000);
}
