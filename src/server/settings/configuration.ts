import { type ConfigChange, ConfigError, editConfig, type LoadedConfig } from '../../config/index.ts';
import { type Logger, VedetteError } from '../../core/index.ts';

/** Where the configuration stands and how a changed one is taken up. */
export interface ConfigurationFile {
  readonly path: string;
  read(): Promise<string>;
  /** ConfigError with every problem and its place. */
  check(text: string): LoadedConfig;
  /** Atomic and durable. */
  write(text: string): Promise<void>;
  /** Runs by it from now on; on failure what ran before runs again and the error is thrown. */
  apply(loaded: LoadedConfig): Promise<void>;
}

/** Changes of settings, one after another: checked, written to the file with its comments kept, and applied. */
export class Configuration {
  private readonly file: ConfigurationFile | undefined;
  private readonly log: Logger;
  private readonly applied: (loaded: LoadedConfig) => void;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(file: ConfigurationFile | undefined, log: Logger, applied: (loaded: LoadedConfig) => void) {
    this.file = file;
    this.log = log;
    this.applied = applied;
  }

  get path(): string {
    return this.file?.path ?? '';
  }

  /** As it stands in the file, before defaults and environment. */
  async raw(): Promise<string> {
    return this.file === undefined ? '' : this.file.read();
  }

  /** `changes` are made from the text as it is when their turn comes. */
  change(changes: (text: string) => readonly ConfigChange[]): Promise<void> {
    const { file } = this;
    if (file === undefined)
      return Promise.reject(
        new VedetteError('UNSUPPORTED', 'this server has no configuration file', { hint: 'Start it with `vedette up`.' }),
      );
    const done = this.turn.then(async () => {
      const before = await file.read();
      const text = editConfig(before, file.path, changes(before));
      const loaded = checked(file, text);
      await file.write(text);
      try {
        await file.apply(loaded);
      } catch (error) {
        await file.write(before);
        this.log.warn('changed settings could not be applied; they were taken back', { error: String(error) });
        throw error;
      }
      this.applied(loaded);
    });
    this.turn = done.catch(() => undefined);
    return done;
  }
}

/** Problems without the path of the file: people see what is wrong, not where it lies. */
function checked(file: ConfigurationFile, text: string): LoadedConfig {
  try {
    return file.check(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    throw new VedetteError('CONFIG_INVALID', problems.join('; '), { hint: 'Nothing was changed.' });
  }
}
