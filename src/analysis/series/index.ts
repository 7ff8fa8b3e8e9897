export { seriesReports } from './series-report.ts';
export { splitSeries } from './split-series.ts';
