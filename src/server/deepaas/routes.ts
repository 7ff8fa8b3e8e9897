import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { VedetteError } from '../../core/index.ts';
import { ownSettings } from '../../training/series/index.ts';
import { mayCall, type Principal, sessionBody } from '../access/principal.ts';
import type { Scope } from '../api/contract.ts';
import { audit, type ServerContext, tenantModels, tenantNames, tenantStore } from '../context.ts';
import { missing, plain } from '../handlers/handler.ts';
import { runJob } from '../jobs/run-job.ts';
import { inputOf } from '../jobs/task-of.ts';
import { trainingOf } from './answers.ts';
import { algorithmOf, describeArguments, parseArguments, predictArguments, trainArguments } from './arguments.ts';

const MODEL = 'mods';
const BASE = '/v2';
/** Of one prediction. */
const PREDICT_MILLIS = 10 * 60_000;
const PREDICTIONS_AT_ONCE = 2;
const UUID = /^[0-9a-f]{32}$/;

interface Caller {
  readonly tenant: string;
  readonly principal: Principal;
}

/**
 * The DEEPaaS V2 interface of DEEP MODS: its clients train forecasters on the uploaded `<protocol>/<Y>/<M>/<D>/<window>.tsv` archives of
 * the tenant their token belongs to.
 */
