import { expect, it } from 'vitest';
import type { Alert, Incident } from '../../core/index.ts';
import { isPartOf, isShared } from './own-incidents.ts';

const alert = (id: string, entity: string, start: number, title = 'Port scan') =>
  ({ id, detection: { detector: 'use-cases', entity, title, start } }) as unknown as Alert;

it('tells an incident of these alerts from one of another analysis about the same host', () => {
  const evidence = [{ alertId: 'a', detector: 'use-cases', host: 'h', title: 'Port scan', time: 10 }];
  const incident = { start: 10, lastEvidence: 20, evidence, timeline: [] } as unknown as Incident;
  expect(isPartOf(incident, [alert('a', 'h', 10)])).toBe(true);
  // less surprising than the one that is named
  expect(isPartOf(incident, [alert('b', 'h', 15)])).toBe(true);
  expect(isPartOf(incident, [alert('b', 'h', 15, 'Flood')])).toBe(false);
  expect(isPartOf(incident, [alert('b', 'h', 21)])).toBe(false);
  expect(isPartOf(incident, [alert('b', 'other', 15)])).toBe(false);
  expect(isShared(incident, [alert('a', 'h', 10), alert('b', 'h', 15)])).toBe(false);
  expect(isShared(incident, [alert('b', 'h', 15)])).toBe(true);
});
