import type { PredictedFlow, PredictionPage, PredictionQuery } from '../contract.ts';
import { filterOf } from './flow-query.ts';
import { type PagedFiles, pageOf, unranged } from './page.ts';
import type { DuckRow } from './parquet-files.ts';
import type { Where } from './where.ts';

/** As lanes write them among the attributes of a flow. */
interface Stored {
  readonly detector: string;
  readonly model: string;
  readonly class: string;
  readonly probability?: number;
  readonly pValue: number;
  readonly flagged: boolean;
}

/** What labelled records call their class. */
const LABELS = ['label', 'detailed-label', 'Label'] as const;
const NO_LABEL = /^(-|\(empty\)|needmanuallabel|no label|)$/i;

/** Newest first; of a flow that several models scored, the first that fits the query. */
export function predictionPage(stored: PagedFiles, query: PredictionQuery): Promise<PredictionPage> {
  return pageOf(stored, {
    where: conditionsOf(query),
    ...unranged(query, conditionsOf),
    order: 'newest',
    keys: [
      { sql: 'input', type: 'VARCHAR' },
      { sql: '"offset"', type: 'BIGINT' },
      { sql: 'coalesce(sourcePort, -1)', type: 'INTEGER' },
    ],
    limit: Math.max(1, Math.min(query.limit ?? 100, 1000)),
    selective: true,
    cursor: query.cursor,
    itemOf: (row) => predictedFlow(row, query),
  });
}

function conditionsOf(query: PredictionQuery): Where {
  const { detector, flagged } = query;
  const one = (field: string) => `json_extract_string(attributes, '$.predictions[*].${field}')`;
  return filterOf(query)
    .also(`attributes LIKE '%"predictions":[{%'`)
    .and((p) => `list_contains(${one('detector')}, ${p})`, detector)
    .and((p) => `list_contains(${one('class')}, ${p})`, query.class)
    .and((p) => `list_contains(${one('flagged')}, ${p})`, flagged === undefined ? undefined : String(flagged));
}

function predictedFlow(row: DuckRow, query: PredictionQuery): PredictedFlow {
  const attributes = JSON.parse(String(row.attributes)) as Record<string, unknown> & { readonly predictions: readonly Stored[] };
  const fits = (said: Stored): boolean =>
    (query.detector === undefined || said.detector === query.detector) &&
    (query.class === undefined || said.class === query.class) &&
    (query.flagged === undefined || said.flagged === query.flagged);
  const said = attributes.predictions.find(fits) ?? (attributes.predictions[0] as Stored);
  const number = (name: string) => (row[name] === null || row[name] === undefined ? Number.NaN : Number(row[name]));
  const actual = LABELS.map((name) => attributes[name]).find((label) => typeof label === 'string' && !NO_LABEL.test(label.trim()));
  return {
    source: String(row.source),
    input: String(row.input),
    row: number('line'),
    offset: Number(row.offset),
    time: number('time'),
    sourceAddress: String(row.sourceAddress ?? ''),
    sourcePort: number('sourcePort'),
    destinationAddress: String(row.destinationAddress ?? ''),
    destinationPort: number('destinationPort'),
    detector: said.detector,
    model: said.model,
    predicted: said.class,
    probability: said.probability ?? Number.NaN,
    pValue: said.pValue,
    flagged: said.flagged,
    ...(actual === undefined ? {} : { actual: String(actual) }),
  };
}
