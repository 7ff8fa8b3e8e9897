import { buildReport, type ReportInput, renderHtml, renderJson, reportStem } from '../sinks/report/index.ts';

/** A report as files: `<name>.html` and `<name>.report.json`. */
export interface RenderedReport {
  readonly name: string;
  readonly html: string;
  readonly json: string;
}

export function renderAnalysis(input: ReportInput): RenderedReport {
  const report = buildReport(input);
  return { name: reportStem(report), html: renderHtml(report), json: renderJson(report) };
}
