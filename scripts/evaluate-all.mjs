// `npm run evaluate:all [-- name…]`: the long quality tables of docs/quality/, as JSON and Markdown with the commit they came from.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, bundle, checkNode, install, root } from './install.mjs';

checkNode();
install();
if (build() !== 0) process.exit(1);
const modules = join(root, 'dist', 'tables', 'src');
const entries = ['training/quality/tables', 'analysis/quality', 'analysis/capture/quality/capture-quality', 'cli/quality/index'];
if (bundle('src', modules, ...entries) !== 0) process.exit(1);
// Found beside the bundled sources, as in the package.
cpSync(join(root, 'rules'), join(root, 'dist', 'tables', 'rules'), { recursive: true });
const folder = resolve(process.env.VEDETTE_DATASETS ?? join(root, '../shared/datasets'));
const [{ qualityTables }, { analysisTables }, { captureQuality }, { liveTables }] = await Promise.all(
  entries.map((name) => import(pathToFileURL(join(modules, `${name}.js`)).href)),
);
let commit = 'unknown';
try {
  commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
} catch {}

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
