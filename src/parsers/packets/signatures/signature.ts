/** What the bytes of a packet show, told by what shows it. */
export interface PacketSignature {
  readonly id: string;
  readonly title: string;
  /** ATT&CK. */
  readonly technique: string;
  /** By how seldom it has an honest reason: below 25 where administrators or programs do it every day. */
  readonly severity: number;
  /** Detector that tells of it: `packets` of Windows hosts that are controlled, `payloads` of what is transferred. */
  readonly engine: 'packets' | 'payloads';
}

export const SIGNATURES = {
  adminShare: {
    id: 'admin-share',
    title: 'Administrative share of another host opened',
    technique: 'T1021.002',
    severity: 20,
    engine: 'packets',
  },
  programWritten: {
    id: 'program-written',
    title: 'Program written to a share of another host',
    technique: 'T1570',
    severity: 20,
    engine: 'packets',
  },
  programToAdminShare: {
    id: 'program-to-admin-share',
    title: 'Program written to an administrative share of another host',
    technique: 'T1570',
    severity: 45,
    engine: 'packets',
  },
  programFromAdminShare: {
    id: 'program-from-admin-share',
    title: 'Program taken from an administrative share of another host',
    technique: 'T1570',
    severity: 20,
    engine: 'packets',
  },
  remoteShell: {
    id: 'winrm',
    title: 'Commands sent to another host over WinRM',
    technique: 'T1021.006',
    severity: 20,
    engine: 'packets',
  },
  disguisedProgram: {
    id: 'disguised-program',
    title: 'Program sent as text or picture',
    technique: 'T1036',
    severity: 45,
    engine: 'payloads',
  },
  programDownload: {
    id: 'program-download',
    title: 'Program sent over HTTP in the clear',
    technique: 'T1105',
    severity: 20,
    engine: 'payloads',
  },
  bareAddress: {
    id: 'bare-address-post',
    title: 'Data posted to a bare address on an unusual port',
    technique: 'T1571',
    severity: 20,
    engine: 'payloads',
  },
  selfSigned: {
    id: 'self-signed-server',
    title: 'Self-signed server on the internet that nobody names',
    technique: 'T1573.002',
    severity: 20,
    engine: 'payloads',
  },
  placeholderName: {
    id: 'placeholder-certificate',
    title: 'Self-signed server on the internet with the name of an example',
    technique: 'T1573.002',
    severity: 35,
    engine: 'payloads',
  },
} as const satisfies Readonly<Record<string, PacketSignature>>;

/** A signature and what it was seen on. */
export interface SignatureMatch {
  readonly signature: PacketSignature;
  /** For people: a name of a file, share or certificate; no control characters. */
  readonly detail: string;
}

const MOST_DETAIL = 200;

/** Text from the wire as it may be shown. */
export function shownText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd').slice(0, MOST_DETAIL);
}
