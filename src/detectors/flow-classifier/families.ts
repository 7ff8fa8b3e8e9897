/** Families by what their members' names say, first match first: what does the same under several labels. */
const FAMILIES: readonly (readonly [string, RegExp])[] = [
  ['Web attack', /web attack|sql injection|\bxss\b/i],
  ['Scan', /port\s*scan|\bscan|probe|reconnaissance/i],
  ['Slow DoS', /slow/i],
  ['Denial of service', /\bd?dos\b|flood|hulk|goldeneye/i],
  ['Brute force', /patator|brute\s*force|password/i],
  // attack types of KDD 1999 by the four categories of its documentation
  ['Scan', /^(ipsweep|nmap|portsweep|satan|mscan|saint)$/],
  ['Denial of service', /^(back|land|neptune|pod|smurf|teardrop|apache2|mailbomb|processtable|udpstorm)$/],
  [
    'Remote to local',
    /^(ftp_write|guess_passwd|imap|multihop|phf|spy|warezclient|warezmaster|sendmail|named|snmpgetattack|snmpguess|xlock|xsnoop|worm)$/,
  ],
  ['User to root', /^(buffer_overflow|loadmodule|perl|rootkit|httptunnel|ps|sqlattack|xterm)$/],
];

/** The level above a class: a scan whatever its scope, a slow denial of service whatever the tool; else the class itself. */
export function familyOf(label: string): string {
  return FAMILIES.find(([, pattern]) => pattern.test(label))?.[0] ?? label;
}

/** The most probable family, its members' probabilities summed; the first of equals. */
export function nameByFamily(
  classes: readonly string[],
  probability: (k: number) => number,
): { readonly family: string; readonly familyProbability: number } {
  const sums = new Map<string, number>();
  for (const [k, name] of classes.entries()) sums.set(familyOf(name), (sums.get(familyOf(name)) ?? 0) + probability(k));
  let family = '';
  let most = -1;
  for (const [name, sum] of sums) if (sum > most) [family, most] = [name, sum];
  return { family, familyProbability: Math.min(1, most) };
}

/** ATT&CK techniques by what a class or its family says, first match first. */
const TECHNIQUES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/portscan|port\s*scan|port\s*sweep|portsweep|nmap|satan|saint|mscan|\bscan\b|probe|reconnaissance|ipsweep/i, ['T1046']],
  [/slow|hulk|goldeneye|http flood/i, ['T1499']],
  [/\bd?dos\b|flood|denial of service/i, ['T1498']],
  [/brute\s*force|patator|password|guess_passwd/i, ['T1110']],
  [/sql injection|web attack|\bxss\b|exploit|heartbleed/i, ['T1190']],
  [/\bbot\b|botnet|command and control|\bc2\b/i, ['T1071']],
  [/exfiltration|data theft/i, ['T1041']],
  [/user to root/i, ['T1068']],
];

/** Techniques of a class of attacks; none where its name says too little. */
export function techniquesOf(label: string): readonly string[] {
  const text = `${label} ${familyOf(label)}`;
  return TECHNIQUES.find(([pattern]) => pattern.test(text))?.[1] ?? [];
}
