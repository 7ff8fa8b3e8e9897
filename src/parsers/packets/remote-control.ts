import { addressText, type EventBatch, type PacketBatch, PROTOCOL } from '../../core/index.ts';
import { type SensorRow, sensorBatches } from '../sensor/batch.ts';

/** What a Windows host is asked to do from elsewhere, by the interface or pipe that is opened for it; all of it has honest uses. */
interface Control {
  readonly id: string;
  readonly title: string;
  readonly technique: string;
  readonly severity: number;
  /** Of the DCE/RPC interface, as text. */
  readonly uuid?: string;
  /** Begins the name of a pipe or file opened over SMB. */
  readonly pipe?: string;
}

const CONTROLS: readonly Control[] = [
  {
    id: 'remote-service',
    title: 'Services of another host controlled',
    technique: 'T1569.002',
    severity: 20,
    uuid: '367abb81-9844-35f1-ad32-98f038001003',
    pipe: 'svcctl',
  },
  { id: 'psexec', title: 'PsExec service asked for', technique: 'T1569.002', severity: 40, pipe: 'psexesvc' },
  {
    id: 'remote-task',
    title: 'Scheduled tasks of another host controlled',
    technique: 'T1053.005',
    severity: 20,
    uuid: '86d35949-83c9-4044-b424-db363231fd0c',
    pipe: 'atsvc',
  },
  {
    id: 'remote-registry',
    title: 'Registry of another host opened',
    technique: 'T1112',
    severity: 20,
    uuid: '338cd001-2244-31f1-aaaa-900038001003',
    pipe: 'winreg',
  },
  {
    id: 'directory-replication',
    title: 'Directory replication interface opened',
    technique: 'T1003.006',
    severity: 20,
    uuid: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2',
  },
  {
    id: 'remote-wmi',
    title: 'WMI of another host called',
    technique: 'T1047',
    severity: 20,
    uuid: '9556dc99-828c-11cf-a37e-00aa003240c7',
  },
];

const BY_UUID = CONTROLS.flatMap((control) => (control.uuid === undefined ? [] : [{ control, bytes: littleEndian(control.uuid) }]));
const BY_PIPE = CONTROLS.flatMap((control) =>
  control.pipe === undefined ? [] : [{ control, bytes: Buffer.from(control.pipe, 'utf16le') }],
);
const MOST_LOOKED_AT = 4096;
const SMB2_CREATE = 5;
const SMB1_NT_CREATE = 0xa2;
const BIND = 11;
const ALTER_CONTEXT = 14;

/** Requests among packets that open one of these, as events of kind `signature`. */
export function remoteControlOf(batch: PacketBatch, source: string): EventBatch[] {
  const rows: SensorRow[] = [];
  for (let row = 0; row < batch.rows; row++) {
    if (batch.protocol[row] !== PROTOCOL.tcp) continue;
    const start = batch.payloadStart[row] as number;
    const end = Math.min(batch.payloadEnd[row] as number, start + MOST_LOOKED_AT);
    if (end - start < 40) continue;
    for (const control of controlsIn(batch.bytes, start, end)) {
      rows.push({
        kind: 'signature',
        values: {
          time: batch.time[row] as number,
          sourceAddress: addressText(batch.addresses, row * 8),
          sourcePort: batch.sourcePort[row] as number,
          destinationAddress: addressText(batch.addresses, row * 8 + 4),
          destinationPort: batch.destinationPort[row] as number,
          protocol: PROTOCOL.tcp,
          engine: 'packets',
          rule: control.title,
          ruleId: control.id,
          severity: control.severity,
          technique: control.technique,
        },
        attributes: undefined,
        offset: batch.offset[row] as number,
        line: batch.firstNumber + row,
        length: 0,
      });
    }
  }
  return rows.length === 0 ? [] : sensorBatches(rows, source, batch.input);
}

function controlsIn(bytes: Uint8Array, start: number, end: number): Control[] {
  if (bytes[start] === 5 && bytes[start + 1] === 0) return isBind(bytes, start) ? interfacesIn(bytes, start, end) : [];
  // NetBIOS session, then SMB 1 or 2
  if (bytes[start] !== 0 || bytes[start + 5] !== 0x53 || bytes[start + 6] !== 0x4d || bytes[start + 7] !== 0x42) return [];
  const smb = start + 4;
  const isTwo = bytes[smb] === 0xfe;
  if (isTwo && ((bytes[smb + 16] as number) & 1) !== 0) return [];
  const opens = isTwo ? bytes[smb + 12] === SMB2_CREATE : bytes[smb + 4] === SMB1_NT_CREATE;
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (opens) {
    const lower = Buffer.from(payload.toString('utf16le', payload.length % 2).toLowerCase(), 'utf16le');
    const other = Buffer.from(payload.toString('utf16le', 1 - (payload.length % 2)).toLowerCase(), 'utf16le');
    return BY_PIPE.filter(({ bytes: name }) => lower.includes(name) || other.includes(name)).map(({ control }) => control);
  }
  return interfacesIn(bytes, start, end);
}

function isBind(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 2] === BIND || bytes[at + 2] === ALTER_CONTEXT;
}

/** Interfaces named where a bind lies in the bytes. */
function interfacesIn(bytes: Uint8Array, start: number, end: number): Control[] {
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return BY_UUID.filter(({ bytes: uuid }) => {
    const at = payload.indexOf(uuid);
    // version and type of the bind lie before its first interface, at most a few contexts away
    return at >= 32 && hasBind(payload, Math.max(0, at - 32 - 44 * 4), at - 31);
  }).map(({ control }) => control);
}

function hasBind(payload: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (payload[at] === 5 && payload[at + 1] === 0 && isBind(payload, at)) return true;
  return false;
}

/** A UUID as it goes over the wire: its first three fields little-endian. */
function littleEndian(uuid: string): Buffer {
  const [a = '', b = '', c = '', d = '', e = ''] = uuid.split('-');
  const turned = [a, b, c].map((part) => (part.match(/../g) ?? []).reverse().join(''));
  return Buffer.from([...turned, d, e].join(''), 'hex');
}
