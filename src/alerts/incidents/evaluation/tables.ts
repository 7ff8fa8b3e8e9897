import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AIT_SCENARIOS, BACKGROUND_SHARE, inChain, type LabelledAlert, labelledAlerts } from './ait.ts';
import { BASELINES, type Candidate } from './baselines.ts';
import { BANDS, figuresOf, incidentCandidates, type ScenarioFigures, thresholdFor } from './evaluate.ts';

export interface TableInput {
  /** Folder of the data sets. */
  readonly folder: string;
  readonly commit: string;
  readonly log: (line: string) => void;
}

export async function readScenario(folder: string, name: string, backgroundShare = BACKGROUND_SHARE): Promise<LabelledAlert[]> {
  const text = gunzipSync(await readFile(join(folder, `ids/ait-ads/${name}_alerts.csv.gz`))).toString('utf8');
  return labelledAlerts(text, name, backgroundShare);
}

interface MethodRow {
  readonly method: string;
  readonly threshold: number;
  readonly ranks: readonly (number | null)[];
  readonly covered: number;
  readonly chainCovered: number;
  readonly falsePerDay: number;
}

function methodRow(
  method: string,
  runs: readonly { alerts: readonly LabelledAlert[]; candidates: readonly Candidate[] }[],
  band?: number,
): MethodRow {
  const threshold = band ?? thresholdFor(runs);
  const figures = runs.map(({ alerts, candidates }) => figuresOf(alerts, candidates, [threshold]));
  const days = sum(figures.map(({ days }) => days));
  return {
    method,
    threshold,
    ranks: figures.map(({ chainRank }) => chainRank ?? null),
    covered: sum(figures.map(({ covered }) => covered.length)),
    chainCovered: sum(figures.map(({ covered }) => covered.filter(inChain).length)),
    falsePerDay: sum(figures.map(({ falseAt }) => falseAt[0] ?? 0)) / days,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const percent = (value: number): string => `${(100 * value).toFixed(3)} %`;

/** For `scripts/evaluate-all.mjs`: docs/quality/incidents. */
async function incidents({ folder, commit, log }: TableInput): Promise<{ json: unknown; markdown: string }> {
  const names = [...AIT_SCENARIOS];
  const loaded = await Promise.all(names.map((name) => readScenario(folder, name)));
  const runs = loaded.map((alerts) => ({ alerts, candidates: incidentCandidates(alerts) }));
  const scenarios = runs.map(({ alerts, candidates }, i) => ({ scenario: names[i] as string, ...figuresOf(alerts, candidates) }));
  for (const { scenario, chainRank, falseAt } of scenarios)
    log(`${scenario}: chain at rank ${chainRank ?? '-'}, false ${falseAt.join('/')}`);
  const variants = (['without bonuses', 'without detector bonus', 'without tactic bonus'] as const).map((method, i) =>
    methodRow(
      method,
      loaded.map((alerts) => ({
        alerts,
        candidates: incidentCandidates(alerts, [{ detectorBonus: 0, tacticBonus: 0 }, { detectorBonus: 0 }, { tacticBonus: 0 }][i]),
      })),
    ),
  );
  const methods = [
    methodRow('incidents, at 5', runs, BANDS[0]),
    methodRow('incidents', runs),
    ...variants,
    ...Object.entries(BASELINES).map(([name, make]) =>
      methodRow(
        name,
        loaded.map((alerts) => ({ alerts, candidates: make(alerts) })),
      ),
    ),
  ];
  const truths = [];
  for (const share of [0, BACKGROUND_SHARE, 0.05]) {
    const figures: ScenarioFigures[] = [];
    for (const name of names) {
      const alerts = await readScenario(folder, name, share);
      figures.push(figuresOf(alerts, incidentCandidates(alerts)));
    }
    truths.push({ share, ...totals(figures) });
  }
  const json = { commit, backgroundShare: BACKGROUND_SHARE, bands: BANDS, totals: totals(scenarios), scenarios, methods, truths };
  return { json, markdown: markdownOf(json) };
}

function totals(figures: readonly ScenarioFigures[]) {
  const days = sum(figures.map(({ days }) => days));
  return {
    alerts: sum(figures.map(({ alerts }) => alerts)),
    days,
    chainPhases: sum(figures.map(({ chainPhases }) => chainPhases)),
    chainCovered: sum(figures.map(({ covered }) => covered.filter(inChain).length)),
    phases: sum(figures.map(({ phases }) => phases)),
    covered: sum(figures.map(({ covered }) => covered.length)),
    falsePerDay: BANDS.map((_, i) => sum(figures.map(({ falseAt }) => falseAt[i] ?? 0)) / days),
    reduction: 1 - sum(figures.map(({ found }) => found[0] ?? 0)) / sum(figures.map(({ alerts }) => alerts)),
  };
}

function markdownOf(json: {
  commit: string;
  backgroundShare: number;
  totals: ReturnType<typeof totals>;
  scenarios: readonly (ScenarioFigures & { scenario: string })[];
  methods: readonly MethodRow[];
  truths: readonly (ReturnType<typeof totals> & { share: number })[];
}): string {
  const { totals: all } = json;
  return `# Alerts to incidents on AIT-ADS

Made by \`npm run evaluate:all -- incidents\` at commit ${json.commit}. Four scenarios, ${all.alerts} alerts, streamed in time order; the first day
teaches and is not scored. An alert is attack when its event is labelled, or when it falls in a phase of the attack and its type is not
background (seen in more than ${percent(json.backgroundShare)} of the ten-minute windows outside the phases). Chain: the first incident with three phases
or more of the multi-stage attack. False: an incident without any attack alert as evidence. The defaults were tuned on these same four scenarios.

| scenario | alerts | days scored | incidents | chain's rank | its score | best false | chain phases | missed phases | false at 5 / 10 / 20 | reduction | notified after |
|---|---|---|---|---|---|---|---|---|---|---|---|
${json.scenarios
  .map(
    (one) =>
      `| ${one.scenario} | ${one.alerts} | ${one.days.toFixed(1)} | ${one.incidents} | ${one.chainRank ?? '-'} | ${one.chainScore?.toFixed(1) ?? '-'} | ${one.bestFalse.toFixed(1)} | ${one.covered.filter(inChain).length} of ${one.chainPhases} | ${one.missed.join(', ') || '-'} | ${one.falseAt.join(' / ')} | ${percent(one.reduction)} | ${one.notifiedAfterMinutes?.toFixed(1) ?? '-'} min |`,
  )
  .join('\n')}

Together: ${all.chainCovered} of ${all.chainPhases} chain phases (${all.covered} of ${all.phases} phases with exfiltration), ${all.falsePerDay.map((value) => value.toFixed(2)).join(' / ')} false incidents a day at 5 / 10 / 20, ${percent(all.reduction)} fewer notifications than alerts.
Negative minutes: an incident without attack alerts was open and notified already when the attack joined it. Exfiltration that is there from the first day is part of the history and stays unseen.

## Beside simpler methods

The threshold of each is the score with about one false incident a day over all scenarios.

| method | threshold | chain's rank in ${json.scenarios.map(({ scenario }) => scenario).join(', ')} | chain phases | all phases | false a day |
|---|---|---|---|---|---|
${json.methods.map((one) => `| ${one.method} | ${one.threshold.toFixed(2)} | ${one.ranks.map((rank) => rank ?? '-').join(', ')} | ${one.chainCovered} | ${one.covered} | ${one.falsePerDay.toFixed(2)} |`).join('\n')}

## What counts as background decides the truth

| background: seen in more than | chain phases | all phases | false a day at 5 / 10 / 20 |
|---|---|---|---|
${json.truths.map((one) => `| ${percent(one.share)} of windows | ${one.chainCovered} of ${one.chainPhases} | ${one.covered} of ${one.phases} | ${one.falsePerDay.map((value) => value.toFixed(2)).join(' / ')} |`).join('\n')}
`;
}

export const incidentTables: Readonly<Record<string, (input: TableInput) => Promise<{ json: unknown; markdown?: string }>>> = { incidents };
