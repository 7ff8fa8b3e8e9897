import type { SourceConfig } from '../../config/index.ts';

type Blobs = Readonly<Record<string, Uint8Array>>;

/** A detector of a lane as far as its state goes. */
interface Stateful {
  readonly options: { readonly detector: string };
  /** True when there is state that `snapshot` has not given out. */
  readonly changed: boolean;
  snapshot(): Blobs | Promise<Blobs>;
  restore(blobs: Blobs): void | Promise<void>;
}

interface Owner {
  readonly source: Pick<SourceConfig, 'name'>;
  readonly scorers: readonly unknown[];
  readonly rules: readonly unknown[];
}

/** A lane's state as it is committed: its own blobs as `source/<name>/<blob>`, those of its detectors that changed as `source/<name>/<detector>/<blob>`. */
export async function laneBlobs(lane: Owner, own: Blobs): Promise<Blobs> {
  const blobs: Record<string, Uint8Array> = {};
  const put = (prefix: string, part: Blobs): void => {
    for (const [name, bytes] of Object.entries(part)) blobs[`${prefix}${name}`] = bytes;
  };
  put(prefixOf(lane), own);
  for (const detector of detectorsOf(lane))
    if (detector.changed) put(`${prefixOf(lane)}${detector.options.detector}/`, await detector.snapshot());
  return blobs;
}

/** The lane's own blobs; those of its detectors are given to them. */
export async function restoreLane(lane: Owner, blobs: Blobs): Promise<Blobs> {
  const own = blobsBelow(blobs, prefixOf(lane));
  for (const detector of detectorsOf(lane)) await detector.restore(blobsBelow(own, `${detector.options.detector}/`));
  return own;
}

/** Those whose names begin with the prefix, without it. */
export function blobsBelow(blobs: Blobs, prefix: string): Blobs {
  const below = Object.entries(blobs).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(below.map(([name, bytes]) => [name.slice(prefix.length), bytes]));
}

function prefixOf({ source }: Owner): string {
  return `source/${source.name}/`;
}

function detectorsOf({ scorers, rules }: Owner): readonly Stateful[] {
  return [...scorers, ...rules] as readonly Stateful[];
}
