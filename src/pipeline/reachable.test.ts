import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../config/index.ts';
import { factsOf, loadComponents, pipelineSchema } from './catalogue.ts';
import { checkGraph } from './graph.ts';
import { unreachable } from './reachable.ts';

async function configOf(sources: readonly object[], more: object = {}) {
  return checkConfig({ tenants: { t: { sources, ...more } } }, await pipelineSchema()).config;
}

async function problemsOf(sources: readonly object[]): Promise<readonly string[]> {
  const config = await configOf(sources);
  return checkGraph(config, factsOf(await loadComponents(config)));
}

describe('what a configuration names', () => {
  it('options that are missing together are a problem of the source that lacks them', async () => {
    const problems = await problemsOf([
      { type: 'file', name: 'a', path: '/x' },
      { type: 'syslog', name: 'b' },
    ]);
    expect(problems).toEqual(['tenants.t.sources[1] (b): no port to listen on; set udpPort, tcpPort or tls']);
  });

  it('no two listen on one port, on all addresses or one', async () => {
    const [problem, ...others] = await problemsOf([
      { type: 'http', name: 'h1', port: 27_735 },
      { type: 'http', name: 'h2', port: 27_735, host: '0.0.0.0' },
      { type: 'syslog', name: 's', udpPort: 27_735, tcpPort: 27_736 },
      { type: 'http', name: 'free', port: 0 },
      { type: 'http', name: 'free2', port: 0 },
    ]);
    expect(problem).toMatch(
      /^tenants\.t\.sources\[1\]\.port: h2 cannot listen on TCP 0\.0\.0\.0:27735, h1 \(tenants\.t\.sources\[0\]\.port\) does;/,
    );
    expect(others).toEqual([]);
    const [api] = await problemsOf([{ type: 'http', name: 'h', port: 7734 }]);
    expect(api).toMatch(/the control API \(listen\) does/);
  });

  it('ports that others have, and files that are not there, are told with their place', async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4').bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const tcpPort = (tcp.address() as { port: number }).port;
    const config = {
      ...(await configOf(
        [
          { type: 'syslog', name: 's', udpPort: udp.address().port, tcpPort },
          { type: 'directory', name: 'd', path: '/nowhere/at/all' },
          { type: 'file', name: 'f', path: '/tmp' },
        ],
        { pseudonymise: { keyFile: '/nowhere/key' } },
      )),
      listen: '127.0.0.1:0',
    };
    expect(await unreachable(config)).toEqual([
      `tenants.t.sources[0].udpPort: s cannot listen on UDP 127.0.0.1:${udp.address().port} now: another program listens there`,
      `tenants.t.sources[0].tcpPort: s cannot listen on TCP 127.0.0.1:${tcpPort} now: another program listens there`,
      'tenants.t.pseudonymise.keyFile: /nowhere/key does not exist',
      'tenants.t.sources[1].path: d: /nowhere/at/all does not exist; it is read once it is there',
      'tenants.t.sources[2].path: f: /tmp is a folder; it is read once it is there',
    ]);
    expect(await unreachable(config, true)).toHaveLength(3);
    tcp.close();
    udp.close();
  });
});
