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
