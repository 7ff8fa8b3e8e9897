import type { GroupBatch } from '../../core/index.ts';
import { CaptureReader, FlowEvents, FlowMeter } from '../../parsers/packets/index.ts';
import { type FileInput, listInputs, readBytes } from '../../sources/index.ts';
import { splitCaptures } from '../capture/split-captures.ts';
import { analyzeEvents } from '../events/analyze-events.ts';
import { splitEvents } from '../events/split-events.ts';
import type { AnalysisOptions } from '../options.ts';
import { type LearntPairs, learnPairs, UnusualFlows } from './unusual-flows.ts';

/** Learns from the flows of captures and sensor files among the baseline; undefined where they hold too few. */
export async function pairBaseline({
  baseline,
  seed,
  program,
}: Pick<AnalysisOptions, 'baseline' | 'seed' | 'program'>): Promise<LearntPairs | undefined> {
  const { captures, records } = await splitCaptures(await listInputs(baseline));
  const { events } = await splitEvents(records);
  const parts: (GroupBatch | undefined)[] = [];
  for (const capture of captures) parts.push(await windowsOf(capture));
  for (const { input, format } of events) {
    const flows = gathering();
    await analyzeEvents(input, format, { seed, program, onOrdered: (batch) => flows.take(batch) });
    parts.push(flows.windows());
  }
  const names = [...captures, ...events.map(({ input }) => input)].map(({ name }) => name).join(', ');
  return parts.some((part) => part !== undefined) ? learnPairs(parts, { seed, names }) : undefined;
}

async function windowsOf(capture: FileInput): Promise<GroupBatch | undefined> {
  const ended = new FlowEvents();
  const meter = new FlowMeter((flow) => ended.add(flow));
  const flows = gathering();
  const judge = (): void => {
    for (const batch of ended.take('packets', () => capture.name)) flows.take(batch);
  };
  for await (const batch of new CaptureReader({ input: capture.name }).read(readBytes(capture).chunks)) {
    meter.add(batch);
    if (ended.rows >= 4096) judge();
  }
  meter.flush();
  judge();
  return flows.windows();
}

function gathering(): UnusualFlows {
  return new UnusualFlows({ promise: 1, seed: 0, labels: async () => [] });
}
