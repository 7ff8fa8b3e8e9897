import { type Alert, type Detection, type EvidenceLine, seededRandom } from '../core/index.ts';
import type { ReportInput } from '../sinks/report/index.ts';

const START = 1_226_262_918_000_000;

/** A detection of a session of three lines; fields can be replaced. */
export function sampleDetection(number: number, changes: Partial<Detection> = {}): Detection {
  const start = START + number * 90_000_000;
  const evidence: EvidenceLine[] = [0, 1, 2].map((i) => ({
    input: 'hdfs_2008-11-09.log',
    line: number * 100 + i + 1,
    offset: (number * 100 + i) * 140,
    length: 139,
    time: start + i * 1_000_000,
  }));
  return {
    id: number.toString(16).padStart(16, '0'),
    detector: 'sequence',
    source: 'hdfs',
    key: `blk_${number}`,
    entity: `blk_${number}`,
    start,
    end: start + 2_000_000,
    score: 12.5 + number,
    pValue: 10 ** (-3 - (number % 4)),
    threshold: 0.001,
    extrapolated: number % 4 > 1,
    severity: 50 + 12 * (number % 4),
    title: 'Block written without its final acknowledgement',
    techniques: [],
    explanation: {
      what: `Session blk_${number} ended after “Receiving block <*> src: <*> dest: <*>”, where writing usually goes on with “PacketResponder <*> terminating”.`,
      why: 'Of 4,855 sessions learnt from, none ended there.',
      harmless: ['The input was cut off while the block was still being written.', 'A data node was restarted on purpose.'],
      next: ['Read the lines of the same block on the other data nodes.', 'Check whether the client reports a failed write.'],
      contributions: [
        {
          subject: 'Receiving block <*> src: <*> dest: <*>',
          observed: '3 and then the end',
          expected: 'followed by PacketResponder',
          share: 0.72,
          seenBefore: 0,
        },
        { subject: 'number of “addStoredBlock” events', observed: '0', expected: '3', share: 0.28, seenBefore: 12 },
      ],
      expectedNext: [
        { event: 'PacketResponder <*> for block <*> terminating', probability: 0.86 },
        { event: 'Received block <*> of size <*> from <*>', probability: 0.13 },
      ],
      evidence,
    },
    evidence,
    lineage: {
      inputs: [{ input: 'hdfs_2008-11-09.log', generation: 'g1', from: 0, to: 15_000, sha256: 'a'.repeat(64) }],
      configHash: 'c'.repeat(64),
      feature: 'session(block)',
      model: 'learnt-from-input',
      modelSha256: 'b'.repeat(64),
      epoch: 0,
      program: 'vedette 0.1.0',
      seed: 1,
    },
    ...changes,
  };
}

export function sampleAlert(number: number, changes: Partial<Alert> = {}, detection: Partial<Detection> = {}): Alert {
  const made = sampleDetection(number, detection);
  return {
    id: `a${made.id.slice(1)}`,
    tenant: 'acme',
    state: 'open',
    group: `g${number % 12}`,
    detection: made,
    count: 1 + (number % 3),
    lastSeen: made.end,
    notified: number < 3,
    ...changes,
  };
}

/** An analysis of `groups` patterns with one finding more in each of the first. */
export function sampleReportInput(groups: number): ReportInput {
  const random = seededRandom(7);
  const alertGroups = Array.from({ length: groups }, (_, i) => ({
    id: `g${i}`,
    alerts: [sampleAlert(i + 1), ...(i < 3 ? [sampleAlert(i + 40), sampleAlert(i + 60)] : [])],
  }));
  const scores = Float64Array.from({ length: 7_940 }, (_, i) => (i % 60 === 0 ? 14 + 6 * random() : -2 * Math.log(1 - random()) + 1));
  return {
    type: 'hdfs',
    timestamp: '2008-11-09',
    tenant: 'acme',
    inputs: [{ input: 'hdfs_2008-11-09.log', bytes: 14_500_000, sha256: 'a'.repeat(64) }],
    format: 'hdfs',
    lines: 104_815,
    deadLetters: 12,
    firstEvent: START,
    lastEvent: START + 86_400_000_000,
    detectors: [
      {
        name: 'sequence',
        summary: 'order and number of events in each session',
        unit: 'session',
        learntFrom: 'input',
        model: 'learnt-from-input',
        modelSha256: 'b'.repeat(64),
        learntRows: 7_940,
        learntStart: START,
        learntEnd: START + 86_400_000_000,
        calibrationSize: 7_940,
        promisedRate: 0.001,
        extrapolated: false,
        threshold: 13.2,
        scored: 7_940,
        flagged: 133,
        observedInterval: [0.01404, 0.01981],
        scores,
      },
      {
        name: 'novelty',
        summary: 'values and events seen for the first time',
        unit: 'line',
        learntFrom: 'input',
        model: 'learnt-from-input',
        modelSha256: 'b'.repeat(64),
        learntRows: 500,
        learntStart: START,
        learntEnd: START + 3_600_000_000,
        calibrationSize: 500,
        promisedRate: 0.0001,
        extrapolated: true,
        threshold: 9,
        scored: 0,
        flagged: 0,
        observedInterval: null,
        scores: new Float64Array(0),
        learning: { have: 500, need: 1_000, readyAt: START + 90_000_000_000 },
      },
    ],
    groups: alertGroups,
    lineTexts: alertGroups.flatMap((group) =>
      group.alerts.flatMap((alert) =>
        alert.detection.evidence.map((line) => ({
          ...line,
          text: `081109 203518 143 INFO dfs.DataNode$DataXceiver: Receiving block ${alert.detection.key} src: /10.250.19.102:54106 dest: /10.250.19.102:50010`,
        })),
      ),
    ),
    templates: Array.from({ length: 12 }, (_, i) => ({
      id: i.toString(16).padStart(16, '0'),
      text: [
        'Receiving block <*> src: <*> dest: <*>',
        'PacketResponder <*> for block <*> terminating',
        'BLOCK* NameSystem.addStoredBlock: blockMap updated: <*> is added to <*> size <*>',
      ][i % 3] as string,
      count: Math.round(30_000 / (i + 1)),
    })),
    series: {
      start: START,
      binMicros: 720_000_000,
      events: Array.from({ length: 120 }, (_, i) => Math.round(600 + 400 * Math.sin(i / 9) + 200 * random())),
    },
    warnings: [],
    program: 'vedette 0.1.0',
  };
}
