import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { silentLogger } from '../../core/index.ts';
import { rules } from '../../detectors/index.ts';
import { createLogParser } from '../../parsers/index.ts';

/** Logs of attacks are named by the attack; the rest of the folder shows formats. */
const ATTACKS: readonly (readonly [string, RegExp])[] = [
  ['guessing of passwords or names', /-bf|_bf|brute|-enum/],
  ['attacks in requests', /cve|CVE|travers|sqli|xss|backdoor|w00t|open-proxy|malformed/],
  ['search of a site', /probing|scan|sensitive|bad-user-agent/],
];
/** Not attacks by what stands in them: single sign-ins, spam, allowed clients. */
const NOT_ATTACKS = /whitelist|impossible|spam|mailscanner|logs__|-fp__|geoip/;

/** Ordinary logs: what fires here is false, or was an attack that nobody labelled. */
const ORDINARY: readonly string[] = [
  'logs/web/elastic_apache_access_part1.log.gz',
  'logs/hdfs-100k/HDFS_100k.log.gz',
  'logs/bgl/BGL_first10k.log.gz',
  ...['Apache', 'BGL', 'HDFS', 'Hadoop', 'OpenStack', 'Windows', 'Zookeeper'].map((name) => `logs/loghub-2k/${name}/${name}_2k.log.gz`),
];
/** Logs of hosts on the Internet, with password guessing in them, and two recorded scans of a web server. */
const ATTACKED: readonly string[] = [
  'logs/loghub-2k/OpenSSH/OpenSSH_2k.log.gz',
  'logs/loghub-2k/Linux/Linux_2k.log.gz',
  'logs/web/ocatak_acunetix.txt.gz',
  'logs/web/ocatak_w3af.txt.gz',
];

export interface SignatureRow {
  readonly log: string;
  readonly lines: number;
  /** Title of the rule -> findings, low and above. */
  readonly found: Readonly<Record<string, number>>;
  readonly medium: boolean;
}

export interface SignatureQuality {
  readonly commit: string;
  readonly attacks: readonly { readonly kind: string; readonly rows: readonly SignatureRow[] }[];
  readonly attacked: readonly SignatureRow[];
  readonly ordinary: readonly SignatureRow[];
}

/** What the rules that come with the program find in short logs of single attacks, and in ordinary logs. */
export async function signatureQuality({
  folder,
  commit,
}: {
  readonly folder: string;
  readonly commit: string;
}): Promise<SignatureQuality> {
  const hub = join(folder, 'logs/crowdsec-hub');
  const logs = existsSync(hub) ? readdirSync(hub).filter((name) => name.endsWith('.log') && !NOT_ATTACKS.test(name)) : [];
  const attacks = [];
  const counted = new Set<string>();
  for (const [kind, pattern] of ATTACKS) {
    const own = logs.filter((name) => pattern.test(name) && !counted.has(name)).sort();
    for (const name of own) counted.add(name);
    attacks.push({ kind, rows: await Promise.all(own.map((name) => signaturesIn(join(hub, name)))) });
  }
  const all = (names: readonly string[]) =>
    Promise.all(
      names
        .map((name) => join(folder, name))
        .filter(existsSync)
        .map(signaturesIn),
    );
  return { commit, attacks, attacked: await all(ATTACKED), ordinary: await all(ORDINARY) };
}

async function signaturesIn(path: string): Promise<SignatureRow> {
  const definition = (await (rules.sigma as NonNullable<typeof rules.sigma>)()).default;
  const detector = definition.create(definition.config.parse({}), { name: 'sigma', log: silentLogger, now: () => 0, random: () => 0 });
  const stored = readFileSync(path);
  const bytes = new Uint8Array(path.endsWith('.gz') ? gunzipSync(stored) : stored);
  const records = { input: basename(path), generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true };
  const batch = createLogParser({}).parse(records, 'log', () => undefined);
  const found: Record<string, number> = {};
  let medium = false;
  for (const { title, severity, entity } of detector.take(batch)) {
    const rule = title.split(`: ${entity}`, 1)[0] as string;
    found[rule] = (found[rule] ?? 0) + 1;
    medium ||= severity >= 25;
  }
  return { log: basename(path), lines: batch.rows, found, medium };
}

export function signatureMarkdown({ commit, attacks, attacked, ordinary }: SignatureQuality): string {
  const told = ({ rows }: { readonly rows: readonly SignatureRow[] }) => rows.filter(({ found }) => Object.keys(found).length > 0);
  const all = attacks.flatMap(({ rows }) => rows);
  const quiet = ordinary.filter(({ medium }) => !medium);
  const table = (rows: readonly SignatureRow[]) =>
    [
      '| log | lines | found |',
      '|---|---|---|',
      ...rows.map(
        ({ log, lines, found }) =>
          `| ${log} | ${lines} | ${
            Object.entries(found)
              .map(([title, many]) => (many > 1 ? `${title} (${many})` : title))
              .join('; ') || '-'
          } |`,
      ),
    ].join('\n');
  return `# What the rules that come with the program find in logs

Made by \`npm run evaluate:all -- signatures\` at commit ${commit}. The rules (\`rules/*.yml\`) were written with these logs in view: the table says that they work as meant on logs of
${all.length} programs and attacks, not how they do elsewhere. Every log of the first part holds one attack, often of a handful of lines and fewer than the five that
make a series; a trivial rule that flags every log scores the same there and fails on the ordinary ones.

${attacks.map((kind) => `- ${kind.kind}: found in ${told(kind).length} of ${kind.rows.length} logs`).join('\n')}
- ordinary logs: ${quiet.length} of ${ordinary.length} quiet at medium severity and above

## Logs of one attack each

${attacks.map(({ kind, rows }) => `### ${kind}\n\n${table(rows)}`).join('\n\n')}

## Logs with attacks among ordinary lines

${table(attacked)}

## Ordinary logs

${table(ordinary)}
`;
}
