import { type Alert, type ComponentContext, silentLogger, stableId, VedetteError } from '../core/index.ts';
import { SINKS } from '../sinks/index.ts';
import { SINK_KEYS } from './build.ts';

/** Sends one made-up alert, marked as a test, through a configured sink; throws what the sink throws. */
export async function trySink(configured: Readonly<Record<string, unknown>>, tenant: string, now: number, program: string): Promise<void> {
  const type = String(configured.type);
  const load = Object.hasOwn(SINKS, type) ? SINKS[type] : undefined;
  if (load === undefined)
    throw new VedetteError('CONFIG_INVALID', `there is no sink "${type}"`, { hint: `Known: ${Object.keys(SINKS).join(', ')}.` });
  const own = Object.fromEntries(Object.entries(configured).filter(([key]) => key !== 'type' && !SINK_KEYS.includes(key)));
  const definition = (await load()).default;
  const parsed = definition.config.safeParse(own);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new VedetteError('CONFIG_INVALID', `sink ${type}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`, {
      hint: 'Check its options.',
    });
  }
  const context: ComponentContext = { name: 'test', log: silentLogger, now: () => now, random: () => 0 };
  const sink = definition.create(parsed.data, context);
  try {
    await sink.deliver([testAlert(tenant, now, program)]);
  } finally {
    await sink.close();
  }
}

function testAlert(tenant: string, now: number, program: string): Alert {
  const id = stableId('test', tenant, now);
  const what = 'This is a test: vedette can reach this receiver';
  return {
    ...{ id, tenant, state: 'open', group: stableId('test'), count: 1, lastSeen: now, notified: true },
    detection: {
      ...{ id, detector: 'test', source: 'test', key: 'test', entity: 'vedette', start: now, end: now, score: 0, pValue: 1, threshold: 1 },
      ...{ extrapolated: false, severity: 25, title: 'Test of alert delivery', techniques: [], evidence: [] },
      explanation: {
        what,
        why: 'Somebody asked for it in the settings.',
        harmless: ['It is a test.'],
        next: [],
        contributions: [],
        evidence: [],
      },
      lineage: { inputs: [], configHash: '', feature: '', model: 'none', modelSha256: '', epoch: 0, program, seed: 0 },
    },
  };
}
