import { z } from 'zod';
import { define, type Source } from '../../core/index.ts';
import { readFiles } from '../files/read.ts';
import { fileLimits } from '../files/settings.ts';

const config = z.strictObject({
  paths: z.array(z.string().min(1)).min(1).describe('EVTX files, folders or globs; gzip, zstd and zip are read too'),
  include: z.array(z.string()).default(['*.evtx', '*.evtx.gz', '*.evtx.zst']).describe('Only files that match one of these globs'),
  ...fileLimits,
});

export default define({
  name: 'evtx',
  summary: 'Reads Windows event log files, one JSON record per event in the layout of Winlogbeat',
  config,
  create: ({ paths, include, batchBytes, maxRecordBytes, readRate }, context): Source =>
    readFiles(paths, {
      include,
      batchBytes,
      maxRecordBytes,
      now: context.now,
      ...(readRate === undefined ? {} : { readRate }),
      onProblem: ({ input, reason }) => context.log.warn(`${input}: ${reason}`),
    }),
});
