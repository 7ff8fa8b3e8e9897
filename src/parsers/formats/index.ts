import { VedetteError } from '../../core/index.ts';
import { accessCombined, accessCommon } from './access.ts';
import { auditd } from './auditd.ts';
import { cef } from './cef.ts';
import type { LogFormat } from './format.ts';
import { glog } from './glog.ts';
import { json } from './json.ts';
import { logfmt } from './logfmt.ts';
import { LOGHUB_FORMATS } from './loghub.ts';
import { mysql, mysqlSlow } from './mysql.ts';
import { plain } from './plain.ts';
import { postgresql } from './postgresql.ts';
import { cri, nginxError } from './services.ts';
import { strace } from './strace.ts';
import { syslog } from './syslog.ts';
import { syslogNetwork } from './syslog-network.ts';
import { syslog5424 } from './syslog5424.ts';
import { timestamped } from './timestamped.ts';
import { w3c } from './w3c.ts';

/** Every log format by name. */
export const LOG_FORMATS: ReadonlyMap<string, LogFormat> = new Map(
  [
    syslog,
    syslog5424,
    syslogNetwork,
    accessCombined,
    accessCommon,
    nginxError,
    w3c,
    json,
    logfmt,
    cef,
    cri,
    glog,
    strace,
    auditd,
    postgresql,
    mysql,
    mysqlSlow,
    ...LOGHUB_FORMATS,
    timestamped,
    plain,
  ].map((format) => [format.name, format]),
);

export function formatNamed(name: string): LogFormat {
  const format = LOG_FORMATS.get(name);
  if (format !== undefined) return format;
  throw new VedetteError('FORMAT_UNKNOWN', `log format "${name}" is not known`, {
    hint: `known formats: ${[...LOG_FORMATS.keys()].join(', ')}`,
  });
}
