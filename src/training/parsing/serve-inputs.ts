import type { MessagePort } from 'node:worker_threads';
import { columnBuffers, failureOf, packEvents } from '../../core/index.ts';
import type { FileInput } from '../../sources/index.ts';
import type { LogInputs, ParsedLines } from './input-parser.ts';
import { BATCHES_AHEAD, type FromParser, type ToParser } from './messages.ts';
import { TemplateChanges } from './template-changes.ts';

/** Gives what `inputs` parses to the other end of `port` (a `ParserThread`), a few batches ahead of whoever takes them; the batches move there. */
export function serveInputs(port: MessagePort, inputs: LogInputs | Promise<LogInputs>): void {
  const changes = new TemplateChanges();
  let room = BATCHES_AHEAD;
  let wake = (): void => {};
  const send = (message: FromParser, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

  const give = ({ format, batch, templates, bytesRead }: ParsedLines): void => {
    const packed = packEvents(batch, true, columnBuffers(batch));
    send({ kind: 'batch', format, batch: packed.batch, changes: changes.since(format, templates), bytesRead }, packed.transfer);
  };

  const parse = async (input: FileInput): Promise<void> => {
    const parsing = (await inputs).parse(input);
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
  };

  const answer = async (message: ToParser): Promise<void> => {
    if (message.kind === 'parse') await parse(message.input);
    else if (message.kind === 'templates') {
      const templates = (await (await inputs).templates()).map(({ id, text, count }) => ({ id, text, count }));
      send({ kind: 'templates', templates });
    } else if (message.kind === 'known') send({ kind: 'known', known: await (await inputs).known() });
    else if (message.kind === 'more') {
      room++;
      wake();
    } else if (message.kind === 'reuse') (await inputs).reuse(message.memory);
  };

  port.on('message', (message: ToParser) => {
    answer(message).catch((error: unknown) => send({ kind: 'failed', failure: failureOf(error) }));
  });
}
