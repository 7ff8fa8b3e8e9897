/** Columns of the NSL-KDD files, which have no header line; the last two may be absent. */
const NSL_KDD_COLUMNS: readonly string[] = [
  'duration protocol_type service flag src_bytes dst_bytes land wrong_fragment urgent hot num_failed_logins logged_in',
  'num_compromised root_shell su_attempted num_root num_file_creations num_shells num_access_files num_outbound_cmds',
  'is_host_login is_guest_login count srv_count serror_rate srv_serror_rate rerror_rate srv_rerror_rate same_srv_rate',
  'diff_srv_rate srv_diff_host_rate dst_host_count dst_host_srv_count dst_host_same_srv_rate dst_host_diff_srv_rate',
  'dst_host_same_src_port_rate dst_host_srv_diff_host_rate dst_host_serror_rate dst_host_srv_serror_rate',
  'dst_host_rerror_rate dst_host_srv_rerror_rate label difficulty',
].flatMap((line) => line.split(' '));

/** Columns of the four raw UNSW-NB15 files, which have no header line either. */
const UNSW_NB15_COLUMNS: readonly string[] = [
  'srcip sport dstip dsport proto state dur sbytes dbytes sttl dttl sloss dloss service sload dload spkts dpkts swin dwin stcpb dtcpb',
  'smean dmean trans_depth response_body_len sjit djit stime ltime sinpkt dinpkt tcprtt synack ackdat is_sm_ips_ports ct_state_ttl',
  'ct_flw_http_mthd is_ftp_login ct_ftp_cmd ct_srv_src ct_srv_dst ct_dst_ltm ct_src_ltm ct_src_dport_ltm ct_dst_sport_ltm',
  'ct_dst_src_ltm attack_cat label',
].flatMap((line) => line.split(' '));

const KDD_PROTOCOL = /^(?:tcp|udp|icmp)$/;
const KDD_FLAG = /^(?:SF|SH|S[0-3]|REJ|RST(?:O|R|OS0)|OTH)$/;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Names of a flow table's columns by a row of it, for data sets that are handed around without a header. */
export function headerlessColumns(cells: readonly string[]): readonly string[] | undefined {
  const [first = '', second = '', third = '', fourth = ''] = cells;
  const most = NSL_KDD_COLUMNS.length;
  if (cells.length >= most - 2 && cells.length <= most && KDD_PROTOCOL.test(second) && KDD_FLAG.test(fourth) && isNumber(first)) {
    return NSL_KDD_COLUMNS.slice(0, cells.length);
  }
  const { length } = UNSW_NB15_COLUMNS;
  return cells.length === length && ADDRESS.test(first) && ADDRESS.test(third) && isNumber(cells[28] ?? '') ? UNSW_NB15_COLUMNS : undefined;
}

function isNumber(cell: string): boolean {
  return cell !== '' && !Number.isNaN(Number(cell));
}
