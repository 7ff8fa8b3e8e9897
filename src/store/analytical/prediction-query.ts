import type { FlowPrediction } from '../../core/index.ts';
import type { PredictedFlow, PredictionPage, PredictionQuery } from '../contract.ts';
import { filterOf, newestFlows, toFlow } from './flow-query.ts';
import type { PagedFiles } from './page.ts';
import type { DuckRow } from './parquet-files.ts';
import type { Where } from './where.ts';

/** What labelled records call their class. */
const LABELS = ['label', 'detailed-label', 'Label'] as const;
const NO_LABEL = /^(-|\(empty\)|needmanuallabel|no label|)$/i;

/** Newest first; of a flow that several models scored, the first that fits the query. */
export function predictionPage(stored: PagedFiles, query: PredictionQuery): Promise<PredictionPage> {
  return newestFlows(stored, query, conditionsOf, true, (row) => predictedFlow(row, query));
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
  const attributes = JSON.parse(String(row.attributes)) as Record<string, unknown> & { readonly predictions: readonly FlowPrediction[] };
  const fits = (said: FlowPrediction): boolean =>
    (query.detector === undefined || said.detector === query.detector) &&
    (query.class === undefined || said.class === query.class) &&
    (query.flagged === undefined || said.flagged === query.flagged);
  const said = attributes.predictions.find(fits) ?? (attributes.predictions[0] as FlowPrediction);
  const { source, input, offset, time, sourceAddress, sourcePort, destinationAddress, destinationPort } = toFlow(row);
  const actual = LABELS.map((name) => attributes[name]).find((label) => typeof label === 'string' && !NO_LABEL.test(label.trim()));
  return {
    ...{ source, input, offset, time, sourceAddress, sourcePort, destinationAddress, destinationPort },
    row: row.line === null || row.line === undefined ? Number.NaN : Number(row.line),
    detector: said.detector,
    model: said.model,
    predicted: said.class,
    probability: said.probability ?? Number.NaN,
    pValue: said.pValue,
    flagged: said.flagged,
    ...(actual === undefined ? {} : { actual: String(actual) }),
  };
}
