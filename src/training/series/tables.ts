import type { MakeTable } from '../quality/tables.ts';
import { faultQuality } from './fault-quality.ts';
import { forecastQuality } from './forecast-quality.ts';
import { multivariateQuality } from './multivariate-quality.ts';
import { nabQuality } from './nab-quality.ts';
import { skabQuality } from './skab-quality.ts';

/** Quality tables of series, by the name of their file in docs/quality/. */
export const seriesTables: Readonly<Record<string, MakeTable>> = {
  faults: faultQuality,
  forecasts: forecastQuality,
  multivariate: multivariateQuality,
  nab: nabQuality,
  skab: skabQuality,
};
