import { z } from 'zod';
import { define } from '../../core/index.ts';
import { HttpSource, httpConfig } from '../http/index.ts';
import { ChunkIntake } from './intake.ts';

const config = z.strictObject({
  ...httpConfig.shape,
  port: z.number().int().min(0).max(65535).default(7737).describe('Port; 0 takes a free one'),
  chunks: z
    .enum(['captures', 'slices'])
    .default('captures')
    .describe('Whether each chunk is a capture of its own, or a slice of one that begins with chunk 0'),
  gapTimeoutMs: z.number().int().min(0).default(5_000).describe('How long a missing chunk is waited for, in milliseconds'),
});

export default define({
  name: 'capture-chunks',
  summary: 'Receives chunks of captures over HTTP at /capture/<sensor>/<sequence>, puts those of each sensor in order',
  records: ['packets'],
  config,
  create: (settings, context): HttpSource => new HttpSource(settings, context, new ChunkIntake(settings, context.now)),
});
