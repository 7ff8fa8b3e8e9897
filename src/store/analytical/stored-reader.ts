import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { Gate } from '../../core/index.ts';
import type { IoThreads } from './duckdb.ts';
import type { DuckRow } from './parquet-files.ts';

/** Every query over stored rows begins here; $1 is the list of files. */
export const FROM = 'FROM read_parquet($1, union_by_name = true)';

/** Queries over the files of a tenant, as many at once as it has connections. */
export class StoredReader {
  private readonly idle: DuckDBConnection[];
  private readonly turn: Gate;
  private readonly io: Pick<IoThreads, 'queries' | 'searches'>;

  /** `io`: shared by all tenants. */
  constructor(connections: readonly DuckDBConnection[], io: Pick<IoThreads, 'queries' | 'searches'>) {
    this.idle = [...connections];
    this.turn = new Gate(connections.length);
    this.io = io;
  }

  /** `sql` is constant text; $1 the files, the rest in order. `slow`: a search through all text, of which one runs at a time, so that others need not wait for several. */
  async rows(sql: string, files: readonly string[], values: readonly DuckDBValue[], slow = false): Promise<readonly DuckRow[]> {
    if (files.length === 0) return [];
    const { LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
    const types = Object.fromEntries([['1', LIST(VARCHAR)]]);
    const bound = Object.fromEntries([listValue([...files]), ...values].map((value, i) => [String(i + 1), value]));
    const { queries, searches } = this.io;
    const work = () => this.turn.run(() => queries.run(() => this.connected((connection) => connection.runAndReadAll(sql, bound, types))));
    const reader = await (slow ? searches.run(work) : work());
    return reader.getRowObjects();
  }

  private async connected<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = this.idle.pop() as DuckDBConnection;
    try {
      return await work(connection);
    } finally {
      this.idle.push(connection);
    }
  }
}