export function deepaasRoutes(app: FastifyInstance, context: ServerContext): void {
  let predicting = 0;
  const route = (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    summary: string,
    scope: Scope,
    answer: (caller: Caller, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ) => {
    app.route({
      method,
      url: `${BASE}${path}`,
      config: { access: 'signed-in' },
      schema: { tags: ['deepaas'], summary, description: `Access: signed-in, scope ${scope}.`, response: { '2xx': z.unknown() } },
      handler: async (request, reply) => reply.send(plain(await answer(await callerOf(context, request, scope), request, reply))),
    });
  };

  route('GET', '/', 'Version of the interface', 'models:read', async () => ({
    version: 'stable',
    id: 'v2',
    links: [{ rel: 'self', type: 'application/json', href: `${BASE}/` }],
  }));
  route('GET', '/debug/', 'Output of the model; it is off', 'models:read', async (_caller, _request, reply) => {
    reply.code(204);
    return undefined;
  });
  route('GET', '/models/', 'Models', 'models:read', async () => ({ models: [description(context)] }));
  route('GET', '/models/:model/', 'One model with its arguments', 'models:read', async (_caller, request) => {
    checkModel(request);
    return { ...description(context), train_args: describeArguments(trainArguments), predict_args: describeArguments(predictArguments) };
  });
  route('POST', '/models/:model/train/', 'Train in the background', 'models:write', async ({ tenant, principal }, request) => {
    checkModel(request);
    const args = parseArguments(trainArguments, request.query, request.body);
    const uploads = await archives(context, tenant);
    const data = (range: string, excluded: string[]) => ({
      ...{ uploads, query: args.data_select_query, range, excluded, windowSlide: args.window_slide },
    });
    const algorithm = algorithmOf(args.model_type);
    const asked = { window: args.sequence_len, epochs: args.num_epochs, batchSize: Math.max(32, args.batch_size) };
    const options = ownSettings(algorithm, asked);
    const job = await context.jobs.add(tenant, {
      ...{ kind: 'train', detector: 'forecast', model: args.model_name, by: principal.name },
      arguments: {
        ...{ detector: 'forecast', name: args.model_name, algorithm, steps: args.steps_ahead, options },
        data: data(args.train_time_range, args.train_time_ranges_excluded),
        test: data(args.test_time_range, args.test_time_ranges_excluded),
        request: args,
      },
    });
    await audit(context, principal, 'train started', args.model_name, job.id, await tenantStore(context, tenant));
    return trainingOf(job);
  });
  route('GET', '/models/:model/train/', 'Trainings', 'models:read', async ({ tenant }, request) => {
    checkModel(request);
    const all = await context.jobs.list(tenant);
    return all.filter(({ kind, detector }) => kind === 'train' && detector === 'forecast').map(trainingOf);
  });
  route('GET', '/models/:model/train/:uuid', 'State of a training', 'models:read', async ({ tenant }, request) =>
    trainingOf(await context.jobs.get(tenant, uuidOf(request))),
  );
  route('DELETE', '/models/:model/train/:uuid', 'Cancel a training', 'models:write', async ({ tenant, principal }, request) => {
    const id = uuidOf(request);
    const job = await context.jobs.get(tenant, id);
    if (job.finishedAt !== null) return trainingOf(job);
    await audit(context, principal, 'train cancelled', job.model, id, await tenantStore(context, tenant));
    return trainingOf(await context.jobs.cancel(tenant, id));
  });
  route('POST', '/models/:model/predict/', 'Forecast every row of a time', 'models:read', async ({ tenant }, request) => {
    checkModel(request);
    const args = parseArguments(predictArguments, request.query, request.body);
    const store = await tenantStore(context, tenant);
    const loaded = await tenantModels(context, store).loadModel(args.model_name);
    const { manifest } = loaded;
    if (manifest.detector !== 'forecast') throw missing('forecast model');
    const own = manifest.features as { query?: string; windowSlide?: string };
    const uploads = await archives(context, tenant);
    const selection = {
      query: args.data_select_query ?? own.query,
      range: args.time_range,
      windowSlide: args.window_slide ?? own.windowSlide,
    };
    const given = Object.fromEntries(Object.entries(selection).filter(([, value]) => value !== undefined));
    const input = await inputOf(context, tenant, store, { uploads, ...given, excluded: args.time_ranges_excluded });
    if (predicting >= PREDICTIONS_AT_ONCE)
      throw new VedetteError('RATE_LIMITED', 'too many predictions at once', { hint: 'Wait for one to end.' });
    predicting++;
    try {
      const { result } = await runJob({ kind: 'predict', model: loaded, input }, () => {}, new AbortController().signal, PREDICT_MILLIS);
      const steps_ahead = manifest.hyperParameters.steps;
      return {
        status: 'OK',
        predictions: { model_name: `${manifest.name}@${manifest.version}`, steps_ahead, ...selectionOf(args), ...result },
      };
    } finally {
      predicting--;
    }
  });
}

function selectionOf({ data_select_query, time_range, time_ranges_excluded, window_slide, batch_size }: z.output<typeof predictArguments>) {
  return { data_select_query, time_range, time_ranges_excluded, window_slide, batch_size };
}

function description({ program }: ServerContext): Record<string, unknown> {
  return {
    id: MODEL,
    name: MODEL,
    version: program.replace(/^vedette /, ''),
    summary: 'Forecasts of network features: what comes next on every channel, by forecasters trained here',
    description: 'Learns from aggregates of network monitoring in DEEP MODS form that were uploaded to this tenant.',
    license: 'Apache-2.0',
    links: [{ rel: 'self', type: 'application/json', href: `${BASE}/models/${MODEL}` }],
  };
}

function checkModel(request: FastifyRequest): void {
  if ((request.params as { model?: string }).model !== MODEL) throw missing('model');
}

function uuidOf(request: FastifyRequest): string {
  checkModel(request);
  const { uuid = '' } = request.params as { uuid?: string };
  if (!UUID.test(uuid)) throw missing('training');
  return uuid;
}

/** A token says its tenant; others name one, or have but one. */
async function callerOf(context: ServerContext, request: FastifyRequest, scope: Scope): Promise<Caller> {
  const principal = request.principal as Principal;
  const { tenant: named } = request.query as { tenant?: string };
  const own = sessionBody(principal, await tenantNames(context)).tenants.map(({ tenant }) => tenant);
  const tenant = principal.token?.tenant ?? named ?? own[0];
  const role = scope === 'models:write' ? 'engineer' : 'viewer';
  if (tenant === undefined || !mayCall(principal, { role, scope }, tenant))
    throw new VedetteError('FORBIDDEN', `${principal.name} may not do that`, { hint: 'Ask an administrator for the role it needs.' });
  return { tenant, principal };
}

/** Uploads that may hold aggregates. */
async function archives(context: ServerContext, tenant: string): Promise<string[]> {
  const found = (await context.uploads.list(tenant)).filter(({ name }) => /\.(zip|tsv|tsv\.gz)$/i.test(name));
  if (found.length > 0) return found.map(({ id }) => id);
  throw new VedetteError('DATA_INSUFFICIENT', 'no archive of aggregates was uploaded', {
    hint: 'Upload zips of <protocol>/<Y>/<M>/<D>/w01h-s10m.tsv first.',
  });
}
