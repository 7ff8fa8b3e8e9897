import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { binomialInterval } from '../alerts/index.ts';
import { splitCsv, type TableOptions } from '../training/index.ts';
import { analyzeInputs } from './analyze.ts';
import { captureQuality, flowParity } from './capture/index.ts';

const LOG = 'logs/hdfs-100k/HDFS_100k.log.gz';
const SESSIONS = 'logs/hdfs-100k/sessions.csv.gz';

interface Session {
  readonly key: string;
  readonly abnormal: boolean;
  readonly events: readonly string[];
}

export interface AnalysisQuality {
  readonly sessions: number;
  readonly abnormal: number;
  readonly recall: Share;
  readonly false_alarms: Share;
  /** Of the abnormal sessions, those that have the same events in the same order as some normal session of the file. */
  readonly same_as_a_normal_session: Share;
  /** Recall among the others. */
  readonly recall_of_the_rest: Share;
  readonly baselines: Readonly<Record<string, { readonly recall: number; readonly false_alarms: number }>>;
}

interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

function share(count: number, of: number): Share {
  const [low, high] = of === 0 ? [0, 1] : binomialInterval(count, of);
  return { count, of, share: of === 0 ? 0 : count / of, low, high };
}

/** `analyze` on HDFS_100k as a new user runs it: an empty home, no labels, learnt from the file itself, compared with the labels afterwards. */
export async function analysisQuality(folder: string): Promise<AnalysisQuality> {
  const flagged = new Set<string>();
  const settings = {
    tenant: 'quality',
    seed: 1,
    promise: 0.001,
    program: 'quality',
    timezone: 'UTC',
    session: 'auto',
    baseline: [],
    top: 100_000,
    signatures: { own: true },
  };
  for await (const { alerts } of analyzeInputs([join(folder, LOG)], {
    ...settings,
    detectors: ['sequence'],
    labels: async () => [],
    progress: () => {},
  })) {
    for (const { alert } of alerts) if (alert.detection.detector === 'sequence') flagged.add(alert.detection.key);
  }
  return compare(readLabelled(join(folder, SESSIONS)), flagged);
}

function readLabelled(path: string): Session[] {
  const [, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const [key = '', label = '', events = ''] = splitCsv(line.trim());
    return { key, abnormal: label !== 'Normal', events: events.split(' ') };
  });
}

function compare(sessions: readonly Session[], flagged: ReadonlySet<string>): AnalysisQuality {
  const abnormal = sessions.filter((one) => one.abnormal);
  const normal = sessions.filter((one) => !one.abnormal);
  const found = (of: readonly Session[]): number => of.filter(({ key }) => flagged.has(key)).length;
  const ordinary = new Set(normal.map(({ events }) => events.join(' ')));
  const hidden = abnormal.filter(({ events }) => ordinary.has(events.join(' ')));
  const rest = abnormal.filter(({ events }) => !ordinary.has(events.join(' ')));
  const counts = new Map<string, number>();
  for (const { events } of sessions) for (const event of new Set(events)) counts.set(event, (counts.get(event) ?? 0) + 1);
  const rare = (of: readonly Session[]): number =>
    of.filter(({ events }) => events.some((event) => (counts.get(event) as number) < 0.01 * sessions.length)).length;
  return {
    sessions: sessions.length,
    abnormal: abnormal.length,
    recall: share(found(abnormal), abnormal.length),
    false_alarms: share(found(normal), normal.length),
    same_as_a_normal_session: share(hidden.length, abnormal.length),
    recall_of_the_rest: share(found(rest), rest.length),
    baselines: {
      'flag everything': { recall: 1, false_alarms: 1 },
      'unseen event (in under 1 % of sessions)': { recall: rare(abnormal) / abnormal.length, false_alarms: rare(normal) / normal.length },
    },
  };
}

/** Tables for `npm run evaluate:all`. */
export const analysisTables = {
  captures: captureQuality,
  'flow-parity': flowParity,
  analysis: async ({ folder, commit }: TableOptions): Promise<{ json: unknown; markdown?: string }> => {
    if (![LOG, SESSIONS].every((file) => existsSync(join(folder, file)))) return { json: { commit, skipped: `${LOG} is absent` } };
    const quality = await analysisQuality(folder);
    return { json: { commit, ...quality }, markdown: markdownOf(quality, commit) };
  },
};

function markdownOf(quality: AnalysisQuality, commit: string): string {
  const show = ({ count, of, share: value, low, high }: Share): string =>
    `${count} of ${of} = ${(value * 100).toFixed(2)} % [${(low * 100).toFixed(2)}, ${(high * 100).toFixed(2)}]`;
  return `# \`vedette analyze\` on HDFS_100k

Made by \`npm run evaluate:all\` at commit ${commit}: an empty home, no labels, learnt from the file itself at a promised 0.1 %, compared with the labels afterwards.

| | |
|---|---|
| sessions, abnormal by the labels | ${quality.sessions}, ${quality.abnormal} |
| abnormal sessions found | ${show(quality.recall)} |
| normal sessions flagged | ${show(quality.false_alarms)} |
| abnormal sessions with exactly the events, in the order, of a normal session | ${show(quality.same_as_a_normal_session)} |
| found among the others | ${show(quality.recall_of_the_rest)} |
${Object.entries(quality.baselines)
  .map(([name, one]) => `| ${name} | found ${(one.recall * 100).toFixed(1)} %, false alarms ${(one.false_alarms * 100).toFixed(2)} % |`)
  .join('\n')}

The labels are those of the whole HDFS log; this excerpt ends after 26 minutes. A block whose fault was logged later is labelled abnormal although nothing in these
lines tells it from the normal ones: no detector of event sequences can find it here.
`;
}
