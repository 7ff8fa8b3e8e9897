import { type FastifyInstance, fastify } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { TenantConfig } from '../config/index.ts';
import { guard } from './access/guard.ts';
import { OidcSignIn } from './access/oidc.ts';
import { SignIn } from './access/sign-in.ts';
import { registerRoutes } from './api/register.ts';
import { LIMITS, type ServerContext, type ServerOptions, tenantConfig, tenantNames, tenantStore } from './context.ts';
import { summaryOf } from './correlation/summary.ts';
import { deepaasRoutes } from './deepaas/routes.ts';
import { allHandlers } from './handlers/index.ts';
import { cookieName } from './handlers/session.ts';
import { type ControlListener, listenForControl } from './http/control-listener.ts';
import { serveDashboard } from './http/dashboard.ts';
import { describeApi, serveDocs } from './http/docs.ts';
import { answerErrors } from './http/errors.ts';
import { healthRoutes } from './http/health.ts';
import { registerPlugins } from './http/plugins.ts';
import { contractSerializer } from './http/serializer.ts';
import { Jobs } from './jobs/jobs.ts';
import { savedBefore, saveTrained } from './jobs/save-trained.ts';
import { taskOf } from './jobs/task-of.ts';
import { Hub } from './live/hub.ts';
import { Sampler } from './live/sampler.ts';
import { Configuration } from './settings/configuration.ts';
import { type UploadSettings, Uploads } from './uploads/uploads.ts';

export interface Server {
  readonly app: FastifyInstance;
  readonly context: ServerContext;
  /** `host:port`. Returns the address for people, and the one for the command line of this machine. */
  listen(at: string): Promise<{ address: string; control: string }>;
  /** Call whenever a pipeline has started: its alerts go to who watches. */
  watch(): void;
  close(): Promise<void>;
}

/** API, live updates, documentation page and dashboard; not listening yet. */
export async function buildServer(options: ServerOptions): Promise<Server> {
  const context = contextOf(options);
  const secure = options.tls !== undefined;
  const app = fastify({
    logger: false,
    trustProxy: false,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    ...(options.tls === undefined ? {} : { https: { ...options.tls, minVersion: 'TLSv1.2' } }),
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(
    contractSerializer((route, error) => options.log.warn('an answer does not fit', { route, error: String(error) })),
  );
  app.setErrorHandler(answerErrors(options.log));
  // The headers of a request must arrive soon; a body (an upload) may take its time.
  app.server.headersTimeout = 20_000;
  await registerPlugins(app, { secure, perMinute: context.limits.requestsPerMinute, busyMillis: context.limits.busyMillis });
  const stillAllowed = guard(app, {
    controlToken: options.controlToken,
    cookie: cookieName(secure),
    signIn: context.signIn,
  });
  await describeApi(app, options.program);
  registerRoutes(app, context, allHandlers(context, stillAllowed));
  deepaasRoutes(app, context);
  healthRoutes(app, context);
  await serveDocs(app);
  await serveDashboard(app, options.dashboard);
  await app.ready();
  context.sampler.start();
  return { app, context, ...lifecycle(app, context) };
}

function contextOf(options: ServerOptions): ServerContext {
  const { home, config, now, log, program, pipeline } = options;
  const configuration = new Configuration(options.configurationFile, log, (loaded) => {
    context.config = loaded.config;
    context.shown = loaded.shown;
  });
  const limits = { ...LIMITS, ...options.limits };
  const hub = new Hub(limits.streamsPerTenant);
  const failed = (error: unknown) => log.warn('the status could not be sampled', { error: String(error) });
  const sampler = new Sampler({ home, tenants: () => Object.keys(context.config.tenants), pipeline, hub, now, failed });
  const uploads = new Uploads({
    maxBytes: limits.uploadBytes,
    maxTotalBytes: limits.uploadsBytes,
    maxMillis: limits.analysisMillis,
    ...{ program: program.replace(/^vedette /, ''), seed: config.seed, now, log },
    store: (tenant) => tenantStore(context, tenant),
    settings: (tenant) => uploadSettings(tenantConfig(context, tenant)),
    changed: (tenant, upload) => hub.send(tenant, 'upload', upload, upload.state === 'analysing'),
    alerted(tenant, { alerts }, incidents) {
      sampler.alertsChanged(tenant);
      for (const { alert } of alerts) hub.send(tenant, 'alert', alert);
      for (const incident of incidents) hub.send(tenant, 'incident', summaryOf(incident));
    },
  });
  const jobs = new Jobs({
    maxMillis: limits.jobMillis,
    ...{ now, log },
    store: (tenant) => tenantStore(context, tenant),
    taskOf: (tenant, job) => taskOf(context, tenant, job),
    saveModel: (tenant, job, outcome) => saveTrained(context, tenant, job, outcome),
    savedModel: (tenant, job) => savedBefore(context, tenant, job),
    changed: (tenant, job) => hub.send(tenant, 'job', job, job.state === 'running'),
  });
  const context: ServerContext = {
    ...options,
    limits,
    hub,
    sampler,
    uploads,
    jobs,
    configuration,
    signIn: new SignIn(home.users, now),
    oidc: new OidcSignIn(now),
  };
  return context;
}

function lifecycle(app: FastifyInstance, context: ServerContext): Omit<Server, 'app' | 'context'> {
  const { hub, sampler, uploads, jobs, home, now, log } = context;
  let unwatch: (() => void) | undefined;
  const prune = () => {
    home.users.credentials.prune(now()).catch((error: unknown) => log.warn('old sessions could not be removed', { error: String(error) }));
  };
  const hourly = setInterval(prune, 3_600_000);
  hourly.unref();
  prune();
  tenantNames(context)
    .then((tenants) => Promise.all([uploads.resume(tenants), jobs.resume(tenants)]))
    .catch((error: unknown) => log.warn('uploads and jobs could not be taken up', { error: String(error) }));
  let control: ControlListener | undefined;
  return {
    async listen(at) {
      const split = at.lastIndexOf(':');
      const host = at.slice(0, split).replace(/^\[(.*)\]$/, '$1');
      const address = await app.listen({ host, port: Number(at.slice(split + 1)) });
      // A certificate names another host than the loopback address, or is not known to this machine: the command line gets a way of its own.
      if (context.tls !== undefined) control = await listenForControl(app);
      return { address, control: control?.address ?? address };
    },
    watch() {
      const pipeline = context.pipeline();
      if (pipeline === undefined) return;
      unwatch?.();
      const stops = [
        pipeline.on('alert', (alert) => {
          sampler.alertsChanged(alert.tenant);
          hub.send(alert.tenant, 'alert', alert);
        }),
        pipeline.on('incident', (incident) => hub.send(incident.tenant, 'incident', summaryOf(incident))),
      ];
      unwatch = () => {
        for (const stop of stops) stop();
      };
    },
    async close() {
      clearInterval(hourly);
      unwatch?.();
      await control?.close();
      hub.close();
      await Promise.all([sampler.stop(), uploads.close(), jobs.close()]);
      await app.close();
    },
  };
}

function uploadSettings(own: TenantConfig | undefined): UploadSettings {
  return {
    promise: own?.promisedRate ?? 0.001,
    detectors: ['sequence'],
    sources: own?.sources.map(({ name }) => name) ?? [],
    ...(own === undefined ? {} : { maxAge: own.retention.uploadAge }),
    ...(own?.pseudonymise === undefined ? {} : { pseudonymise: own.pseudonymise }),
  };
}
