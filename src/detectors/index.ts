import type { Detector, Registry, RuleDetector } from '../core/index.ts';

/** Detectors by name; nothing is loaded before it is asked for. */
export const detectors: Registry<Detector> = {
  deeplog: () => import('./deeplog/index.ts'),
  'device-faults': () => import('./device-faults/index.ts'),
  discord: () => import('./discord/index.ts'),
  forecast: () => import('./forecast/index.ts'),
  novelty: () => import('./novelty/index.ts'),
  pca: () => import('./pca/index.ts'),
  rate: () => import('./rate/index.ts'),
  sequence: () => import('./sequence/index.ts'),
  autoencoder: () => import('./autoencoder/index.ts'),
  'flow-alarm': () => import('./flow-alarm/index.ts'),
  'flow-classifier': () => import('./flow-classifier/index.ts'),
  'flow-novelty': () => import('./flow-novelty/index.ts'),
  'half-space-trees': () => import('./half-space-trees/index.ts'),
  'isolation-forest': () => import('./isolation-forest/index.ts'),
  'nearest-neighbour': () => import('./nearest-neighbour/index.ts'),
};

/** Rules by name: detectors that are not trained and promise no rate. */
export const rules: Registry<RuleDetector> = {
  'packet-windows': () => import('./packet-windows/index.ts'),
  sigma: () => import('./sigma/index.ts'),
  'use-cases': () => import('./use-cases/index.ts'),
  'payload-signatures': () => import('./sensor-alerts/payloads.ts'),
  'remote-control': () => import('./sensor-alerts/packets.ts'),
  suricata: () => import('./sensor-alerts/suricata.ts'),
  zeek: () => import('./sensor-alerts/zeek.ts'),
};
