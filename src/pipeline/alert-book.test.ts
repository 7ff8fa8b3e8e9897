import { describe, expect, it } from 'vitest';
import type { SinkConfig } from '../config/index.ts';
import { sampleDetection } from '../testing/report-input.ts';
import { AlertBook } from './alert-book.ts';

const ROW = new Uint8Array(1);
const when = (more: object) => ({ minSeverity: 0, ...more });
const SINKS: SinkConfig[] = [
  { type: 'file', name: 'all' },
  { type: 'file', name: 'worst', when: when({ minSeverity: 75 }) },
  { type: 'file', name: 'shop', when: when({ sources: ['shop*'] }) },
  { type: 'file', name: 'rates', when: when({ detectors: ['rate'] }) },
];
const sent = (book: AlertBook) => book.take().outbox.map(({ sink }) => sink);

describe('alert book', () => {
  it('sends alerts where severity, source and detector say', () => {
    const book = new AlertBook('t', 10, SINKS);
    book.add(sampleDetection(1, { severity: 60, source: 'shop-eu', detector: 'sequence', title: 'a' }), ROW, 1, true);
    expect(sent(book)).toEqual(['all', 'shop']);
    book.add(sampleDetection(2, { severity: 90, source: 'auth', detector: 'rate', title: 'b', key: 'k2', entity: 'e2' }), ROW, 1, true);
    expect(sent(book)).toEqual(['all', 'worst', 'rates']);
    book.add(sampleDetection(3, { severity: 90, title: 'c', key: 'k3', entity: 'e3' }), ROW, 1, false);
    expect(sent(book)).toEqual([]);
  });

  it('closes what a rule suppresses, tells nobody, and opens it again when units come that no rule covers', () => {
    const book = new AlertBook('t', 10, SINKS);
    const detection = (number: number, start: number) =>
      sampleDetection(number, { severity: 60, entity: 'scanner', title: 'a', key: `k${number}`, start, end: start });
    book.applyRules([{ id: 'r', reason: 'known', match: { entity: 'scan*' }, expires: 1000 }]);
    expect(book.add(detection(1, 10), ROW, 1, true).alert).toMatchObject({ state: 'closed', suppressedBy: 'r', notified: false });
    const { alerts, outbox } = book.take();
    expect([alerts.length, outbox.length]).toEqual([1, 0]);
    book.restore(book.snapshot());
    book.applyRules([]);
    const again = book.add(detection(2, 20), ROW, 1, true).alert;
    expect(again).toMatchObject({ state: 'open', notified: true, count: 2 });
    expect(again.suppressedBy).toBeUndefined();
  });
});
