export { builtInConfig } from './built-in.ts';
export type { Catalogue, ComponentSchema } from './catalogue.ts';
export { differences } from './differences.ts';
export { type ConfigChange, configText, configValue, editConfig } from './edit.ts';
export { exampleConfig } from './example.ts';
export { checkConfig, type LoadedConfig, type LoadOptions, loadConfig, parseConfig } from './load.ts';
export type { OidcConfig } from './oidc.ts';
export { placed } from './places.ts';
export { ConfigError, formatProblem, type Problem } from './problem.ts';
export { HIDDEN, isSecretKey, withoutUserInfo } from './redact.ts';
export { configReference } from './reference.ts';
export {
  type ComponentConfig,
  type Config,
  type ConfigSchema,
  configSchema,
  type DetectorConfig,
  oneOf,
  type SinkConfig,
  type SourceConfig,
  type TenantConfig,
} from './schema.ts';
export { editorSchema, formatPath, type JsonSchema, jsonSchema } from './shape.ts';
export { address, byteSize, rate, secret } from './values.ts';
export { asWritten, hiddenPaths } from './written.ts';
