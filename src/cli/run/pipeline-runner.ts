import type { LoadedConfig } from '../../config/index.ts';
import { Gate, type Logger } from '../../core/index.ts';
import { type Pipeline, startPipeline } from '../../pipeline/index.ts';
import type { Home } from '../../store/index.ts';
import { programVersion } from '../version.ts';

/** The one pipeline of a home. */
export class PipelineRunner {
  private readonly home: Home;
  private readonly log: Logger;
  private readonly started: (pipeline: Pipeline) => void;
  private readonly turn = new Gate(1);
  pipeline: Pipeline | undefined;
  /** Rejects when a tenant of the pipeline fails. */
  readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => {};

  constructor(home: Home, log: Logger, started: (pipeline: Pipeline) => void) {
    this.home = home;
    this.log = log;
    this.started = started;
    this.failed = new Promise((_resolve, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  /** Runs by a configuration: where it runs already, only the sources that changed stop. */
  run(loaded: LoadedConfig): Promise<void> {
    return this.turn.run(async () => {
      if (this.pipeline === undefined) {
        this.pipeline = await startPipeline(loaded, { home: this.home, program: programVersion(), log: this.log });
        this.started(this.pipeline);
      } else await this.pipeline.apply(loaded);
      const { pipeline } = this;
      pipeline.finished().catch((error: unknown) => {
        if (this.pipeline === pipeline) this.fail(error);
      });
    });
  }

  stop(): Promise<void> {
    return this.turn.run(async () => {
      const { pipeline } = this;
      this.pipeline = undefined;
      await pipeline?.stop();
    });
  }
}
