import { VedetteError } from '../../core/index.ts';

export interface CaptureSettings {
  readonly interface: string;
  readonly filter: string;
  readonly snapBytes: number;
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  readonly immediate: boolean;
}

/** What a run of the tool has counted so far. */
export interface Seen {
  readonly received: number;
  readonly kernelDrops: number;
  readonly interfaceDrops: number;
}

/** A program that writes packets to its standard output. */
export interface CaptureTool {
  /** Every option an argument of its own: no shell sees them. */
  arguments(settings: CaptureSettings): string[];
  /** Reads the counts from what it has written to standard error; undefined before it said any. */
  counts(text: string): Seen | undefined;
  /** Signal at which it prints its counts and goes on. */
  readonly statsSignal?: NodeJS.Signals;
}

const KIB = 1024;

const tcpdump: CaptureTool = {
  arguments({ interface: name, filter, snapBytes, bufferBytes, promiscuous, immediate }) {
    const buffer = String(Math.max(1, Math.ceil(bufferBytes / KIB)));
    const options = ['-i', name, '-n', '-U', '-w', '-', '-s', String(snapBytes), '-B', buffer];
    if (!promiscuous) options.push('-p');
    if (immediate) options.push('--immediate-mode');
    return filter === '' ? options : [...options, '--', filter];
  },
  counts(text) {
    const received = last(text, /(\d+) packets? received by filter/g);
    if (received === undefined) return undefined;
    return {
      received,
      kernelDrops: last(text, /(\d+) packets? dropped by kernel/g) ?? 0,
      interfaceDrops: last(text, /(\d+) packets? dropped by interface/g) ?? 0,
    };
  },
  statsSignal: 'SIGUSR1',
};

const dumpcap: CaptureTool = {
  arguments({ interface: name, filter, snapBytes, bufferBytes, promiscuous }) {
    const buffer = String(Math.max(1, Math.ceil(bufferBytes / KIB / KIB)));
    const options = ['-i', name, '-P', '-q', '-w', '-', '-s', String(snapBytes), '-B', buffer];
    if (!promiscuous) options.push('-p');
    return filter === '' ? options : [...options, '-f', filter];
  },
  counts(text) {
    // Packets received/dropped on interface 'eth0': 12/3 (pcap:3/dumpcap:0/flushed:0/ps_ifdrop:0) (80.0%)
    const match = [
      ...text.matchAll(/received\/dropped on interface[^:]*: (\d+)\/(\d+)(?: \(pcap:\d+\/dumpcap:\d+\/flushed:\d+\/ps_ifdrop:(\d+)\))?/g),
    ].at(-1);
    if (match === undefined) return undefined;
    const inside = Number(match[3] ?? 0);
    return { received: Number(match[1]), kernelDrops: Math.max(0, Number(match[2]) - inside), interfaceDrops: inside };
  },
};

export const CAPTURE_TOOLS: Readonly<Record<'tcpdump' | 'dumpcap', CaptureTool>> = { tcpdump, dumpcap };

function last(text: string, pattern: RegExp): number | undefined {
  const match = [...text.matchAll(pattern)].at(-1);
  return match === undefined ? undefined : Number(match[1]);
}

/** Why a tool gave nothing, and what to do. `said`: its standard error. */
export function captureError(command: string, name: string, said: string): VedetteError {
  const text = said.trim().split('\n').at(-1) ?? '';
  return new VedetteError('INPUT_UNREADABLE', `${command} cannot capture on ${name}: ${text === '' ? 'it said nothing' : text}`, {
    hint: hintOf(command, said),
  });
}

function hintOf(command: string, said: string): string {
  if (/ENOENT|not found/.test(said))
    return `Install ${command} (on Debian: apt-get install ${command === 'dumpcap' ? 'wireshark-common' : 'tcpdump'}).`;
  if (/permission|not permitted|EACCES|EPERM/i.test(said))
    return `Give it the right to capture: setcap cap_net_raw,cap_net_admin=eip "$(readlink -f "$(command -v ${command})")"; or run as root; for dumpcap join the group wireshark.`;
  if (/no such device|doesn't exist|can't find|not up/i.test(said)) return 'Name an interface that exists and is up: `ip link` shows them.';
  if (/syntax error|filter expression|capture filter/i.test(said)) return 'Correct the filter; `man pcap-filter` describes its language.';
  return 'Try the same command in a terminal.';
}
