import { hostname } from 'node:os';
import { z } from 'zod';
import { byteSize, type ComponentSchema, oneOf, secret } from '../config/index.ts';
import { durationMicros } from '../core/index.ts';

/** Kinds of records that are sent, each to a source of the server's that takes them. */
export const KINDS = ['lines', 'sensor', 'readings', 'packets'] as const;
export type RecordKind = (typeof KINDS)[number];

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const name = () => z.string().regex(NAME, 'it must be 1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit');
const endpoint = () =>
  z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'it must be an address such as https://server:7735')
    .refine(
      (text) => URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '',
      'give the token by tokenFile, not here',
    )
    .optional();

const server = z
  .strictObject({
    logs: endpoint().describe('source `http` of the server, for log lines and records of sensors'),
    metrics: endpoint().describe('source `metrics-http` of the server, for readings'),
    packets: endpoint().describe('source `capture-chunks` of the server, for packets'),
    token: secret().optional().describe('token of these sources; better taken from an environment variable or a file'),
    tokenFile: z.string().min(1).optional().describe('file that holds the token'),
    ca: z.string().min(1).optional().describe('PEM file of the authorities that sign the server; absent = those of the system'),
    timeout: durationMicros().prefault('70s').describe('how long an answer is waited for'),
  })
  .refine((value) => value.token === undefined || value.tokenFile === undefined, 'give token or tokenFile, not both')
  .describe('where to send');

export interface CollectSource {
  readonly type: string;
  readonly name: string;
  readonly records?: RecordKind;
  readonly [option: string]: unknown;
}

export interface CollectConfig {
  readonly name: string;
  readonly server: z.output<typeof server>;
  readonly spool: { readonly path?: string | undefined; readonly maxBytes: number };
  readonly sources: readonly CollectSource[];
}

/** The schema of a collector's file; `components` are the sources that there are. */
export function collectSchema(components: readonly ComponentSchema[]): z.ZodType<CollectConfig> {
  const source = oneOf('source', components, {
    name: name().describe('name of the source; what the server calls the records by'),
    records: z.enum(KINDS).optional().describe('what its records are; absent = what the source usually gives'),
  });
  return z
    .strictObject({
      name: name()
        .prefault(
          hostname()
            .replace(/[^A-Za-z0-9._-]/g, '-')
            .slice(0, 64),
        )
        .describe('name of this host at the server; absent = its own'),
      server,
      spool: z
        .strictObject({
          path: z.string().min(1).optional().describe('folder in which records wait; absent = collect in the home'),
          maxBytes: byteSize()
            .prefault('1GiB')
            .refine((bytes) => bytes >= 16 << 20, 'it must be 16MiB at least')
            .describe('bytes of each source that may wait; beyond, files are read no further and packets are dropped and counted'),
        })
        .prefault({}),
      sources: z
        .array(source)
        .min(1)
        .superRefine((list, context) => {
          const names = list.map((one) => (one as CollectSource).name);
          for (const [i, one] of names.entries()) {
            if (names.indexOf(one) !== i)
              context.addIssue({ code: 'custom', path: [i, 'name'], message: `"${one}" is the name of two sources` });
          }
        })
        .describe('what to collect'),
    })
    .describe('a collector') as unknown as z.ZodType<CollectConfig>;
}
