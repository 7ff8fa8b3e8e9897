// `npm run bench [-- --json] [name…]`: one measurement a line, each beside its named baseline of the same run.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, bundle, checkNode, install, root, run } from './install.mjs';

checkNode();
install();
if (build() !== 0) process.exit(1);
const out = join(root, 'dist', 'bench');
const modules = join(out, 'src');
if (run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.bench.json']) !== 0) process.exit(1);
if (bundle(modules, modules) !== 0) process.exit(1);
// Found beside the compiled sources, as in the package.
cpSync(join(root, 'rules'), join(out, 'rules'), { recursive: true });

const args = process.argv.slice(2);
const json = args.includes('--json');
const wanted = args.filter((arg) => !arg.startsWith('-'));
const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
let commit = 'unknown';
try {
  commit = git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '-modified');
} catch {}
const machine = `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.versions.node}`;
const files = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.bench.ts'))
  .sort();
for (const file of files) {
  const name = file.replace('.bench.ts', '');
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const { default: bench } = await import(pathToFileURL(join(out, 'bench', `${name}.bench.js`)).href);
  for (const measurement of await bench()) {
    if (json) console.log(JSON.stringify({ ...measurement, commit, machine }));
    else if ('skipped' in measurement) console.log(`${measurement.name.padEnd(48)} skipped: ${measurement.skipped}`);
    else {
      const ratio = measurement.ratio === undefined ? '' : `  ${measurement.ratio.toFixed(2)}x ${measurement.baseline}`;
      console.log(
        `${measurement.name.padEnd(48)} ${Math.round(measurement.value).toLocaleString('en').padStart(14)} ${measurement.unit}${ratio}`,
      );
    }
  }
}
process.exit(0);
