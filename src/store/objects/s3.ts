import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { VedetteError } from '../../core/index.ts';
import { FILE_MODE } from '../disk.ts';
import { type ObjectLocation, objectUrl } from './location.ts';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/**
 * A bucket through the S3 protocol. Credentials, region and endpoint come from where the AWS tools take them: `AWS_ACCESS_KEY_ID`,
 * `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, or `~/.aws`.
 */
export class S3Objects {
  #client: Promise<S3Client> | undefined;

  /** Every object whose key begins with the location's, in order of their keys. */
  async list(location: ObjectLocation): Promise<StoredObject[]> {
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const client = await this.#open();
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#named(location, 'list', () =>
        client.send(
          new ListObjectsV2Command({
            Bucket: location.bucket,
            Prefix: location.key,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) found.push({ key: Key, bytes: Size ?? 0 });
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  /** Writes the object to a file, whose folder is made. */
  async download(location: ObjectLocation, path: string): Promise<void> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.#open();
    await mkdir(dirname(path), { recursive: true });
    await this.#named(location, 'read', async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: location.bucket, Key: location.key }));
      await pipeline(Body as Readable, createWriteStream(path, { mode: FILE_MODE }));
    });
  }

  /** Stores a file, in parts where it is large. */
  async upload(path: string, location: ObjectLocation): Promise<void> {
    const { Upload } = await import('@aws-sdk/lib-storage');
    const client = await this.#open();
    await this.#named(location, 'write', () =>
      new Upload({ client, params: { Bucket: location.bucket, Key: location.key, Body: createReadStream(path) } }).done(),
    );
  }

  async close(): Promise<void> {
    (await this.#client)?.destroy();
    this.#client = undefined;
  }

  #open(): Promise<S3Client> {
    this.#client ??= import('@aws-sdk/client-s3').then(({ S3Client: Client }) => {
      // What the client will want of Node one day is nothing that a user of this version could act on.
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
      return new Client({
        region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1',
        ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      });
    });
    return this.#client;
  }

  /** What went wrong with which object, and what to do; credentials never stand in the message. */
  async #named<T>(location: ObjectLocation, verb: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : 'unknown';
      const missing = name === 'NoSuchKey' || name === 'NoSuchBucket' || name === 'NotFound';
      throw new VedetteError(missing ? 'INPUT_MISSING' : 'INPUT_UNREADABLE', `cannot ${verb} ${objectUrl(location)}: ${name}`, {
        hint: missing
          ? 'Check bucket and key.'
          : 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for servers other than Amazon, AWS_ENDPOINT_URL.',
        cause,
      });
    }
  }
}
