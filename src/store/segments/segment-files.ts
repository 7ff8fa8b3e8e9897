import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER_MODE, syncFolder } from '../disk.ts';
import { frameLength } from './frame.ts';

/** One file of a segment log; `first` is the sequence of its first entry and its name. */
export interface Segment {
  readonly path: string;
  readonly first: number;
  /** Durable, whole entries; what lies behind is torn or was never acknowledged. */
  entries: number;
  bytes: number;
  /** Kept only because an alert needs it; does not count against the limit. */
  held: boolean;
}

const NAME = /^(\d{16})\.seg$/;

export function segmentPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(16, '0')}.seg`);
}

/** Finds the segments of a folder, cuts a torn tail off the last one, and drops what was written but never acknowledged. */
export async function openSegments(folder: string): Promise<Segment[]> {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const firsts = readdirSync(folder)
    .map((name) => NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const [i, first] of firsts.entries()) {
    const path = segmentPath(folder, first);
    const next = firsts[i + 1];
    if (next !== undefined) {
      segments.push({ path, first, entries: next - first, bytes: statSync(path).size, held: false });
      continue;
    }
    const { entries, bytes } = scan(readFileSync(path));
    if (bytes < statSync(path).size) await truncate(path, bytes);
    segments.push({ path, first, entries, bytes, held: false });
  }
  return segments;
}

function scan(buffer: Buffer): { entries: number; bytes: number } {
  let bytes = 0;
  let entries = 0;
  for (let length = frameLength(buffer, 0); length > 0; length = frameLength(buffer, bytes)) {
    bytes += length;
    entries++;
  }
  return { entries, bytes };
}

export async function truncate(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function removeSegments(folder: string, segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) await rm(segment.path, { force: true });
  if (segments.length > 0) await syncFolder(folder);
}
