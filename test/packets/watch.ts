import type { Detection, Lineage, RuleFinding } from '../../src/core/index.ts';
import { config, type PacketWindowsConfig } from '../../src/detectors/packet-windows/config.ts';
import { detectionOf, findingOf } from '../../src/detectors/packet-windows/detection.ts';
import { PacketWindows } from '../../src/detectors/packet-windows/detector.ts';
import { distinctEpisodes, type Episode } from '../../src/detectors/packet-windows/episodes.ts';
import { CaptureReader } from '../../src/parsers/packets/index.ts';
import { ethernet, type Frame, ipv4, pcap, tcp } from '../../src/testing/packets.ts';

export const T0 = 1_600_000_000_000_000;
export const SECOND = 1_000_000;
const LINEAGE: Lineage = { inputs: [], configHash: '', feature: '', model: '', modelSha256: '', epoch: 0, program: '', seed: 0 };

export interface Watched {
  readonly found: Detection[];
  readonly fired: Episode[];
  /** Everything reported, in order. */
  readonly reports: RuleFinding[];
  readonly names: string[];
  readonly counters: Record<string, number>;
}

export async function watch(
  frames: readonly Frame[],
  options: Partial<PacketWindowsConfig> = {},
  cut = Number.POSITIVE_INFINITY,
): Promise<Watched> {
  const fired: Episode[] = [];
  const episodes: Episode[] = [];
  const onFire = (episode: Episode): void => {
    episodes.push(episode);
    fired.push({ ...episode });
  };
  const detector = new PacketWindows(config.parse({ memory: 16_384, maxKeys: 1024, ...options }), { onFire });
  const reports: RuleFinding[] = [];
  const bytes = pcap(frames);
  const size = Math.min(cut, bytes.length);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
  for await (const batch of new CaptureReader({ input: 'test' }).read(chunks)) reports.push(...detector.take(batch));
  reports.push(...detector.advance(Number.POSITIVE_INFINITY));
  const found = distinctEpisodes(episodes).map((episode) => detectionOf(findingOf(episode), 'test', LINEAGE));
  return {
    found,
    fired,
    reports,
    names: found.map(({ explanation }) => explanation.contributions[0]?.subject ?? ''),
    counters: detector.counters(),
  };
}

export function ip(time: number, from: string, to: string, protocol: number, payload: Uint8Array): Frame {
  return { time: T0 + time, bytes: ethernet(0x0800, ipv4({ from, to, protocol, payload })) };
}
export const syn = (time: number, from: string, to: string, port: number, source = 40_000): Frame =>
  ip(time, from, to, 6, tcp({ from: source, to: port, flags: 2 }));
export const synAck = (time: number, from: string, to: string, port: number, target = 40_000): Frame =>
  ip(time, from, to, 6, tcp({ from: port, to: target, flags: 18 }));
export const many = (count: number, make: (i: number) => Frame): Frame[] => Array.from({ length: count }, (_, i) => make(i));
export const host = (i: number): string => `198.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
