import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, packEvents, VedetteError } from '../../core/index.ts';
import type { FileInput } from '../../sources/index.ts';
import { InputParser, type ParsedLines, type ParsingOptions } from './input-parser.ts';
import { BATCHES_AHEAD, type FromParser, type ToParser } from './messages.ts';
import { TemplateChanges } from './template-changes.ts';

const port = parentPort;
if (port === null) throw new VedetteError('INTERNAL', 'the parser runs only as a worker thread');

const parser = new InputParser(workerData as ParsingOptions);
const changes = new TemplateChanges();
let room = BATCHES_AHEAD;
let wake = (): void => {};

const send = (message: FromParser, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

async function parse(input: FileInput): Promise<void> {
  const parsing = parser.parse(input);
  for (;;) {
    const next = await parsing.next();
    if (next.done === true) {
      send({ kind: 'summary', summary: next.value });
      return;
    }
    while (room === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    room--;
    give(next.value);
  }
}

function give({ format, batch, templates, bytesRead }: ParsedLines): void {
  const packed = packEvents(batch, true);
  send({ kind: 'batch', format, batch: packed.batch, changes: changes.since(format, templates), bytesRead }, packed.transfer);
}

async function answer(message: ToParser): Promise<void> {
  if (message.kind === 'parse') await parse(message.input);
  else if (message.kind === 'templates') {
    const templates = (await parser.templates()).map(({ id, text, count }) => ({ id, text, count }));
    send({ kind: 'templates', templates });
  } else {
    room++;
    wake();
  }
}

port.on('message', (message: ToParser) => {
  answer(message).catch((error: unknown) => send({ kind: 'failed', failure: failureOf(error) }));
});
