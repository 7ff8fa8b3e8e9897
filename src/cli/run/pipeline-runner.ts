import type { LoadedConfig } from '../../config/index.ts';
import type { Logger } from '../../core/index.ts';
import { type Pipeline, startPipeline } from '../../pipeline/index.ts';
import type { Home } from '../../store/index.ts';
import { programVersion } from '../version.ts';

/** The one pipeline of a home, which changed settings replace by another. */
export class PipelineRunner {
  private readonly home: Home;
  private readonly log: Logger;
  private readonly started: (pipeline: Pipeline) => void;
  private loaded: LoadedConfig | undefined;
  pipeline: Pipeline | undefined;
  /** Rejects when the pipeline in place fails. */
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

  async start(loaded: LoadedConfig): Promise<void> {
    const pipeline = await startPipeline(loaded, { home: this.home, program: programVersion(), log: this.log });
    this.pipeline = pipeline;
    this.loaded = loaded;
    pipeline.finished().catch((error: unknown) => {
      if (this.pipeline === pipeline) this.fail(error);
    });
    this.started(pipeline);
  }

  /** Runs by another configuration from the last commit on. Where that cannot start, the former runs again and the error is thrown. */
  async replace(loaded: LoadedConfig): Promise<void> {
    const before = this.loaded;
    await this.stop();
    try {
      await this.start(loaded);
    } catch (error) {
      if (before !== undefined) await this.start(before);
      throw error;
    }
  }

  async stop(): Promise<void> {
    const { pipeline } = this;
    this.pipeline = undefined;
    await pipeline?.stop();
  }
}
