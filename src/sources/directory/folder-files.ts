import { type ContentEnd, StoredFile, type StoredKind } from '../files/stored-file.ts';
import { beginAlike, endsAlike, LAST_BYTES } from './copies.ts';
import { isSameFile, type KnownFile, type KnownFiles, keyOf } from './known-files.ts';
import { idOf, type Listed, renamedFirst } from './listing.ts';

/** What is known of a file of the folder, by device and inode. */
export interface FileState {
  /** What was read, or left unread, as it was then; empty until it was. */
  version: string;
  name: string;
  /** In `KnownFiles`. */
  key: string | undefined;
  kind: StoredKind;
  /** First bytes of its content, of a growing one. */
  head: Uint8Array;
  /** Has another name than the one it was first read under, and ends within a line. */
  unfinished: boolean;
  /** Since when it waits for its original to go, in milliseconds of a steady clock. */
  waitsSince: number | undefined;
}

/** The files of the folder as they were last looked at, and which of them hold what was read before. */
export class FolderFiles {
  readonly #known: KnownFiles;
  readonly #pieces: boolean;
  /** By device and inode. */
  readonly #states = new Map<string, FileState>();
  /** The file that holds each known content, by key. */
  #holders = new Map<string, Listed>();
  /** The folder changed while it was looked at: the next look comes at once. */
  changed = false;

  /** `pieces`: see `StoredFile`. */
  constructor(known: KnownFiles, pieces: boolean) {
    this.#known = known;
    this.#pieces = pieces;
  }

  stateOf(file: Listed): FileState | undefined {
    return this.#states.get(idOf(file));
  }

  /** Some file holds this content. */
  holds(key: string): boolean {
    return this.#holders.has(key);
  }

  holdsNow(file: Listed, key: string | undefined): void {
    if (key !== undefined) this.#holders.set(key, file);
  }

  /** Which files are those that were read before, whatever their names are now. Returns how many were cut and written anew. */
  async look(files: readonly Listed[]): Promise<number> {
    this.changed = false;
    let truncations = 0;
    const there = new Set(files.map(idOf));
    for (const id of this.#states.keys()) if (!there.has(id)) this.#states.delete(id);
    this.#holders = new Map();
    let byFile: Map<string, KnownFile[]> | undefined;
    for (const file of files) {
      const id = idOf(file);
      let state = this.#states.get(id);
      if (state === undefined || state.version !== file.version) {
        byFile ??= this.#byFile();
        const stored = await this.#open(file);
        if (stored === undefined) continue;
        try {
          const known = await sameFile(stored, byFile.get(id) ?? []);
          const key = known === undefined ? undefined : keyOf(known.position);
          if (state?.key !== undefined && key === undefined && stored.kind === 'growing') truncations++;
          const head = stored.kind === 'growing' ? ((await stored.contentHead()) ?? stored.head) : new Uint8Array(0);
          const before = state ?? { name: known?.position.input ?? '', unfinished: false, waitsSince: undefined };
          state = { ...before, version: '', kind: stored.kind, key, head };
          this.#states.set(id, state);
        } finally {
          await stored.close();
        }
      }
      if (state.key !== undefined) this.#holders.set(state.key, file);
    }
    this.#known.prune(new Set(this.#holders.keys()));
    return truncations;
  }

  /** Files under another name than before come before the one that has that name now; compressed ones behind all that they may be copies of. */
  ordered(files: readonly Listed[]): readonly Listed[] {
    const grows = (file: Listed) => this.stateOf(file)?.kind === 'growing';
    const growingFirst = [...files.filter(grows), ...files.filter((file) => !grows(file))];
    return renamedFirst(growingFirst, (name) => {
      const position = this.#known.at(name);
      return position === undefined ? undefined : this.#holders.get(keyOf(position));
    });
  }

  /** Whether a file holds what another one holds that is still there: its beginning, or the whole of it. */
  async isCopy(stored: StoredFile, part: 'beginning' | 'whole'): Promise<boolean> {
    const begins = await stored.contentHead();
    if (begins === undefined) return false;
    let end: ContentEnd | undefined;
    for (const holder of this.#holders.values()) {
      const head = this.stateOf(holder)?.head;
      if (head === undefined || !beginAlike(begins, head) || stored.isFile(holder)) continue;
      const original = await this.#open(holder);
      if (original === undefined) continue;
      try {
        end ??= await stored.contentEnd(LAST_BYTES);
        if (await endsAlike(end, original, part)) return true;
      } finally {
        await original.close();
      }
    }
    return false;
  }

  #byFile(): Map<string, KnownFile[]> {
    const byFile = new Map<string, KnownFile[]>();
    for (const known of this.#known.all()) {
      const id = idOf(known.generation);
      const of = byFile.get(id);
      if (of === undefined) byFile.set(id, [known]);
      else of.push(known);
    }
    return byFile;
  }

  /** undefined where it has another name by now or cannot be read: the next look finds it where it is, and its visit tells what is wrong. */
  async #open(file: Listed): Promise<StoredFile | undefined> {
    const stored = await StoredFile.open(file.path, file.name, this.#pieces).catch(() => undefined);
    if (stored === undefined || stored.isFile(file)) return stored;
    await stored.close();
    this.changed = true;
    return undefined;
  }
}

async function sameFile(stored: StoredFile, candidates: readonly KnownFile[]): Promise<KnownFile | undefined> {
  let found: KnownFile | undefined;
  for (const known of candidates)
    if (known.position.offset >= (found?.position.offset ?? 0) && (await isSameFile(stored, known))) found = known;
  return found;
}
