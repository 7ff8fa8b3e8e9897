import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { Gate } from '../../core/index.ts';
import type { DuckRow } from './parquet-files.ts';

/** Every query over stored rows begins here; $1 is the list of files. */
export const FROM = 'FROM read_parquet($1, union_by_name = true)';

/** Queries over the files of a tenant, one after the other. */
export class StoredReader {
  private readonly connection: DuckDBConnection;
  private readonly turn = new Gate(1);
  private readonly queries: Gate;

  /** `queries`: shared by all tenants. */
  constructor(connection: DuckDBConnection, queries: Gate) {
    this.connection = connection;
    this.queries = queries;
  }

  /** `sql` is constant text; $1 the files, the rest in order. */
  async rows(sql: string, files: readonly string[], values: readonly DuckDBValue[]): Promise<readonly DuckRow[]> {
    if (files.length === 0) return [];
    const { LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
    const types = Object.fromEntries([['1', LIST(VARCHAR)]]);
    const bound = Object.fromEntries([listValue([...files]), ...values].map((value, i) => [String(i + 1), value]));
    const reader = await this.turn.run(() => this.queries.run(() => this.connection.runAndReadAll(sql, bound, types)));
    return reader.getRowObjects();
  }
}
