/**
 * URL of a worker's compiled file. Node 20 runs no TypeScript, so from `src/**.ts` (tests) it is the file of the same name
 * under `dist/`; from `dist/**.js` it is the neighbour.
 */
export function workerUrl(importMetaUrl: string, file: string): URL {
  const url = new URL(file.replace(/\.ts$/, '.js'), importMetaUrl);
  if (importMetaUrl.endsWith('.ts')) url.pathname = url.pathname.replace(/\/src\/(?!.*\/src\/)/, '/dist/');
  return url;
}
