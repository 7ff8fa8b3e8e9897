export { buildReport, renderJson } from './build.ts';
export { renderHtml } from './html.ts';
export { incidentTitle, isTelling } from './incident-title.ts';
export * from './input.ts';
export { type ReportName, reportName, reportStem } from './name.ts';
export * from './report.ts';
export { levelOf } from './words.ts';
