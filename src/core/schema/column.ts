/**
 * Column types and what holds them in memory:
 * - `time`: whole microseconds since 1970, Float64Array, NaN = absent
 * - `f64`: Float64Array, NaN = absent; `i32`: Int32Array with a null mask; `u64`: BigUint64Array with a null mask; `bool`: Uint8Array (0, 1, 2 = absent)
 * - `dict`: per-batch dictionary codes, Int32Array, -1 = absent
 * - `text`: spans over a byte buffer, start = -1 when absent
 * - `spans`: a ragged list of spans per row (the parameters of a log line)
 * - `ip`: 16 bytes per row (IPv4 as ::ffff:a.b.c.d), all zero = absent
 * - `json`: like `text`, holding one JSON object per row (unmapped fields)
 */
export type ColumnType = 'time' | 'f64' | 'i32' | 'u64' | 'bool' | 'dict' | 'text' | 'spans' | 'ip' | 'json';

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  /** UCUM-like: `us`, `By`, `{packet}`, `1`; absent for names and identifiers. */
  readonly unit?: string;
  /** The Elastic Common Schema field of the same meaning, where there is one. */
  readonly ecs?: string;
}

export type EventKind = 'log' | 'packet' | 'flow' | 'dns' | 'http' | 'tls' | 'host' | 'syscall' | 'metric' | 'signature';

export interface EventSchema {
  readonly kind: EventKind;
  readonly summary: string;
  readonly columns: readonly ColumnSchema[];
}
