import type { Delivery } from '../../core/index.ts';
import { recordsOf } from './body.ts';
import { readBulk } from './bulk.ts';

/** A request's body, decompressed, and what its sender says of it. */
export interface Received {
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Its sender numbers what it sends, and sends one after the other. */
  readonly delivery?: Delivery;
}

/** What a numbering sender says of a request's records. */
export interface Announced {
  readonly delivery?: Delivery;
  /** Where they come from, below the sender's name. */
  readonly input?: string;
}

/** Records of a body, and what its sender is told once they are durable. */
export interface Taken {
  readonly records: readonly Uint8Array[];
  readonly answer: object;
  /** Where they belong; absent = to their sender's address. */
  readonly input?: string;
  /** Hands them on when their turn comes; absent = at once. */
  readonly queue?: (waiting: Waiting, deliver: (waiting: Waiting) => void) => void;
}

/** Records of one request that are not durable yet. */
export interface Waiting {
  readonly input: string;
  readonly records: readonly Uint8Array[];
  readonly delivery?: Delivery;
  readonly answer: (status: number) => void;
  /** Frees what the records hold; they are held until durable, also when their sender was told to try again. */
  readonly release: () => void;
}

/** What an HTTP source makes of requests; throws `Refused` for a body that is none of its own. */
export interface Intake {
  take(received: Received): Taken;
  /** Reading begins; returns how it ends. */
  begin?(deliver: (waiting: Waiting) => void): () => void;
  counters?(): object;
  /** Content encodings beside gzip, zstd and identity. */
  readonly encodings?: Readonly<Record<string, (body: Uint8Array, maxBytes: number) => Uint8Array>>;
}

/** Log records: NDJSON, JSON arrays, lines, Elasticsearch `_bulk`. */
export const logIntake: Intake = {
  take({ path, contentType, body }) {
    if (!/(^|\/)_bulk$/.test(path)) {
      const records = recordsOf(body, contentType);
      return { records, answer: { accepted: records.length } };
    }
    const { documents, items } = readBulk(body);
    const errors = items.some((item) => Object.values(item).some((result) => result.error !== undefined));
    return { records: documents, answer: { took: 0, errors, items } };
  },
};
