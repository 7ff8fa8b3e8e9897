import { isSystemError, VedetteError } from '../../core/index.ts';
import type { AlertFormat, IncidentFormat, Operations } from '../../server/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openOperations } from './open-operations.ts';
import { writeOutput } from './write-output.ts';

type ExportOptions<F> = CommonOptions & { readonly format: F; readonly out?: string };

export function exportAlert(id: string, options: ExportOptions<AlertFormat>): Promise<void> {
  return exported(options, (operations) => operations.exportAlert(id.replace(/…$/, ''), options.format));
}

export function exportIncident(id: string, options: ExportOptions<IncidentFormat>): Promise<void> {
  return exported(options, (operations) => operations.exportIncident(id.replace(/…$/, ''), options.format));
}

async function exported(options: ExportOptions<string>, make: (operations: Operations) => Promise<Uint8Array>): Promise<void> {
  const operations = await openOperations(options);
  try {
    const bytes = await make(operations);
    const { out } = options;
    if (out === undefined) {
      process.stdout.write(bytes);
      return;
    }
    await writeOutput(out, bytes).catch((cause: unknown) => {
      if (isSystemError(cause) && ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(cause.code ?? '')) throw cause;
      throw new VedetteError('USAGE', `${out} cannot be written: ${isSystemError(cause) ? cause.code : String(cause)}`, {
        hint: 'Name a file in a folder that exists and is writable.',
        cause,
      });
    });
    if (options.output === 'json') printJson({ file: out, format: options.format, bytes: bytes.length });
    else print(`${out}: ${bytes.length} bytes`);
  } finally {
    await operations.close();
  }
}
