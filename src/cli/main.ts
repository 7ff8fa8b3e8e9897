#!/usr/bin/env node
import { leadingOptionsBehind } from './leading-options.ts';
import { failWith } from './output.ts';
import { buildProgram } from './program.ts';
import { closeRemotePaths, localWords, storeOutputs } from './remote/index.ts';

// A reader that closes the pipe early (`vedette … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await buildProgram().parseAsync(await localWords(leadingOptionsBehind(process.argv)));
  await storeOutputs();
  await closeRemotePaths();
} catch (error) {
  await closeRemotePaths();
  failWith(error);
}
