import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SEVERITY_LEVELS } from '../../../alerts/index.ts';
import { type Detection, VedetteError } from '../../../core/index.ts';
import { RULES } from '../../../detectors/packet-windows/index.ts';
import { USE_CASES } from '../../../detectors/use-cases/index.ts';
import { SignatureAnalysis } from '../../signatures.ts';
import { analyzeCapture } from '../analyze-capture.ts';
import { CAPTURES, type CaptureExpectation } from './expectations.ts';

export interface CaptureRow extends CaptureExpectation {
  readonly packets: number;
  readonly flows: number;
  /** Rules that fired, most severe first, with the severity of each. */
  readonly fired: readonly { readonly rule: string; readonly severity: number; readonly what: string }[];
  /** Seconds from the first packet of the window to the packet that made the condition true. */
  readonly secondsToFire: number | null;
  readonly outcome: 'found' | 'missed' | 'quiet' | 'false alarm' | 'low only' | 'seen in part' | 'not seen';
}

/** One capture judged; undefined where its file is absent. */
export async function captureRow(folder: string, expectation: CaptureExpectation): Promise<CaptureRow | undefined> {
  const path = join(folder, 'packets', `${expectation.file}.gz`);
  if (!existsSync(path)) return undefined;
  let secondsToFire: number | null = null;
  const sigma = await SignatureAnalysis.open(expectation.file, { signatures: { own: true }, labels: async () => [], seed: 1 });
  const { name, packets, flows, detections, unusual, lineage } = await analyzeCapture(path, {
    onEvents: (batch) => sigma?.add(batch),
    keepFlows: 0,
    ...(expectation.homeNetworks && { homeNetworks: expectation.homeNetworks }),
    onFire: (episode) => {
      if (episode.rule === expectation.rule) secondsToFire ??= (episode.firedAt - episode.start) / 1e6;
    },
  });
  const all = [...detections, ...[...unusual.findings, ...(sigma?.findings(name, lineage) ?? [])].map(({ detection }) => detection)];
  const fired = all
    .map((one) => ({ rule: ruleOf(one), severity: one.severity, what: one.explanation.what }))
    .sort((a, b) => b.severity - a.severity || (a.what < b.what ? -1 : 1));
  return { ...expectation, packets, flows: flows.total, fired, secondsToFire, outcome: outcomeOf(expectation, fired) };
}

/** A finding's first contribution is named after its rule. */
function ruleOf({ detector, explanation, title }: Detection): string {
  if (detector === 'flow-alarm') return detector;
  if (detector === 'remote-control' || detector === 'payload-signatures') return title;
  if (detector === 'sigma') return title.replace(/:.*/, '');
  const [main] = explanation.contributions;
  const found = Object.entries(RULES).find(([, { title }]) => title === main?.subject);
  if (found !== undefined) return found[0];
  const useCase = USE_CASES.find(({ title }) => title === main?.subject);
  if (useCase === undefined) throw new VedetteError('INTERNAL', `no window rule is called ${main?.subject}`);
  return useCase.name;
}

function outcomeOf({ kind, rule }: CaptureExpectation, fired: CaptureRow['fired']): CaptureRow['outcome'] {
  if (rule !== undefined) return fired.some((one) => one.rule === rule) ? 'found' : 'missed';
  if (kind !== 'benign') return fired.length > 0 ? 'seen in part' : 'not seen';
  if (fired.some(({ severity }) => severity >= SEVERITY_LEVELS.medium)) return 'false alarm';
  return fired.length > 0 ? 'low only' : 'quiet';
}

interface TableContext {
  readonly folder: string;
  readonly commit: string;
  readonly log: (line: string) => void;
}

/** For `npm run evaluate:all -- captures`: docs/quality/captures. */
export async function captureQuality({ folder, commit, log }: TableContext): Promise<{ json: unknown; markdown: string }> {
  const rows: CaptureRow[] = [];
  for (const expectation of CAPTURES) {
    const row = await captureRow(folder, expectation);
    if (row === undefined) log(`${expectation.file} is absent`);
    else rows.push(row);
  }
  return { json: { commit, rows }, markdown: markdownOf(rows, commit) };
}

function markdownOf(rows: readonly CaptureRow[], commit: string): string {
  const count = (outcome: CaptureRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  const fired = (row: CaptureRow): string => {
    const most = new Map<string, number>();
    for (const { rule, severity } of row.fired) most.set(rule, Math.max(severity, most.get(rule) ?? 0));
    return [...most].map(([rule, severity]) => `${rule} (${severity})`).join(', ') || '-';
  };
  const line = (row: CaptureRow): string => {
    const delay = row.secondsToFire === null ? '' : row.secondsToFire.toFixed(2);
    return `| ${row.file} | ${row.kind}: ${row.label} | ${row.packets} | ${row.flows} | ${fired(row)} | ${delay} | ${row.outcome} |`;
  };
  const unruled = rows.filter(({ note }) => note !== undefined);
  return `# What is found in captures

Made by \`npm run evaluate:all -- captures\` at commit ${commit.slice(0, 12)} from all ${rows.length} captures of the development set, with default thresholds: window rules, use cases over flows, the Sigma rules that
come with the program over HTTP requests, and flows unlike the others (\`flow-alarm\`, where a capture has enough of them). The defaults of the window rules come from these captures, so this
table says that the rules work as measured, not how they do elsewhere. Numbers in brackets are severities (medium from 25); "s to fire" is the time from the first packet
that counts to the alert.

Attacks that have a rule: ${count('found')} found and named, ${count('missed')} missed. Benign: ${count('quiet')} quiet, ${count('low only')} with a low finding only, ${count('false alarm')} with a false alarm. Malware, exploits and lateral
movement: ${count('seen in part')} seen in part, ${count('not seen')} not seen.

The tunnel inside DNS over HTTPS is found at low severity only, as its rule alarms on other regular uploads too. \`beacon\`, also low, sees a benign device that reports every minute as it sees a command-and-control channel. \`remote-execution\`, a use
case over flows (WMI and DCOM call a dynamic port), is of low severity because members of a domain do the same with their domain controller.

| capture | what it holds | packets | flows | fired | s to fire | outcome |
|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}

## Malware, exploits and lateral movement: what is seen and what is not

Of DCE/RPC and SMB the interface, pipe or share that is opened is read, and whether a program is copied (\`remote-control\`; low but for programs written to administrative shares, as administrators do the rest too), not the commands, most of which are encrypted:
for these, read signatures of an IDS and host logs (docs/incidents.md joins them with what is seen here). Programs over HTTP and self-signed servers are told by \`payload-signatures\`. What these two look for was chosen by what it means, but with these captures at
hand: of others they may show less.

| capture | seen as | what is seen, what is not |
|---|---|---|
${unruled.map((row) => `| ${row.file} | ${fired(row)} | ${row.note} |`).join('\n')}
`;
}
