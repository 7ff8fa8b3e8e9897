import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ipv4Text, VedetteError } from '../../../core/index.ts';
import { CaptureReader, FLOW_VALUES, FlowMeter } from '../../../parsers/packets/index.ts';
import { listInputs, readBytes } from '../../../sources/index.ts';
import { markdownTable } from '../../../training/index.ts';
import { CAPTURES } from './expectations.ts';

/** A flow as either side tells it; `values` in the order of FLOW_VALUES. */
export interface ToldFlow {
  readonly source: string;
  readonly sport: number;
  readonly target: string;
  readonly dport: number;
  readonly protocol: number;
  readonly start: number;
  readonly values: readonly number[];
}

interface Compared {
  readonly capture: string;
  readonly flows: number;
  readonly reference: number;
  /** Flows that both sides have: same ends, same start. */
  readonly matched: number;
  /** Columns that differ in any matched flow, and in how many. */
  readonly differing: Readonly<Record<string, number>>;
}

const SCRIPT = 'test/reference/flow_reference.py';

/** For `npm run evaluate:all -- flow-parity`: every column against a second implementation of the rules, which shares nothing with this one. */
export async function flowParity(context: {
  readonly folder: string;
  readonly commit: string;
  readonly log: (line: string) => void;
}): Promise<{ json: unknown; markdown: string }> {
  const { folder, commit, log } = context;
  const script = resolve(SCRIPT);
  if (!existsSync(script))
    throw new VedetteError('INPUT_MISSING', `${SCRIPT} is absent`, { hint: 'run this in a clone of the repository' });
  const made = mkdtempSync(join(tmpdir(), 'vedette-parity-'));
  try {
    execFileSync('python3', [script, 'make', made]);
    const small = readdirSync(made).sort();
    const hand = new Map<string, { own: readonly ToldFlow[]; reference: readonly ToldFlow[] }>();
    for (const name of small) {
      const path = join(made, name);
      hand.set(name.replace('.pcap', ''), { own: await metered(path), reference: told(script, path) });
    }
    const real: Compared[] = [];
    for (const { file } of CAPTURES) {
      const path = join(folder, 'packets', `${file}.gz`);
      if (!existsSync(path)) continue;
      real.push(compare(file, await metered(path), told(script, path)));
      log(`${file}: ${real.at(-1)?.flows} flows, reference ${real.at(-1)?.reference}`);
    }
    return { json: { commit, hand: Object.fromEntries(hand), real }, markdown: markdownOf(commit, hand, real) };
  } finally {
    rmSync(made, { recursive: true });
  }
}

function told(script: string, path: string): ToldFlow[] {
  const out = execFileSync('python3', [script, 'flows', path], { encoding: 'utf8', maxBuffer: 2 ** 31 - 1 });
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ToldFlow);
}

/** The flows of a capture, each by its ends as the reference writes them. */
export async function metered(path: string): Promise<ToldFlow[]> {
  const flows: ToldFlow[] = [];
  const meter = new FlowMeter((flow) => {
    flows.push({
      source: plain(flow.addresses, 0),
      sport: flow.sourcePort,
      target: plain(flow.addresses, 4),
      dport: flow.destinationPort,
      protocol: flow.protocol,
      start: flow.start,
      values: Array.from(flow.values),
    });
  });
  const [input] = await listInputs([path]);
  if (input === undefined) throw new VedetteError('INPUT_MISSING', `${path} cannot be read`);
  for await (const batch of new CaptureReader({ input: basename(path) }).read(readBytes(input).chunks)) meter.add(batch);
  meter.flush();
  return flows;
}

/** IPv4 in dots, IPv6 as 32 hex digits. */
function plain(addresses: Int32Array, from: number): string {
  const words = Array.from(addresses.subarray(from, from + 4), (word) => (word >>> 0).toString(16).padStart(8, '0'));
  const hex = words.join('');
  if (!hex.startsWith('00000000000000000000ffff')) return hex;
  return ipv4Text(addresses[from + 3] as number);
}

