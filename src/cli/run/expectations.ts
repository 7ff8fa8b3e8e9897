import { formatMicros, VedetteError } from '../../core/index.ts';
import type { Operations } from '../../server/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { ruleOf } from './alert-lists.ts';
import { withOperations } from './open-operations.ts';

interface ExpectOptions extends CommonOptions {
  readonly type?: string;
  readonly host?: string;
  readonly user?: string;
  readonly note: string;
}

/** `what`: an incident, whose evidence (or that of `--type`, `--host`) is normal, or `type@host`. */
export async function expectEvidence(what: string, options: ExpectOptions): Promise<void> {
  await withOperations(options, async ({ incidents }) => {
    const requests = what.includes('@') ? [{ ...ruleOf(what), title: '' }] : await evidenceOf(what, options, incidents);
    const entries = [];
    for (const { type, host, title } of requests) {
      const { user, note: reason } = options;
      entries.push(await incidents.expect({ type, host, title, reason, ...(user === undefined ? {} : { user }) }));
    }
    if (options.output === 'json') printJson({ expectations: entries });
    else
      for (const { id, host, title, type } of entries)
        print(
          `${id.slice(0, 12)}  ${host}: ${title || type} is expected from now on. Take it back with: vedette incidents unexpect ${id.slice(0, 12)}`,
        );
  });
}

export async function unexpect(id: string, options: CommonOptions): Promise<void> {
  await withOperations(options, ({ incidents }) => incidents.unexpect(id));
  if (options.output === 'json') printJson({ id, inForce: false });
  else print(`${id}: taken back, as if it had never been said.`);
}

export async function listExpectations(options: CommonOptions & { log?: boolean }): Promise<void> {
  await withOperations(options, async ({ incidents }) => {
    const entries = await incidents.expectations(options.log === true ? 'log' : 'in-force');
    if (options.output === 'json') printJson({ expectations: entries });
    else if (entries.length === 0) print('Nothing is expected.');
    else
      for (const { id, host, user, title, type, reason, by, at, inForce } of entries) {
        const who = user === undefined ? '' : ` for ${user}`;
        print(
          `${id.slice(0, 12)}  ${formatMicros(at)}  ${host}${who}: ${title || type}${inForce ? '' : ' taken back'} (${by}${reason === '' ? '' : `: ${reason}`})`,
        );
      }
  });
}

async function evidenceOf(id: string, { type, host }: ExpectOptions, incidents: Operations['incidents']) {
  const { evidence } = await incidents.getIncident(id);
  const chosen = evidence.filter((one) => (type === undefined || one.type === type) && (host === undefined || one.host === host));
  if (chosen.length > 0) return [...new Map(chosen.map((one) => [`${one.type}@${one.host}`, one])).values()];
  throw new VedetteError('USAGE', `incident ${id} has no such evidence`, { hint: 'vedette incidents show lists types and hosts.' });
}
