// node scripts/bundle-workers.mjs DIST: makes one file of each thread that a log is read in. A thread loads its modules anew, which from
// some hundreds of files costs it as much as parsing 300,000 lines.
import { rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'vite';

const WORKERS = ['training/parsing/parser.worker', 'analysis/observing/observer.worker'];
/** Packages of many files; others are loaded as they are. */
const PACKAGES = ['zod', 'yaml', 'fzstd', 'ipaddr.js'];

const dist = resolve(process.argv[2] ?? 'dist');

/** Files are found beside the module that names them, wherever its code is. */
const placeOfModule = {
  name: 'place-of-module',
  transform: (code, id) =>
    code.includes('import.meta.url') && !id.startsWith('\0')
      ? code.replaceAll('import.meta.url', `placeOfModule(${JSON.stringify(id)})`)
      : null,
  renderChunk: (code, { fileName }) =>
    code.replace(/placeOfModule\("([^"]+)"\)/g, (_, id) => {
      const from = relative(dirname(join(dist, fileName)), id);
      return `new URL(${JSON.stringify(from.replaceAll('\\', '/'))}, import.meta.url).href`;
    }),
};

for (const worker of WORKERS) {
  rmSync(join(dist, worker), { recursive: true, force: true });
  rmSync(join(dist, `${worker}.js.map`), { force: true });
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [placeOfModule],
    ssr: { noExternal: PACKAGES },
    build: {
      ssr: true,
      target: 'node20',
      outDir: dist,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: join(dist, `${worker}.js`),
        output: { entryFileNames: `${worker}.js`, chunkFileNames: `${worker}/[name].js` },
      },
    },
  });
}
