import { seededRandom, silentLogger } from '../core/index.ts';
import { detectors } from '../detectors/index.ts';

/** A detector whose models are trained apart from the running pipeline. */
export interface Trainable {
  readonly name: string;
  readonly summary: string;
  readonly learnsFrom: 'logs' | 'flows' | 'series';
}

/** What `train` knows: detectors of sequences and of rows, and forecasts. */
export async function trainableDetectors(): Promise<readonly Trainable[]> {
  const context = { name: 'list', log: silentLogger, now: () => 0, random: seededRandom(0) };
  const found: Trainable[] = [];
  for (const load of Object.values(detectors)) {
    const { default: definition } = await load();
    const { name, summary } = definition;
    const { shape } = definition.create(definition.config.parse({}), context);
    if (shape === 'sequences') found.push({ name, summary, learnsFrom: 'logs' });
    else if (shape === 'rows') found.push({ name, summary, learnsFrom: 'flows' });
  }
  return [...found, { name: 'forecast', summary: 'next steps of every channel of a series, with intervals', learnsFrom: 'series' }];
}
