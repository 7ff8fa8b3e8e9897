import { dirname } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import type { EventQuery, EventRow, FlowQuery, FlowRow } from '../contract.ts';
import { openDuckDb } from './duckdb.ts';
import { filterOf, toEvent } from './event-query.ts';
import { filterOf as flowFilter, toFlow } from './flow-query.ts';
import type { DuckRow } from './parquet-files.ts';
import type { Where } from './where.ts';

const MEMORY_BYTES = 512 * 1024 ** 2;
const FLOW_END = '"time" + greatest(coalesce(durationMicros, 0), 0)';

/** Which events to read, from files that `EventStore.files` names. */
export interface StoredEventsQuery extends EventQuery {
  /** Most rows read, the newest ones. */
  readonly most: number;
}

/** Which flows to read. */
export interface StoredFlowsQuery extends FlowQuery {
  /** Most rows read, the newest ones. */
  readonly most: number;
  /** What they are ordered by; `end` is when a source that told of them saw them whole. Default `start`. */
  readonly by?: 'start' | 'end';
}

/** Events of committed Parquet files, oldest first, in chunks of rows: for threads that have no store of their own. */
export function readStoredEvents(files: readonly string[], query: StoredEventsQuery): AsyncGenerator<readonly EventRow[]> {
  return storedRows(files, query.most, filterOf(query), toEvent);
}

/** As `readStoredEvents`, of files of flows. */
export function readStoredFlows(files: readonly string[], query: StoredFlowsQuery): AsyncGenerator<readonly FlowRow[]> {
  return storedRows(files, query.most, flowFilter(query), toFlow, query.by === 'end' ? FLOW_END : undefined);
}

async function* storedRows<Row>(
  files: readonly string[],
  most: number,
  { sql: where, values }: Where,
  rowOf: (row: DuckRow) => Row,
  position = '"time"',
): AsyncGenerator<readonly Row[]> {
  const [first] = files;
  if (first === undefined) return;
  const { LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
  const { connection, close } = await openDuckDb({ folder: dirname(dirname(dirname(first))), memoryBytes: MEMORY_BYTES, threads: 1 });
  try {
    const matching = `SELECT * FROM read_parquet($1, union_by_name = true) WHERE ${where}`;
    const newest = `SELECT * FROM (${matching} ORDER BY "time" DESC NULLS FIRST LIMIT ${Math.max(1, Math.floor(most))})`;
    const bound = Object.fromEntries([listValue([...files]), ...values].map((value, i) => [String(i + 1), value]));
    const types = Object.fromEntries([['1', LIST(VARCHAR)]]);
    const result = await connection.stream(`${newest} ORDER BY ${position}, input, "offset"`, bound, types).catch((error: unknown) => {
      throw new VedetteError(
        'INPUT_UNREADABLE',
        `the stored events cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'Retention may have removed them meanwhile; try again.',
          cause: error,
        },
      );
    });
    const names = result.columnNames();
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const columns = names.map((_, i) => chunk?.getColumnValues(i) ?? []);
      yield Array.from({ length: chunk.rowCount }, (_, row) =>
        rowOf(Object.fromEntries(names.map((name, i) => [name, columns[i]?.[row] ?? null]))),
      );
    }
  } finally {
    close();
  }
}
