import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { applies, checkRule, type SuppressionRule } from '../../alerts/index.ts';
import { type Alert, silentLogger, VedetteError, withoutPlaces } from '../../core/index.ts';
import { loadComponents, previewSource, SETTING_KEYS, trySink } from '../../pipeline/index.ts';
import type { TenantStore } from '../../store/index.ts';
import { checkPlaces } from '../access/places.ts';
import type { SuppressionBody } from '../api/schema/rules.ts';
import { audit, type ServerContext, tenantConfig } from '../context.ts';
import { checkInThread } from '../jobs/check-in-thread.ts';
import { type Answer, type Call, given, type Handlers, missing } from './handler.ts';
import { sourceAdvice } from './source-advice.ts';

type RuleRoutes =
  | 'suppressions'
  | 'previewSuppression'
  | 'addSuppression'
  | 'changeSuppression'
  | 'removeSuppression'
  | 'components'
  | 'testSink'
  | 'previewSource'
  | 'checkDetector'
  | 'setDetector';

/** Stored alerts a preview looks at. */
const LOOKED = 10_000;
const PAGE = 1_000;
const EXAMPLES = 10;

export function ruleHandlers(context: ServerContext): Handlers<RuleRoutes> {
  let components: Promise<Answer<'components'>> | undefined;

  const keep = async (store: TenantStore, id: string, call: Call<'addSuppression' | 'changeSuppression'>, verb: string) => {
    const rule = { ...ruleOf(call.body), id };
    checkRule(rule);
    await store.settings.put(`${SETTING_KEYS.suppression}${id}`, rule, call.principal.name, context.now());
    await audit(context, call.principal, verb, id, JSON.stringify(rule.match), store);
    await context.pipeline()?.applySettings();
    return body({ value: rule, by: call.principal.name, at: context.now() }, context.now());
  };

  return {
    async suppressions({ store }) {
      const rules = await store.settings.list(SETTING_KEYS.suppression);
      return { items: rules.map((rule) => body(rule, context.now())) };
    },
    async previewSuppression({ store, body }) {
      const rule = { ...ruleOf(body), id: 'preview' };
      checkRule(rule);
      return preview(store, rule);
    },
    addSuppression: (call) =>
      keep(call.store, randomBytes(8).toString('hex'), call as Call<'addSuppression' | 'changeSuppression'>, 'suppression added'),
    async changeSuppression(call) {
      const { id } = call.params;
      if ((await call.store.settings.list(`${SETTING_KEYS.suppression}${id}`)).length === 0) throw missing('rule');
      return keep(call.store, id, call as Call<'addSuppression' | 'changeSuppression'>, 'suppression changed');
    },
    async removeSuppression({ store, params, principal }) {
      if (!(await store.settings.remove(`${SETTING_KEYS.suppression}${params.id}`))) throw missing('rule');
      await audit(context, principal, 'suppression removed', params.id, '', store);
      await context.pipeline()?.applySettings();
      return { status: 'ok' };
    },
    async components() {
      components ??= describeComponents();
      return components;
    },
    async testSink({ params, store, body, principal }) {
      const sink = body.sink ?? tenantConfig(context, params.tenant)?.sinks.find(({ name }) => name === body.name);
      if (sink === undefined) throw missing('sink');
      const began = performance.now();
      await audit(context, principal, 'sink tested', body.name ?? sink.type, '', store);
      try {
        await trySink(sink, params.tenant, context.now(), context.program);
        return { delivered: true, error: '', hint: '', millis: performance.now() - began };
      } catch (error) {
        const { message, hint = '' } = error instanceof VedetteError ? error : { message: String(error) };
        return { delivered: false, error: message, hint, millis: performance.now() - began };
      }
    },
    async previewSource({ params, store, body, principal }) {
      const { source, records, seconds } = body;
      await audit(context, principal, 'source previewed', source.type, '', store);
      const found = await previewSource({ source, records, millis: seconds * 1000, now: context.now });
      const taken = tenantConfig(context, params.tenant)?.sources ?? [];
      return { ...found, advice: sourceAdvice(source, found, taken) };
    },
    async checkDetector({ body, params, principal }) {
      const { type, ...options } = body.detector;
      const definition = (await loadComponents()).detectors.get(type);
      if (definition === undefined)
        throw new VedetteError('USAGE', `there is no detector ${type}`, { hint: 'List the components to see those there are.' });
      const parsed = definition.config.safeParse(options);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
        return { valid: false, problems, options: {}, worksOn: [] };
      }
      const { config } = definition;
      const tenant = tenantConfig(context, params.tenant);
      if (checkPlaces(principal, tenant, { type, config, options })) await checkInThread(type, options);
      // Of places nothing is read in this thread.
      const shown = config.parse(withoutPlaces(config, options));
      const detector = definition.create(shown, { name: type, log: silentLogger, now: () => 0, random: () => 0 });
      const worksOn = 'reads' in detector ? [...detector.reads] : [detector.shape];
      return { valid: true, problems: [], options: parsed.data as Record<string, unknown>, worksOn };
    },
    async setDetector({ store, params, body, principal }) {
      const { source, detector } = params;
      const known = context.sampler.status(params.tenant)?.sources.find(({ name }) => name === source)?.detectors;
      if (known?.some((one) => one.detector === detector) !== true) throw missing('detector');
      const key = `${SETTING_KEYS.stopped}${source}/${detector}`;
      if (body.state === 'stopped') await store.settings.put(key, true, principal.name, context.now());
      else await store.settings.remove(key);
      await audit(context, principal, `detector ${body.state === 'stopped' ? 'stopped' : 'started'}`, `${source}/${detector}`, '', store);
      await context.pipeline()?.applySettings();
      return { status: 'ok' };
    },
  };
}

