// `npm run evaluate:all [-- name…]`: the long quality tables of docs/quality/, as JSON and Markdown with the commit they came from.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, checkNode, install, root } from './install.mjs';

checkNode();
install();
if (build() !== 0) process.exit(1);
const folder = resolve(process.env.VEDETTE_DATASETS ?? join(root, '../shared/datasets'));
const dist = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
let commit = 'unknown';
try {
  commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
} catch {}

const { qualityTables } = await dist('training/quality/tables.js');
const { analysisTables } = await dist('analysis/quality.js');
const { captureQuality } = await dist('analysis/capture/quality/capture-quality.js');
const { liveTables } = await dist('cli/quality/index.js');
const tables = { ...(await qualityTables()), ...analysisTables, captures: captureQuality, ...liveTables };
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const out = join(root, 'docs', 'quality');
mkdirSync(out, { recursive: true });
const keptFile = (name) => join(root, '.vedette', 'tables', `${name}-${commit}.json`);
const keptRows = (name) => {
  const file = keptFile(name);
  const rows = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return {
    read: (row) => rows[row],
    write: (row, figures) => {
      rows[row] = figures;
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, JSON.stringify(rows));
    },
  };
};
for (const [name, make] of Object.entries(tables)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const begin = performance.now();
  const { json, markdown } = await make({ folder, commit, log: (line) => console.log(`  ${line}`), kept: keptRows(name) });
  writeFileSync(join(out, `${name}.json`), `${JSON.stringify(json, null, 1)}\n`);
  if (markdown !== undefined) writeFileSync(join(out, `${name}.md`), markdown.endsWith('\n') ? markdown : `${markdown}\n`);
  rmSync(keptFile(name), { force: true });
  console.log(`docs/quality/${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}
process.exit(0);
