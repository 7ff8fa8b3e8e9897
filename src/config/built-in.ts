/** Logs that hosts usually keep, with the names their sources get. */
const HOST_LOGS: readonly (readonly [string, string])[] = [
  ['syslog', '/var/log/syslog'],
  ['messages', '/var/log/messages'],
  ['auth', '/var/log/auth.log'],
  ['secure', '/var/log/secure'],
  ['kern', '/var/log/kern.log'],
  ['nginx', '/var/log/nginx/access.log'],
  ['apache', '/var/log/apache2/access.log'],
  ['httpd', '/var/log/httpd/access_log'],
];

/** What runs without a configuration file: the host's own readable logs and metrics, and records received over HTTP on this host only. */
export function builtInConfig(readable: (path: string) => boolean, httpPort = 7735): unknown {
  const files = HOST_LOGS.filter(([, path]) => readable(path)).map(([name, path]) => ({ type: 'file', name, path }));
  return {
    tenants: { default: { sources: [...files, { type: 'host-metrics', name: 'host' }, { type: 'http', name: 'http', port: httpPort }] } },
  };
}
