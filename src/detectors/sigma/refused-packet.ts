/** A packet that a firewall refused; names as the kernel's packet filter prints them. */
export interface RefusedPacket {
  readonly SRC: string;
  readonly DST: string;
  readonly DPT: string;
}

const ADDRESS = '[0-9a-fA-F.:]{2,45}';
/** Cisco ASA: 106023; 106001, 106006, 106007 and 710003; 106100. */
const ASA = [
  new RegExp(`\\bDeny \\w{1,8} src [^\\s:]{1,64}:(${ADDRESS})/\\d{1,5} dst [^\\s:]{1,64}:(${ADDRESS})/(\\d{1,5})`, 'i'),
  new RegExp(`\\bden(?:y|ied) .{0,40}\\bfrom (${ADDRESS})/\\d{1,5} to (?:[^\\s:]{1,64}:)?(${ADDRESS})/(\\d{1,5})`, 'i'),
  new RegExp(`\\bdenied \\w{1,8} [^\\s/]{1,64}/(${ADDRESS})\\(\\d{1,5}\\).{0,80}?-> [^\\s/]{1,64}/(${ADDRESS})\\((\\d{1,5})\\)`, 'i'),
];

/** What a line of pfSense's `filterlog` or of a Cisco ASA refuses; undefined for other lines. */
export function refusedPacketOf(program: string, message: string): RefusedPacket | undefined {
  if (program === 'filterlog') return filterlog(message.split(',', 26));
  const head = message.slice(0, 1024);
  if (!/\bden(?:y|ied)\b/i.test(head)) return undefined;
  for (const pattern of ASA) {
    const [, SRC, DST, DPT] = pattern.exec(head) ?? [];
    if (SRC !== undefined && DST !== undefined && DPT !== undefined) return { SRC, DST, DPT };
  }
  return undefined;
}

/** Fields by place (pfSense, "Raw Filter Log Format"): action, version of IP, protocol; addresses and ports stand behind what IPv4 or IPv6 has. */
function filterlog(fields: readonly string[]): RefusedPacket | undefined {
  if (fields[6] !== 'block' && fields[6] !== 'reject') return undefined;
  const first = fields[8] === '6' ? 15 : 18;
  const [SRC = '', DST = '', , DPT = ''] = fields.slice(first, first + 4);
  return SRC === '' || !/^\d{1,5}$/.test(DPT) ? undefined : { SRC, DST, DPT };
}
