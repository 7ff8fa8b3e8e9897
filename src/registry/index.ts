export type { Alias, LoadedModel, ModelFiles, ModelInfo, ModelManifest, ModelRegistry, ModelSummary, RegistryOptions } from './contract.ts';
export { openRegistry } from './registry.ts';