function ruleOf(given_: Call<'addSuppression'>['body']): Omit<SuppressionRule, 'id'> {
  return given(given_) as Omit<SuppressionRule, 'id'>;
}

function body({ value, by, at }: { value: unknown; by: string; at: number }, now: number): SuppressionBody {
  const rule = value as SuppressionBody;
  return { ...rule, except: rule.except ?? [], by, at, active: rule.expires === undefined || rule.expires > now };
}

async function preview(store: TenantStore, rule: SuppressionRule): Promise<Answer<'previewSuppression'>> {
  let looked = 0;
  const found: Alert[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.alerts.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    looked += page.items.length;
    found.push(...page.items.filter((alert) => applies(rule, alert)));
    cursor = page.cursor;
  } while (cursor !== undefined && looked < LOOKED);
  const between = (low: number, high: number) =>
    found.filter(({ detection }) => detection.severity >= low && detection.severity < high).length;
  return {
    looked,
    matched: found.length,
    notified: found.filter(({ notified }) => notified).length,
    truePositives: found.filter(({ verdict }) => verdict === 'true-positive').length,
    entities: new Set(found.map(({ detection }) => detection.entity)).size,
    severities: { low: between(0, 25), medium: between(25, 50), high: between(50, 75), critical: between(75, 101) },
    examples: found
      .slice(0, EXAMPLES)
      .map(({ id, detection: { start, title, entity, severity } }) => ({ id, time: start, title, entity, severity })),
  };
}

async function describeComponents(): Promise<Answer<'components'>> {
  const { sources, sinks, detectors } = await loadComponents();
  const describe = (definitions: ReadonlyMap<string, { name: string; summary: string; config: z.ZodType }>) =>
    [...definitions.values()].map(({ name, summary, config }) => ({
      ...{ name, summary },
      schema: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
    }));
  const kinds = (name: string) => [...(sources.get(name)?.records ?? ['lines'])];
  const described = describe(sources).map((source) => ({ ...source, records: kinds(source.name) }));
  return { sources: described, sinks: describe(sinks), detectors: describe(detectors) };
}