const keyOf = ({ source, sport, target, dport, protocol, start }: ToldFlow): string =>
  [source, sport, target, dport, protocol, start].join('|');

/** Equal but for the rounding of sums in another order. */
export function agree(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
}

export function compare(capture: string, own: readonly ToldFlow[], reference: readonly ToldFlow[]): Compared {
  const byKey = new Map(reference.map((flow) => [keyOf(flow), flow]));
  const differing: Record<string, number> = {};
  let matched = 0;
  for (const flow of own) {
    const other = byKey.get(keyOf(flow));
    if (other === undefined) continue;
    matched++;
    for (const [i, name] of FLOW_VALUES.entries()) {
      if (!agree(flow.values[i] as number, other.values[i] as number)) differing[name] = (differing[name] ?? 0) + 1;
    }
  }
  return { capture, flows: own.length, reference: reference.length, matched, differing };
}

function markdownOf(
  commit: string,
  hand: ReadonlyMap<string, { own: readonly ToldFlow[]; reference: readonly ToldFlow[] }>,
  real: readonly Compared[],
): string {
  const heads = [...hand].flatMap(([name, { reference }]) => reference.map((_, i) => (reference.length > 1 ? `${name} ${i + 1}` : name)));
  const cells = (column: number) =>
    [...hand.values()].flatMap(({ own, reference }) =>
      reference.map((flow) =>
        cell(
          own.find((one) => keyOf(one) === keyOf(flow)),
          flow,
          column,
        ),
      ),
    );
  const total = (of: (one: Compared) => number) => real.reduce((sum, one) => sum + of(one), 0);
  const [flows, reference] = [total((one) => one.flows), total((one) => one.reference)];
  const off = (100 * Math.abs(flows - reference)) / Math.max(1, reference);
  return [
    '# Flows against a second implementation',
    '',
    `Made by \`npm run evaluate:all -- flow-parity\` at commit ${commit.slice(0, 12)}. The reference (\`${SCRIPT}\`, Python's standard library alone) decodes packets itself, parts flows by the rules of CICFlowMeter's corrected`,
    'generator (a flow is cut by a packet more than 120 s after its first, or by a SYN after an RST or a FIN of both sides) and computes each column from the list of a flow’s packets. CICFlowMeter itself needs a',
    'native library that is not to be had here, so it was not run; the first small capture is also worked out by hand in `src/parsers/packets/flow/meter.test.ts`.',
    '',
    '## Every column on small captures',
    '',
    'Values on which both agree; where they do not, `ours / reference`.',
    '',
    ...markdownTable([['column', ...heads], ...FLOW_VALUES.map((name, i) => [name, ...cells(i)])]),
    '',
    'The other columns of the 91 name the flow (`id`, `Flow ID`, addresses, ports, `Protocol`, `Timestamp`), or are fixed (`Label`, `Attempted Category`); direction and start are what flows are matched by.',
    '',
    '## Flows and columns of the captures',
    '',
    `${flows} flows here, ${reference} by the reference: ${off.toFixed(2)} % apart. "Matched" have the same ends in the same direction and the same start. The reference does not look into tunnels: a fragment inside GRE is a flow of the tunnel there.`,
    '',
    ...markdownTable([
      ['capture', 'flows', 'reference', 'matched', 'columns that differ (flows)'],
      ...real.map(({ capture, flows: own, reference: other, matched, differing }) => [
        capture,
        String(own),
        String(other),
        String(matched),
        Object.entries(differing)
          .map(([name, many]) => `${name} (${many})`)
          .join(', ') || 'none',
      ]),
    ]),
    '',
  ].join('\n');
}

function cell(own: ToldFlow | undefined, reference: ToldFlow, column: number): string {
  const expected = reference.values[column] as number;
  if (own === undefined) return 'no such flow';
  const value = own.values[column] as number;
  const short = (number: number) => String(Number(number.toPrecision(7)));
  return agree(value, expected) ? short(value) : `**${short(value)} / ${short(expected)}**`;
}
