import type { Position } from '../../core/index.ts';
import { type Fingerprint, parseFingerprint } from '../files/fingerprint.ts';
import { type Generation, hashOf, parseGeneration } from '../files/generation.ts';
import type { StoredFile } from '../files/stored-file.ts';

/** How far one content was read. */
export interface KnownFile {
  readonly position: Position;
  readonly generation: Generation;
  readonly content: Fingerprint | undefined;
}

/** Names that no file of the folder has: hidden ones are left out. */
const KEPT_PREFIX = '.moved/';
const MOST_KEPT = 64;
/** Contents that no file holds any more. */
const MOST_KNOWN = 16_384;

/**
 * Contents that were read, and which of them the committed positions tell of. A position belongs to a name, so before a name is taken over by another
 * content, the position of the one before is kept under a name of its own until a file with that content shows up.
 */
export class KnownFiles {
  /** By `keyOf`. */
  readonly #known = new Map<string, KnownFile>();
  /** As they are committed, by name. */
  readonly #rows = new Map<string, Position>();
  /** Generation of the file that a content was found in since: copied or compressed. */
  readonly #successors = new Map<string, string>();
  #nextKept = 0;

  restore(positions: readonly Position[]): void {
    for (const position of positions) {
      this.#rows.set(position.input, position);
      const before = this.#known.get(keyOf(position));
      if (before === undefined || position.offset >= before.position.offset) this.#remember(position);
    }
  }

  get(key: string): KnownFile | undefined {
    return this.#known.get(key);
  }

  /** A generation of its own for a content that is new: an inode is used again, and files may begin alike. */
  newGeneration(of: string): string {
    let generation = of;
    for (let i = 2; this.#known.has(generation); i++) generation = `${of}:${i}`;
    return generation;
  }

  at(name: string): Position | undefined {
    return this.#rows.get(name);
  }

  all(): Iterable<KnownFile> {
    return this.#known.values();
  }

  entries(): Iterable<[key: string, file: KnownFile]> {
    return this.#known;
  }

  /** Called with each position that is given out. */
  reached(position: Position): void {
    this.#rows.set(position.input, position);
    this.#remember(position);
  }

  /** The content of `key` goes on in a file with another generation. */
  succeeds(key: string, generation: string): void {
    const known = this.#known.get(key);
    if (known === undefined || known.position.generation === generation) return;
    this.#successors.set(known.position.generation, generation);
    this.#known.delete(key);
    if (this.#successors.size > MOST_KNOWN) this.#successors.delete(this.#successors.keys().next().value as string);
  }

  /** What has to be committed before `name` is taken over by `generation`; undefined where nothing would be forgotten. */
  keptBefore(name: string, generation: string): Position | undefined {
    const before = this.#rows.get(name);
    if (before === undefined || before.generation === generation || before.offset === 0 || this.#isSafe(name, before)) return undefined;
    return { ...before, input: this.#freeSlot(memberOf(before)) };
  }

  /** Forgets the longest unread of those that `isThere` does not name. */
  prune(isThere: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MOST_KNOWN) return;
      if (!isThere.has(key)) this.#known.delete(key);
    }
  }

  /** Positions of the members of an archive, under the name that it has now. */
  membersOf(file: StoredFile): Position[] {
    const found: Position[] = [];
    for (const { position, generation } of this.#known.values()) {
      const member = memberOf(position);
      if (member === '' || !file.begins(generation)) continue;
      found.push({ ...position, input: `${file.name}${member}`, generation: file.generation });
    }
    return found;
  }

  #remember(position: Position): void {
    const generation = parseGeneration(position.generation);
    if (generation === undefined) return;
    const key = keyOf(position);
    this.#known.delete(key);
    this.#known.set(key, { position, generation, content: parseFingerprint(position.content) });
  }

  #isSafe(name: string, before: Position): boolean {
    const wanted = new Set([before.generation]);
    for (let next = this.#successors.get(before.generation); next !== undefined && !wanted.has(next); next = this.#successors.get(next))
      wanted.add(next);
    for (const [other, row] of this.#rows) if (other !== name && wanted.has(row.generation) && row.offset >= before.offset) return true;
    return false;
  }

  /** One that is not needed any more, else the one that was taken longest ago. */
  #freeSlot(member: string): string {
    for (let i = 0; i < MOST_KEPT; i++) {
      const slot = `${KEPT_PREFIX}${i}${member}`;
      const row = this.#rows.get(slot);
      if (row === undefined || this.#isSafe(slot, row)) return slot;
    }
    return `${KEPT_PREFIX}${this.#nextKept++ % MOST_KEPT}${member}`;
  }
}

/** In place of the fingerprint: a member of an archive. */
export const MEMBER = 'member';

/** `!` and the name of a member; empty for a file that is no archive. Positions of older versions do not say which it is. */
function memberOf({ input, content }: Position): string {
  const mark = content === undefined || content === MEMBER ? input.indexOf('!') : -1;
  return mark === -1 ? '' : input.slice(mark);
}

/** Members of one archive have its generation. */
export function keyOf(position: Position): string {
  return `${position.generation}${memberOf(position)}`;
}

/** The file that was read is this one, whatever its name: it has only grown. */
export async function isSameFile(file: StoredFile, { position, generation, content }: KnownFile): Promise<boolean> {
  if (!file.isFile(generation) || !file.begins(generation)) return false;
  if (file.kind !== 'growing') return true;
  if (file.size < position.offset) return false;
  return content === undefined || ((await file.contentBegins(content, false)) && (await endsSo(file, position.offset, content)));
}

/** The file holds all of what was read: it is a copy, compressed or not, or was made of it. */
export async function holdsContent(file: StoredFile, { position, generation, content }: KnownFile): Promise<boolean> {
  if (position.offset === 0 || memberOf(position) !== '') return false;
  const stored = file.kind !== 'growing' && file.begins(generation);
  const begins = content === undefined ? await file.contentBegins(generation, true) : await file.contentBegins(content, false);
  if (!begins && !stored) return false;
  if (content === undefined || content.tailBytes === 0) return file.kind !== 'growing' || file.size >= position.offset;
  return endsSo(file, position.offset, content);
}

async function endsSo(file: StoredFile, offset: number, { tailBytes, tailHash }: Fingerprint): Promise<boolean> {
  if (tailBytes === 0) return true;
  const tail = await file.contentBefore(offset, tailBytes).catch(() => undefined);
  return tail !== undefined && hashOf(tail) === tailHash;
}
