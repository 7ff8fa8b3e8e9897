import type { ModelInfo } from '../../registry/index.ts';

/** A trained model before it has a version: what `ModelRegistry.saveModel` takes besides the name. */
export interface ModelDraft {
  readonly info: ModelInfo;
  readonly files: Readonly<Record<string, Uint8Array>>;
}
