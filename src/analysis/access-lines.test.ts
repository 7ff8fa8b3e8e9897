import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, silentLogger } from '../core/index.ts';
import { rules } from '../detectors/index.ts';
import { createLogParser } from '../parsers/index.ts';

const targets = fc.constantFrom(
  ...[
    '/',
    '/index.html',
    '/../../etc/passwd',
    '/?q=%27%20or%201=1',
    '/?q=1 union select 2',
    '/login',
    '/.env',
    '/a.bak',
    '/shell',
    'http://other/',
    '/?x=<script>',
  ],
  ...[
    '/?id=1 UNION SELECT pass FROM users',
    '/?q=\\"><script>alert(1)</script>',
    '/?q=\\x22\\x3e\\x3cscript',
    '/?q=<img src=x onerror=alert(1)>',
  ],
  ...['/wp-login.php', '/é', '/%2e%2e/%2e%2e/', '/admin.php', '/?cmd=powershell', '*'],
);
const agents = fc.constantFrom(
  'Mozilla/5.0',
  'sqlmap/1.5',
  'Nikto',
  '() { :;}; /bin/sh',
  '\u0024{jndi:ldap://x}',
  'curl or wget',
  '-',
  'ünï',
);
const methods = fc.constantFrom('GET', 'POST', 'get', 'CONNECT', 'BREW', '\\x16\\x03');
const line = fc
  .tuple(fc.constantFrom('10.0.0.1', 'host.example', 'sqlmap'), methods, targets, fc.constantFrom(200, 401, 403, 404, 500), targets, agents)
  .map(([client, method, target, status, referer, agent]) => {
    return `${client} - - [10/Oct/2025:13:55:36 +0000] "${method} ${target} HTTP/1.1" ${status} 401 "http://x${referer}" "${agent}"`;
  });

describe('lines of web servers that hold nothing that rules look for', () => {
  it('are passed over without losing a finding', async () => {
    const sigma = (await (rules.sigma as NonNullable<typeof rules.sigma>)()).default;
    const context = { name: 'sigma', log: silentLogger, now: () => 0, random: seededRandom(1) };
    const [passing, thorough] = [sigma.create(sigma.config.parse({}), context), sigma.create(sigma.config.parse({}), context)];
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        const parser = createLogParser({ format: 'access-combined' });
        const bytes = new TextEncoder().encode(lines.map((one) => `${one}\n`).join(''));
        const batch = parser.parse({ input: 'x', generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true }, 'x', () => {});
        // A level that says nothing has every line taken apart.
        const level = { codes: new Int32Array(batch.rows), values: [''] };
        expect(passing.take(batch)).toEqual(thorough.take({ ...batch, level }));
      }),
    );
  });
});
