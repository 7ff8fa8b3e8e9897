import { join } from 'node:path';
import { type RecordBatch, recordEnds } from '../../core/index.ts';
import { loadRules, type ParsedRules, SigmaEngine, type SigmaRule } from '../../detectors/sigma/index.ts';
import { readFiles } from '../../sources/index.ts';

export interface SigmaFile {
  readonly file: string;
  /** Tactic that the name of the file gives. */
  readonly tactic: string;
  readonly events: number;
  readonly bad: number;
  readonly rules: number;
  /** Rules of level medium and above. */
  readonly notable: number;
  /** A rule of level medium and above carries the tactic. */
  readonly tacticFound: boolean;
  readonly techniques: readonly string[];
  readonly titles: readonly string[];
}

export interface SigmaQuality {
  readonly commit: string;
  readonly loaded: number;
  readonly refused: readonly { readonly file: string; readonly title: string; readonly reason: string }[];
  readonly files: readonly SigmaFile[];
  readonly events: number;
}

/** Which of the recorded attacks the rules find, by the tactic in the name of each file. */
export async function sigmaQuality({
  folder,
  commit,
  log,
}: {
  folder: string;
  commit: string;
  log: (line: string) => void;
}): Promise<SigmaQuality> {
  const rules = loadRules(join(folder, 'ids/sigma/sigma-rules.tar.gz'));
  log(`${rules.rules.length} rules loaded, ${rules.problems.length} refused`);
  const files = [...(await matchFolder(rules, join(folder, 'ids/otrf-host'))), ...(await matchFolder(rules, join(folder, 'ids/evtx')))];
  const events = files.reduce((sum, file) => sum + file.events, 0);
  log(`${files.filter(({ notable }) => notable > 0).length} of ${files.length} files with a rule of medium or above, ${events} events`);
  return { commit, loaded: rules.rules.length, refused: rules.problems, files, events };
}

/** Tactics that ATT&CK has split since the files were named. */
const SPLIT_TACTICS: Readonly<Record<string, string>> = { stealth: 'defense-evasion', 'defense-impairment': 'defense-evasion' };

interface Tally {
  events: number;
  bad: number;
  readonly rules: Set<SigmaRule>;
}

/** Every file below the path, by its name; zip, gzip and EVTX are read. */
export async function matchFolder(rules: ParsedRules, path: string): Promise<SigmaFile[]> {
  const engine = new SigmaEngine(rules);
  const tallies = new Map<string, Tally>();
  const files = readFiles([path]);
  for await (const batch of files.read({ positions: [] }, new AbortController().signal)) {
    const name = ((batch.input.split('!')[0] ?? '').split('/').at(-1) ?? batch.input).replace(/\.(zip|evtx|gz)\b.*$/, '');
    const tally = tallies.get(name) ?? { events: 0, bad: 0, rules: new Set() };
    tallies.set(name, tally);
    matchBatch(engine, batch, tally);
  }
  await files.close();
  return [...tallies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, tally]) => fileOf(name, tally));
}

function matchBatch(engine: SigmaEngine, batch: RecordBatch, tally: Tally): void {
  const decoder = new TextDecoder();
  let start = 0;
  for (const end of recordEnds(batch)) {
    const line = decoder.decode(batch.bytes.subarray(start, end)).trim();
    start = end;
    if (line === '') continue;
    for (const event of eventsOf(line)) {
      if (event === undefined) tally.bad++;
      else {
        tally.events++;
        for (const rule of engine.match(event, 0).rules) tally.rules.add(rule);
      }
    }
  }
}

/** One event, the events of a CloudTrail file, or undefined for what is none. */
function eventsOf(line: string): (Record<string, unknown> | undefined)[] {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [undefined];
    const { Records } = value as { Records?: unknown };
    return Array.isArray(Records) ? (Records as Record<string, unknown>[]) : [value as Record<string, unknown>];
  } catch {
    return [undefined];
  }
}

function fileOf(name: string, { events, bad, rules }: Tally): SigmaFile {
  const parts = name.toLowerCase().split('__');
  const tactic = (/^(windows|aws|linux)$/.test(parts[0] ?? '') ? parts[1] : parts[0])?.replaceAll('_', '-') ?? '';
  const notable = [...rules].filter(({ level }) => level === 'medium' || level === 'high' || level === 'critical');
  return {
    file: name,
    tactic,
    events,
    bad,
    rules: rules.size,
    notable: notable.length,
    tacticFound: notable.some(({ tactics }) => tactics.some((one) => one === tactic || SPLIT_TACTICS[one] === tactic)),
    techniques: [...new Set(notable.flatMap(({ techniques }) => techniques))].sort(),
    titles: notable.map(({ title }) => title).sort(),
  };
}

export function sigmaMarkdown({ commit, loaded, refused, files, events }: SigmaQuality): string {
  const notable = files.filter((file) => file.notable > 0).length;
  const named = files.filter((file) => file.tacticFound).length;
  return `# Sigma rules on recorded attacks

Made by \`npm run evaluate:all -- sigma\` at commit ${commit}. ${loaded} SigmaHQ rules load, ${refused.length} are refused. ${events} events of ${files.length} files:
${notable} files have a finding of level medium or above, ${named} one that names the tactic in the file's name. The recordings hold nothing
but attacks and what ran beside them, so they say nothing of false alarms. Rules are not part of vedette: name a folder of them.
${refused.length === 0 ? '' : `\n| refused | reason |\n|---|---|\n${refused.map((one) => `| ${one.title} | ${one.reason.replaceAll('|', '\\|')} |`).join('\n')}\n`}
| file | tactic | events | rules | medium+ | tactic named | techniques |
|---|---|---|---|---|---|---|
${files.map((one) => `| ${one.file} | ${one.tactic} | ${one.events} | ${one.rules} | ${one.notable} | ${one.tacticFound ? 'yes' : 'no'} | ${one.techniques.slice(0, 8).join(' ') || '-'} |`).join('\n')}
`;
}
