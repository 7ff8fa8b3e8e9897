import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../core/index.ts';
import { ParserThread } from '../../training/index.ts';
import type { LineFindings } from './line-observer.ts';
import type { ObservedInputsOptions, ObservedLogs } from './observed-inputs.ts';

/** `ObservedInputs` in a thread of its own, which has its lines parsed in another one: whoever takes them only makes sessions of them. */
export class ObserverThread extends ParserThread implements ObservedLogs {
  constructor(options: ObservedInputsOptions) {
    super(options.parsing, new Worker(workerUrl(import.meta.url, './observer.worker.ts'), { workerData: options, name: 'line-observer' }));
  }

  async findings(): Promise<LineFindings> {
    const { findings } = (await this.ask({ kind: 'findings' })) as { readonly findings: LineFindings };
    return findings;
  }
}
