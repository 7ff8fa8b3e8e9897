export { type ReadWindowsOptions, readWindows, type StoredWindows } from './read-windows.ts';
export { type FeatureChoice, type StoredFeature, storedFeature } from './stored-feature.ts';
export { windowFrame } from './window-frame.ts';
export { windowTable } from './window-table.ts';
