import { beforeAll, describe, expect, it } from 'vitest';
import type { ParsedRules } from '../../detectors/sigma/index.ts';
import { loadRules } from '../../detectors/sigma/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { matchFolder } from './sigma-quality.ts';

const RULES = 'ids/sigma/sigma-rules.tar.gz';
const OTRF = 'ids/otrf-host/windows__credential_access__host__psh_lsass_memory_dump_comsvcs.zip';
const EVTX = 'ids/evtx/Defense_Evasion__DE_104_system_log_cleared.evtx.gz';

describe('the rules of SigmaHQ', () => {
  let rules: ParsedRules = { rules: [], correlations: [], problems: [] };
  beforeAll(async () => {
    const archive = dataset(RULES);
    if (archive !== undefined) rules = loadRules(archive);
  }, 60_000);

  it.skipIf(missing(RULES))(needs('load, every one, or are named with the reason', RULES), () => {
    const named = rules.problems.map(({ file, reason }) => `${file}: ${reason}`);
    process.stdout.write(`Sigma: ${rules.rules.length} rules loaded, ${rules.problems.length} refused\n${named.join('\n')}`);
    expect(rules.rules.length + rules.problems.length).toBe(3141);
    expect(named).toEqual([]);
    expect(rules.rules.filter(({ matcher }) => matcher.literals === undefined).length).toBeLessThan(150);
  });

  it.skipIf(missing(RULES, OTRF))(needs('find a memory dump of LSASS in JSON lines', RULES, OTRF), async () => {
    const [file] = await matchFolder(rules, dataset(OTRF) as string);
    expect(file).toMatchObject({ tactic: 'credential-access', events: 184, bad: 0, tacticFound: true });
    expect(file?.techniques).toContain('T1003.001');
  });

  it.skipIf(missing(RULES, EVTX))(needs('find a cleared log in EVTX', RULES, EVTX), async () => {
    const [file] = await matchFolder(rules, dataset(EVTX) as string);
    expect(file).toMatchObject({ bad: 0 });
    expect(file?.titles.join()).toContain('Eventlog Cleared');
  });
});
