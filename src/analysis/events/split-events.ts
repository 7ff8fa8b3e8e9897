import type { FileInput } from '../../sources/index.ts';
import { type EventFormat, eventFormat } from './event-files.ts';

/** A file of events with its format. */
export interface EventFile {
  readonly input: FileInput;
  readonly format: EventFormat;
}

/** Files of flows and sensor events, told by their first lines whatever they are called, and the rest. */
export async function splitEvents(inputs: readonly FileInput[]): Promise<{ events: EventFile[]; records: FileInput[] }> {
  const events: EventFile[] = [];
  const records: FileInput[] = [];
  for (const input of inputs) {
    const format = await eventFormat(input);
    if (format === undefined) records.push(input);
    else events.push({ input, format });
  }
  return { events, records };
}
