import { isCapture } from '../../parsers/packets/index.ts';
import { type FileInput, headBytes } from '../../sources/index.ts';

/** Captures, told by their magic number whatever they are called, and the rest. */
export async function splitCaptures(inputs: readonly FileInput[]): Promise<{ captures: FileInput[]; records: FileInput[] }> {
  const captures: FileInput[] = [];
  const records: FileInput[] = [];
  for (const input of inputs) ((await startsCapture(input)) ? captures : records).push(input);
  return { captures, records };
}

/** An input that cannot be opened is no capture; whoever reads it says why. */
async function startsCapture(input: FileInput): Promise<boolean> {
  if (input.bytes === 0) return false;
  return headBytes(input, 4).then(isCapture, () => false);
}
