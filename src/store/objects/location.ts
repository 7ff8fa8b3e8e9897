import { VedetteError } from '../../core/index.ts';

/** An object, or what lies below a prefix, of a bucket. */
export interface ObjectLocation {
  readonly bucket: string;
  /** Without a leading slash; empty = the whole bucket. */
  readonly key: string;
}

const SCHEME = 's3://';

export function isObjectUrl(path: string): boolean {
  return path.startsWith(SCHEME);
}

export function parseObjectUrl(url: string): ObjectLocation {
  const [bucket = '', ...rest] = url.slice(SCHEME.length).split('/');
  if (isObjectUrl(url) && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return { bucket, key: rest.join('/') };
  throw new VedetteError('USAGE', `${url} names no bucket`, { hint: 'Write s3://bucket/key; bucket names are lower case.' });
}

export function objectUrl({ bucket, key }: ObjectLocation): string {
  return `${SCHEME}${bucket}/${key}`;
}
