/** ATT&CK tactics (Enterprise) in the order of the kill chain. */
export const TACTICS = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;

export type Tactic = (typeof TACTICS)[number];

/** `TA0004`, `Privilege Escalation`, `privilege_escalation` -> `privilege-escalation`; undefined for what is no tactic. */
export function tacticOf(text: string): Tactic | undefined {
  const name = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  return TACTICS.find((tactic) => tactic === name) ?? TACTIC_IDS[name.toUpperCase()] ?? SPLIT_TACTICS[name];
}

const TACTIC_IDS: Readonly<Record<string, Tactic>> = {
  TA0043: 'reconnaissance',
  TA0042: 'resource-development',
  TA0001: 'initial-access',
  TA0002: 'execution',
  TA0003: 'persistence',
  TA0004: 'privilege-escalation',
  TA0005: 'defense-evasion',
  TA0006: 'credential-access',
  TA0007: 'discovery',
  TA0008: 'lateral-movement',
  TA0009: 'collection',
  TA0011: 'command-and-control',
  TA0010: 'exfiltration',
  TA0040: 'impact',
};

/** Later ATT&CK versions split defense evasion. */
const SPLIT_TACTICS: Readonly<Record<string, Tactic>> = { stealth: 'defense-evasion', 'defense-impairment': 'defense-evasion' };

/** The main tactic of techniques that vedette's detectors and common rules name. */
const TECHNIQUE_TACTICS: Readonly<Record<string, Tactic>> = {
  T1595: 'reconnaissance',
  T1190: 'initial-access',
  T1133: 'initial-access',
  T1566: 'initial-access',
  T1059: 'execution',
  T1047: 'execution',
  T1204: 'execution',
  T1053: 'persistence',
  T1543: 'persistence',
  T1136: 'persistence',
  T1505: 'persistence',
  T1547: 'persistence',
  T1548: 'privilege-escalation',
  T1068: 'privilege-escalation',
  T1055: 'defense-evasion',
  T1070: 'defense-evasion',
  T1078: 'defense-evasion',
  T1218: 'defense-evasion',
  T1562: 'defense-evasion',
  T1003: 'credential-access',
  T1110: 'credential-access',
  T1558: 'credential-access',
  T1046: 'discovery',
  T1018: 'discovery',
  T1082: 'discovery',
  T1087: 'discovery',
  T1021: 'lateral-movement',
  T1210: 'lateral-movement',
  T1570: 'lateral-movement',
  T1005: 'collection',
  T1071: 'command-and-control',
  T1095: 'command-and-control',
  T1105: 'command-and-control',
  T1568: 'command-and-control',
  T1572: 'command-and-control',
  T1573: 'command-and-control',
  T1041: 'exfiltration',
  T1048: 'exfiltration',
  T1567: 'exfiltration',
  T1485: 'impact',
  T1486: 'impact',
  T1489: 'impact',
  T1498: 'impact',
  T1499: 'impact',
  T1565: 'impact',
};

export function tacticOfTechniques(techniques: readonly string[]): Tactic | undefined {
  for (const technique of techniques) {
    const tactic = TECHNIQUE_TACTICS[technique.split('.', 1)[0] as string];
    if (tactic !== undefined) return tactic;
  }
  return undefined;
}

/** Tactics in kill-chain order, each once. */
export function inChainOrder(tactics: Iterable<string>): string[] {
  const known = new Set(tactics);
  return [
    ...TACTICS.filter((tactic) => known.has(tactic)),
    ...[...known].filter((one) => !(TACTICS as readonly string[]).includes(one)).sort(),
  ];
}
