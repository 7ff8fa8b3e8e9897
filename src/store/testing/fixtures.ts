import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, Entity, Incident, LogBatch, RecordBatch } from '../../core/index.ts';
import { DictBuilder } from '../../core/index.ts';
import type { AlertWrite, EpochCommit } from '../contract.ts';

/** Rows of every epoch that the process under kills commits. */
export const EPOCH_ROWS = 200;
/** From the first row of one epoch to that of the next; some lie in two days. */
export const EPOCH_MICROS = 60_000_000;

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'vedette-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Line {
  readonly time: number;
  readonly host: string;
  readonly message: string;
  readonly template: number;
  /** Substrings of the message. */
  readonly parameters: readonly string[];
}

/** A log batch as a parser makes it: texts as spans over one buffer of lines. */
export function logBatch(lines: readonly Line[], source = 'auth', input = 'auth.log', firstLine = 1): LogBatch {
  const bytes = Buffer.from(lines.map((line) => `${line.message}\n`).join(''));
  const rows = lines.length;
  const [start, end, codes] = [new Int32Array(rows), new Int32Array(rows), new Int32Array(rows)];
  const hosts = new DictBuilder();
  const first = new Int32Array(rows + 1);
  const parameterStart: number[] = [];
  const parameterEnd: number[] = [];
  let at = 0;
  for (const [i, { message, host, parameters }] of lines.entries()) {
    start[i] = at;
    end[i] = at + Buffer.byteLength(message);
    codes[i] = hosts.code(host);
    for (const parameter of parameters) {
      const from = bytes.indexOf(parameter, at);
      parameterStart.push(from);
      parameterEnd.push(from + Buffer.byteLength(parameter));
    }
    first[i + 1] = parameterStart.length;
    at = (end[i] as number) + 1;
  }
  const none = { codes: new Int32Array(rows).fill(-1), values: [] };
  return {
    kind: 'log',
    rows,
    source,
    origin: {
      input,
      offset: Float64Array.from(start),
      line: Float64Array.from(lines, (_, i) => firstLine + i),
      length: Int32Array.from(start, (from, i) => (end[i] as number) - from + 1),
    },
    time: Float64Array.from(lines, (line) => line.time),
    host: hosts.finish(codes),
    component: none,
    pid: new Int32Array(rows).fill(-1),
    level: none,
    message: { bytes, start, end },
    template: Int32Array.from(lines, (line) => line.template),
    parameters: { bytes, first, start: Int32Array.from(parameterStart), end: Int32Array.from(parameterEnd) },
  };
}

export const TEMPLATES = ['1111111111111111', '2222222222222222'];
/** 2026-01-02T00:00:00Z in microseconds. */
export const DAY = Date.UTC(2026, 0, 2) * 1000;

export function lines(count: number, from = DAY, stepMicros = 1_000_000): Line[] {
  return Array.from({ length: count }, (_, i) => ({
    time: from + i * stepMicros,
    host: i % 2 === 0 ? 'web-1' : 'web-2',
    message: `Failed password for user${i} from 10.0.0.${i % 250} port ${4000 + i}`,
    template: i % 2,
    parameters: [`user${i}`, `10.0.0.${i % 250}`],
  }));
}

export function alertWrite(
  id: string,
  more: { detector?: string; start?: number; severity?: number; title?: string; epoch?: number; source?: string } = {},
): AlertWrite {
  const start = more.start ?? DAY;
  const detection: Alert['detection'] = {
    id,
    detector: more.detector ?? 'sequence',
    source: more.source ?? 'auth',
    key: `session-${id}`,
    entity: 'web-1',
    start,
    end: start + 1_000_000,
    score: 3,
    pValue: 0.001,
    threshold: 0.001,
    extrapolated: false,
    severity: more.severity ?? 50,
    title: more.title ?? 'unusual session',
    techniques: ['T1110'],
    explanation: { what: 'w', why: 'y', harmless: [], next: [], contributions: [], evidence: [] },
    evidence: [],
    lineage: {
      inputs: [],
      configHash: 'c',
      feature: 'f',
      model: 'm@1',
      modelSha256: '',
      epoch: more.epoch ?? 0,
      program: '0.1.0',
      seed: 1,
    },
  };
  const alert: Alert = { id, tenant: 'acme', state: 'open', group: 'g', detection, count: 1, lastSeen: start, notified: true };
  return { alert, row: new TextEncoder().encode(`row of ${id}`) };
}

export function epochCommit(epoch: number, more: Partial<EpochCommit> = {}): EpochCommit {
  return { epoch, at: epoch, positions: [], alerts: [], outbox: [], checkpoints: {}, counters: {}, ...more };
}

export function recordBatch(text: string, more: Partial<RecordBatch> = {}): RecordBatch {
  return { input: 'udp', generation: 'g', offset: 0, line: 1, bytes: new TextEncoder().encode(text), arrival: 1, last: false, ...more };
}

export function incident(id: string, more: Partial<Incident> = {}): Incident {
  return {
    ...{ id, tenant: 'acme', growing: true, learning: false, start: DAY, lastEvidence: DAY, score: 6, band: 'notify', sentence: id },
    ...{
      hosts: ['web'],
      hostCount: 1,
      users: [],
      detectors: [],
      tactics: [],
      techniques: [],
      types: [],
      evidence: [],
      timeline: [],
      alerts: 1,
      merged: [],
    },
    ...more,
  };
}

export function entity(name: string, weight: number, at: number): Entity {
  return { id: name, name, kind: 'host', firstSeen: at, lastSeen: at, weight, at, alerts: 1, evidence: [] };
}
