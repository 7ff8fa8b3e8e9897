/**
 * Bytes under '/'-separated keys relative to a root (a disk folder today, a bucket later). Keys are checked: no empty, `.` or
 * `..` part, no NUL, no backslash. A full disk is VedetteError STORE_FULL; the old value is then still there.
 */
export interface ByteStore {
  /** undefined when there is no such key. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Atomic and durable: temporary name, fsync, rename, fsync of the folder. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Every key below the prefix, sorted, with its size. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly bytes: number }[]>;
  /** A key or everything below it; absent is fine. */
  remove(key: string): Promise<void>;
  /** Path for a library that needs a real file; its folder exists afterwards. */
  local(key: string): string;
}
