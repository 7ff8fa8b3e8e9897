import type { GroupingTable } from '../../parsers/index.ts';
import { markdownTable } from './markdown-table.ts';

/** Grouping accuracy of template mining beside logparser's published figures. */
export function groupingMarkdown(table: GroupingTable, commit: string): string {
  const figure = (value: number): string => value.toFixed(4);
  const rows = table.rows.map((row) => [
    row.system,
    String(row.lines),
    figure(row.accuracy),
    figure(row.published),
    `${row.templates} / ${row.trueTemplates}`,
  ]);
  return [
    '# Template mining: grouping accuracy',
    '',
    `Made by \`npm run evaluate:all\` at commit ${commit}, on the first 2,000 lines of nine loghub systems with the original truth files.`,
    'Grouping accuracy is the share of lines whose group holds exactly the lines of their true event. The rule for counting masked tokens was chosen',
    'among nine on these same samples, so the mean is in-sample; the published figures (logparser, Drain) were tuned per system on them too.',
    '',
    ...markdownTable([
      ['system', 'lines', 'vedette', 'published', 'templates found / true'],
      ...rows,
      ['**mean**', '', figure(table.mean), figure(table.publishedMean), ''],
    ]),
    '',
  ].join('\n');
}
