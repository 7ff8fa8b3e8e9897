import type { Position } from '../core/index.ts';

/** The checkpoint that holds how far each input of a source was read; a replay goes on from there. */
export function positionsBlob(source: string): string {
  return `source/${source}/positions`;
}

/** The checkpoint that holds what the alerts of a source need of its segment log. */
export function heldBlob(source: string): string {
  return `source/${source}/held`;
}

export function encodePositions(positions: ReadonlyMap<string, Position>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([...positions.values()]));
}

export function decodePositions(blob: Uint8Array | undefined): readonly Position[] {
  return blob === undefined ? [] : (JSON.parse(new TextDecoder().decode(blob)) as Position[]);
}
