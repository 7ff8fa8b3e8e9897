import { canonicalJson, type Detection, ETHERTYPE_ARP, type EventBatch, type Lineage, sha256Hex } from '../../core/index.ts';
import {
  distinctEpisodes,
  type Episode,
  PacketWindows,
  type PacketWindowsConfig,
  packetDetectionOf,
  packetFindingOf,
  packetWindowsConfig,
} from '../../detectors/packet-windows/index.ts';
import { SensorAlerts } from '../../detectors/sensor-alerts/index.ts';
import {
  CaptureReader,
  FlowEvents,
  FlowMeter,
  type FlowOptions,
  type FlowRecord,
  PacketSignatures,
  remoteControlOf,
  requestsOf,
} from '../../parsers/packets/index.ts';
import { type FileInput, listInputs, readBytes } from '../../sources/index.ts';
import { FlowUseCases } from '../events/flow-use-cases.ts';
import { inOrder } from '../events/in-order.ts';
import { RuleRun } from '../events/rule-run.ts';
import { EventHistogram } from '../histogram.ts';
import { UnusualFlows, type UnusualFlowsOptions, type UnusualFlowsResult } from '../pairs/unusual-flows.ts';
import { FlowTable } from './flow-table.ts';

export interface CaptureAnalysisOptions {
  readonly detector?: Partial<PacketWindowsConfig>;
  readonly flow?: FlowOptions;
  /** Flows kept in the table (default 100,000); all are counted and given to `onFlow`. */
  readonly keepFlows?: number;
  /** The record is reused: copy what is kept. */
  readonly onFlow?: (flow: FlowRecord) => void;
  /** A condition has just become true, in an open window. */
  readonly onFire?: (episode: Episode) => void;
  /** Requests that packets hold, for rules over events. */
  readonly onEvents?: (batch: EventBatch) => void;
  /** 0..1. */
  readonly progress?: (share: number) => void;
  readonly program?: string;
  readonly seed?: number;
  /** Own networks (HOME_NET); private and link-local ones unless told otherwise. */
  readonly homeNetworks?: readonly string[];
  /** How flows unlike ordinary ones are told. */
  readonly unusual?: Partial<UnusualFlowsOptions>;
}

export interface CaptureAnalysis {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly packets: number;
  /** Packets of which the addresses were read (IP or ARP). */
  readonly decoded: number;
  /** Microseconds; NaN without packets. */
  readonly first: number;
  readonly last: number;
  readonly flows: FlowTable;
  readonly detections: readonly Detection[];
  /** Unknown attacks in its flows; they are not among `detections`. */
  readonly unusual: UnusualFlowsResult;
  /** Packets, problems by name, flows, findings. */
  readonly counters: Readonly<Record<string, number>>;
  /** Damage in the stored bytes, in words. */
  readonly problem?: string;
  readonly histogram: EventHistogram;
  readonly lineage: Lineage;
}

/** Finished flows that wait for the use cases. */
const FLOWS_AT_ONCE = 4096;
/** False alarms a window of a source and a destination, where nothing else is asked for. */
const PROMISE = 0.001;

/** One capture in one pass: flows, what the window rules find in packets and the use cases in flows. */
export async function analyzeCapture(path: string | FileInput, options: CaptureAnalysisOptions = {}): Promise<CaptureAnalysis> {
  const input = typeof path === 'string' ? ((await listInputs([path]))[0] as FileInput) : path;
  const config = packetWindowsConfig.parse(options.detector ?? {});
  const episodes: Episode[] = [];
  const detector = new PacketWindows(config, {
    onFire(episode) {
      if (episodes.length < config.maxEpisodes) episodes.push(episode);
      options.onFire?.(episode);
    },
  });
  const flows = new FlowTable(options.keepFlows ?? 100_000);
  const ended = new FlowEvents();
  const { homeNetworks } = options;
  const own = homeNetworks === undefined ? {} : { homeNetworks };
  const useCases = new FlowUseCases({ seed: options.seed ?? 1, ...own }, ['packet-windows']);
  const remote = new RuleRun('remote-control', new SensorAlerts('packets', 0));
  const payloads = new RuleRun('payload-signatures', new SensorAlerts('payloads', 0));
  const signatures = new PacketSignatures();
  const unusual = new UnusualFlows({ promise: PROMISE, seed: options.seed ?? 1, labels: async () => [], ...options.unusual });
  const judge = (): void => {
    // flows that were idle end together, in the order of a table: rhythms are read in that of time
    const batch = inOrder([...ended.take('packets', () => input.name)]);
    if (batch === undefined) return;
    useCases.take(batch);
    unusual.take(batch);
  };
  const meter = new FlowMeter((flow) => {
    flows.add(flow);
    ended.add(flow);
    options.onFlow?.(flow);
  }, options.flow);
  let problem: string | undefined;
  const stream = readBytes(input, {
    onBytes: (stored) => options.progress?.(input.bytes === 0 ? 0 : Math.min(1, stored / input.bytes)),
    onProblem: ({ reason }) => {
      problem = reason;
    },
  });
  const reader = new CaptureReader({ input: input.name });
  const histogram = new EventHistogram();
  let decoded = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  for await (const batch of reader.read(stream.chunks)) {
    detector.take(batch);
    meter.add(batch);
    for (const events of remoteControlOf(batch, 'packets')) remote.take(events);
    for (const events of signatures.take(batch, 'packets')) {
      remote.take(events);
      payloads.take(events);
    }
    for (const requests of requestsOf(batch, 'packets')) {
      useCases.take(requests);
      options.onEvents?.(requests);
    }
    if (ended.rows >= FLOWS_AT_ONCE) judge();
    const times = batch.time.subarray(0, batch.rows);
    histogram.add(times);
    for (let row = 0; row < batch.rows; row++) if (batch.version[row] !== 0 || batch.etherType[row] === ETHERTYPE_ARP) decoded++;
    for (const time of times) {
      if (!(first <= time)) first = time;
      if (!(last >= time)) last = time;
    }
  }
  detector.advance(Number.POSITIVE_INFINITY);
  meter.flush();
  judge();
  const { findings = 0, findings_not_kept: unkept = 0 } = detector.counters();
  const kept = { findings: episodes.length, findings_not_kept: unkept + findings - episodes.length };
  const counters: Record<string, number> = { ...reader.counters(), ...meter.counters(), ...kept };
  const sha256 = stream.digest();
  const lineage: Lineage = {
    inputs: [{ input: input.name, generation: '', from: 0, to: input.bytes, sha256 }],
    configHash: sha256Hex(canonicalJson({ ...config, ...own })).slice(0, 16),
    feature: 'packet-windows',
    model: 'packet-windows rules',
    modelSha256: '',
    epoch: 0,
    program: options.program ?? '',
    seed: options.seed ?? 0,
  };
  return {
    name: input.name,
    bytes: input.bytes,
    sha256,
    packets: counters.packets ?? 0,
    decoded,
    first,
    last,
    flows,
    detections: [
      ...distinctEpisodes(episodes).map((episode) => packetDetectionOf(packetFindingOf(episode), 'packets', lineage)),
      ...useCases.detections('packets', lineage),
      ...remote.detections(input.name, '', 'packets', lineage),
      ...payloads.detections(input.name, '', 'packets', lineage),
    ],
    unusual: await unusual.finish('packets', lineage),
    counters,
    histogram,
    lineage,
    ...(problem === undefined ? {} : { problem }),
  };
}
