import type { MakeTable } from '../../training/quality/tables.ts';
import { bandCoverageQuality } from './band-coverage-quality.ts';
import { liveNetworksQuality } from './live-networks-quality.ts';

/** Quality tables of what runs in the whole pipeline only, by the name of their file in docs/quality/. */
export const liveTables: Readonly<Record<string, MakeTable>> = {
  'band-coverage': bandCoverageQuality,
  'live-networks': liveNetworksQuality,
};
