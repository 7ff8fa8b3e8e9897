// node scripts/bundle.mjs MODULES OUT [ENTRY…]: bundles the entries of a folder of modules, every thread (`*.worker`) and every
// process of tests (`*.process`) among them, what they share in chunks. A process or thread loads its modules anew, which from some
// hundreds of files costs more than most commands do.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build } from 'vite';

/** Packages of many files; others are loaded as they are. */
const PACKAGES = ['commander', 'fastify-type-provider-zod', 'fzstd', 'ipaddr.js', 'tldts', 'tldts-core', 'yaml', 'zod'];

const [modules, out] = process.argv.slice(2, 4).map((path) => resolve(path));
const nameOf = (file) =>
  file
    .replace(/\.[jt]s$/, '')
    .split(sep)
    .join('/');
const runs = readdirSync(modules, { recursive: true }).filter((file) => /\.(worker|process)\.[jt]s$/.test(file));
const extension = runs.some((file) => file.endsWith('.ts')) ? '.ts' : '.js';
const entries = [...process.argv.slice(4), ...runs.map(nameOf)];

/** Files are found beside the module that names them, wherever its code is. */
const placeOfModule = {
  name: 'place-of-module',
  transform: (code, id) =>
    code.includes('import.meta.url') && id.startsWith(modules)
      ? code.replaceAll('import.meta.url', `placeOfModule(${JSON.stringify(`${nameOf(relative(modules, id))}.js`)})`)
      : null,
  renderChunk: (code, { fileName }) =>
    code.replace(/placeOfModule\("([^"]+)"\)/g, (_, name) => {
      const from = relative(dirname(join(out, fileName)), join(out, name))
        .split(sep)
        .join('/');
      return `new URL(${JSON.stringify(from)}, import.meta.url).href`;
    }),
};

rmSync(join(out, 'chunks'), { recursive: true, force: true });
await build({
  configFile: false,
  logLevel: 'error',
  plugins: [placeOfModule],
  ssr: { noExternal: PACKAGES },
  build: {
    ssr: true,
    target: 'node20',
    outDir: out,
    emptyOutDir: false,
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(entries.map((name) => [name, join(modules, name + extension)])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
const licence = (name) => `${name}\n\n${readFileSync(join('node_modules', name, 'LICENSE'), 'utf8').trim()}\n`;
writeFileSync(join(out, 'chunks', 'LICENSES.txt'), PACKAGES.map(licence).join(`\n${'-'.repeat(80)}\n\n`));
