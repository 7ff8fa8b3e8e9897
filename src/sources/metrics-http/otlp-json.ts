import { MAX_ENTITY_NAME, type Reading, type ReadingType } from '../../core/index.ts';
import { seriesName } from '../live/series-name.ts';

/** `ExportMetricsServiceRequest` of OTLP as its JSON mapping gives it, as far as it is read; all of it comes from outside. */
export interface OtlpRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
    readonly scopeMetrics?: readonly { readonly metrics?: readonly OtlpMetric[] }[];
  }[];
}

export interface OtlpMetric {
  readonly name?: string;
  readonly gauge?: { readonly dataPoints?: readonly DataPoint[] };
  readonly sum?: Summed & { readonly isMonotonic?: boolean };
  readonly histogram?: Summed;
  readonly summary?: { readonly dataPoints?: readonly DataPoint[] };
}

interface Summed {
  readonly aggregationTemporality?: number | string;
  readonly dataPoints?: readonly DataPoint[];
}

interface DataPoint {
  readonly attributes?: readonly Attribute[];
  readonly timeUnixNano?: number | string;
  readonly asDouble?: number | string;
  readonly asInt?: number | string;
  readonly count?: number | string;
  readonly sum?: number;
}

export interface Attribute {
  readonly key?: string;
  readonly value?: {
    readonly stringValue?: string;
    readonly intValue?: number | string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

const MAX_ATTRIBUTES = 64;
const ENTITY_KEYS = ['host.name', 'device.id', 'service.instance.id', 'service.name'];

/** Readings of a request; throws TypeError for what has another shape. Histograms and summaries give their count and sum. */
export function readOtlp(request: OtlpRequest): Reading[] {
  const readings: Reading[] = [];
  for (const { resource, scopeMetrics } of listOf(request.resourceMetrics)) {
    const attributes = textsOf(resource?.attributes);
    const entity = (
      ENTITY_KEYS.map((key) => attributes.find(([name]) => name === key)?.[1]).find((value) => value !== undefined) ?? ''
    ).slice(0, MAX_ENTITY_NAME);
    for (const { metrics } of listOf(scopeMetrics)) for (const metric of listOf(metrics)) readMetric(metric, entity, readings);
  }
  return readings;
}

function readMetric({ name = '', gauge, sum, histogram, summary }: OtlpMetric, entity: string, readings: Reading[]): void {
  if (typeof name !== 'string' || name === '') return;
  const push = (point: DataPoint, value: number, type: ReadingType, suffix = '') => {
    const time = Math.round(Number(point.timeUnixNano) / 1000);
    if (!Number.isFinite(time) || time <= 0 || !Number.isFinite(value)) return;
    readings.push({ time, entity, series: seriesName(name + suffix, textsOf(point.attributes)), value, type });
  };
  for (const point of listOf(gauge?.dataPoints)) push(point, Number(point.asDouble ?? point.asInt), 'gauge');
  for (const point of listOf(sum?.dataPoints)) {
    push(point, Number(point.asDouble ?? point.asInt), sum?.isMonotonic === true ? typeOf(sum.aggregationTemporality) : 'gauge');
  }
  for (const part of [histogram, summary]) {
    for (const point of listOf(part?.dataPoints)) {
      const type = typeOf(part === histogram ? histogram?.aggregationTemporality : 2);
      push(point, Number(point.count), type, '.count');
      if (point.sum !== undefined) push(point, Number(point.sum), type, '.sum');
    }
  }
}

function typeOf(temporality: number | string | undefined): ReadingType {
  return temporality === 1 || temporality === 'AGGREGATION_TEMPORALITY_DELTA' ? 'delta' : 'counter';
}

function textsOf(attributes: readonly Attribute[] | undefined): [string, string][] {
  return listOf(attributes)
    .slice(0, MAX_ATTRIBUTES)
    .flatMap(({ key, value }): [string, string][] => {
      const text = value?.stringValue ?? value?.intValue ?? value?.doubleValue ?? value?.boolValue;
      return typeof key !== 'string' || text === undefined ? [] : [[key, String(text)]];
    });
}

function listOf<T>(list: readonly T[] | undefined): readonly T[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'object' || item === null)) throw new TypeError('a list of it is none');
  return list;
}
