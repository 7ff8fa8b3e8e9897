import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FastifyRequest } from 'fastify';
import type { TenantConfig } from '../../config/index.ts';
import { type Incident, type Logger, type Micros, stableId, VedetteError } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';
import type { UploadBody } from '../api/schema/data.ts';
import { saveFound } from '../correlation/save.ts';
import { runAnalysis } from './analysis-run.ts';
import type { AnalysisResult, AnalysisStart } from './protocol.ts';
import { receiveFile } from './receive.ts';

export interface UploadOptions {
  readonly maxBytes: number;
  readonly maxTotalBytes: number;
  readonly maxMillis: number;
  readonly program: string;
  readonly seed: number;
  readonly now: () => Micros;
  readonly log: Logger;
  readonly store: (tenant: string) => Promise<TenantStore>;
  readonly settings: (tenant: string) => UploadSettings;
  readonly changed: (tenant: string, upload: UploadBody) => void;
  readonly alerted: (tenant: string, result: AnalysisResult, incidents: readonly Incident[]) => void;
}

export interface UploadSettings {
  readonly promise: number;
  readonly detectors: readonly string[];
  /** Names that live records are stored under: no upload takes one of them. */
  readonly sources: readonly string[];
  readonly pseudonymise?: TenantConfig['pseudonymise'];
  /** Uploads go after this; absent = never. */
  readonly maxAge?: Micros;
}

const EXPIRE_MILLIS = 3_600_000;
const RECEIVING = 4;
const KEPT = 200;
const DONE = new Set(['done', 'failed', 'cancelled']);

/** Report files of a tenant are found by the hash of their name: nothing of a name becomes a path. */
export const reportKey = (name: string, format: 'html' | 'json'): string => `reports/${stableId(name)}.${format}`;

/** Files that people sent, and their analyses: one at a time, in a thread of its own; what a restart interrupts starts again. */
export class Uploads {
  private readonly options: UploadOptions;
  private readonly known = new Map<string, Map<string, UploadBody>>();
  private readonly running = new Map<string, AbortController>();
  /** Files on their way, by id. */
  private readonly receiving = new Map<string, { readonly tenant: string; readonly name: string }>();
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;
  private readonly timer: NodeJS.Timeout;

  constructor(options: UploadOptions) {
    this.options = options;
    this.timer = setInterval(() => this.expire().catch(() => undefined), EXPIRE_MILLIS).unref();
  }

  /** Takes up what was not finished when the program ended. */
  async resume(tenants: readonly string[]): Promise<void> {
    for (const tenant of tenants) {
      for (const upload of (await this.of(tenant)).values()) if (!DONE.has(upload.state)) this.queue(tenant, upload.id);
    }
  }

  /** Newest first. */
  async list(tenant: string): Promise<UploadBody[]> {
    return [...(await this.of(tenant)).values()].sort((a, b) => (b.uploadedAt ?? 0) - (a.uploadedAt ?? 0));
  }

  async get(tenant: string, id: string): Promise<UploadBody> {
    const upload = (await this.of(tenant)).get(id);
    if (upload === undefined) throw new VedetteError('INPUT_MISSING', 'there is no such upload', { hint: 'List the uploads again.' });
    return upload;
  }

  async receive(tenant: string, by: string, request: FastifyRequest): Promise<UploadBody> {
    const { maxBytes, maxTotalBytes, now } = this.options;
    if (this.receiving.size >= RECEIVING)
      throw new VedetteError('RATE_LIMITED', 'too many uploads at once', { hint: 'Wait for one to end.' });
    const id = randomBytes(12).toString('hex');
    this.receiving.set(id, { tenant, name: '' });
    try {
      const store = await this.options.store(tenant);
      const kept = (await store.bytes.list('uploads')).reduce((sum, { bytes }) => sum + bytes, 0);
      const room = Math.min(maxBytes, maxTotalBytes - kept);
      if (room <= 0)
        throw new VedetteError('LIMIT_EXCEEDED', 'the uploads of this tenant take all the room they may', { hint: 'Remove some.' });
      await this.of(tenant);
      const { name, bytes } = await receiveFile(request, room, (file) => {
        const free = freeName(file, this.takenNames(tenant));
        this.receiving.set(id, { tenant, name: free });
        return { name: free, path: store.bytes.local(`uploads/${id}/${free}`) };
      }).catch(async (error: unknown) => {
        await store.bytes.remove(`uploads/${id}`);
        throw error;
      });
      const upload: UploadBody = {
        ...{ id, name, bytes, by, uploadedAt: now(), state: 'waiting', progress: 0, step: '' },
        ...NOTHING_FOUND,
        ...NOTHING_STORED,
      };
      await this.save(tenant, upload);
      this.queue(tenant, id);
      return upload;
    } finally {
      this.receiving.delete(id);
    }
  }

  /** Cancels the analysis and removes the file, its records and its series; what was found stays. */
  async remove(tenant: string, id: string): Promise<UploadBody> {
    const upload = await this.get(tenant, id);
    this.running.get(id)?.abort();
    const store = await this.options.store(tenant);
    (await this.of(tenant)).delete(id);
    await store.bytes.remove(`uploads/${id}.json`);
    await rm(store.bytes.local(`uploads/${id}/${upload.name}`), { force: true });
    await store.bytes.remove(`uploads/${id}`);
    await removeRows(store, id);
    return upload;
  }

  /** Removes uploads that are past their age. */
  async expire(): Promise<void> {
    for (const tenant of this.known.keys()) {
      const { maxAge } = this.options.settings(tenant);
      if (maxAge === undefined) continue;
      const before = this.options.now() - maxAge;
      for (const { id, state, uploadedAt } of await this.list(tenant))
        if (DONE.has(state) && (uploadedAt ?? before) < before) await this.remove(tenant, id);
    }
  }

  /** Cancels and forgets every upload of a tenant that is removed. */
  async forget(tenant: string): Promise<void> {
    for (const { id } of await this.list(tenant)) await this.remove(tenant, id);
    this.known.delete(tenant);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    for (const controller of this.running.values()) controller.abort();
    await this.turn;
  }

  /** Names that live records, or those of other uploads, are stored under. */
  private takenNames(tenant: string): ReadonlySet<string> {
    const others = [...(this.known.get(tenant)?.values() ?? []), ...[...this.receiving.values()].filter((one) => one.tenant === tenant)];
    return new Set([...others.map(({ name }) => name), ...this.options.settings(tenant).sources]);
  }

  private queue(tenant: string, id: string): void {
    this.turn = this.turn
      .then(() => this.analyse(tenant, id))
      .catch((error: unknown) => this.options.log.error('an upload', { error: String(error) }));
  }

  private async analyse(tenant: string, id: string): Promise<void> {
    const waiting = (await this.of(tenant)).get(id);
    if (this.closed || waiting === undefined) return;
    const controller = new AbortController();
    this.running.set(id, controller);
    let current: UploadBody = { ...waiting, state: 'analysing', ...NOTHING_FOUND, ...NOTHING_STORED };
    const set = (change: Partial<UploadBody>): void => {
      current = { ...current, ...change };
      if (controller.signal.aborted) return;
      this.known.get(tenant)?.set(id, current);
      this.options.changed(tenant, current);
    };
    const store = await this.options.store(tenant);
    const path = store.bytes.local(`uploads/${id}/${current.name}`);
    try {
      set({});
      // What an interrupted run left comes again.
      await removeRows(store, id);
      await runAnalysis(
        await this.startOf(tenant, store, current, path),
        {
          stored: async (stored) => {
            await store.events.listUpload(id, this.options.now());
            set(stored);
          },
          progress: (share, step) => set({ progress: share, step }),
          result: async (result) => {
            await this.keep(tenant, store, result);
            const reports = [...current.reports, result.report.name];
            const sources = [...new Set([...current.sources, ...result.alerts.map(({ alert }) => alert.detection.source)])];
            set({ events: current.events + result.events, alerts: current.alerts + result.alerts.length, reports, sources });
          },
        },
        controller.signal,
        this.options.maxMillis,
      );
      set({ state: 'done', progress: 1, step: '' });
    } catch (error) {
      if (!(error instanceof VedetteError)) this.options.log.error('an analysis failed', { upload: id, error: String(error) });
      const text = failureText(error, path, current.name);
      set({ state: 'failed', step: '', error: text });
    } finally {
      this.running.delete(id);
      // Removed meanwhile, or failed before anything was listed: what was on its way into the store goes too.
      if (!(await this.of(tenant)).has(id) || Object.keys(current.rows).length === 0) await removeRows(store, id).catch(() => undefined);
    }
    // Interrupted by the end of the program: stays as it was, to be taken up at the next start.
    if (!controller.signal.aborted) await this.save(tenant, current);
  }

  private async startOf(tenant: string, store: TenantStore, upload: UploadBody, path: string): Promise<AnalysisStart> {
    const { program, seed, settings } = this.options;
    const { promise, detectors, pseudonymise } = settings(tenant);
    const labels = Object.fromEntries(
      await Promise.all([...detectors, 'sigma'].map(async (name) => [name, await store.labels.inForce(name)] as const)),
    );
    const stored = {
      upload: upload.id,
      source: upload.name,
      port: store.connect(),
      ...(pseudonymise === undefined ? {} : { pseudonymise }),
    };
    return { path, tenant, program, seed, promise, detectors, labels, ...stored };
  }

  private async keep(tenant: string, store: TenantStore, result: AnalysisResult): Promise<void> {
    const { report, alerts, input } = result;
    const encoder = new TextEncoder();
    await store.bytes.write(reportKey(report.name, 'html'), encoder.encode(report.html));
    await store.bytes.write(reportKey(report.name, 'json'), encoder.encode(report.json));
    const incidents = await saveFound(store, alerts, this.options.now());
    await store.journal.saveReport({ name: report.name, input, createdAt: this.options.now(), alerts: alerts.length, files: [] });
    this.options.alerted(tenant, result, incidents);
  }

  private async of(tenant: string): Promise<Map<string, UploadBody>> {
    const known = this.known.get(tenant);
    if (known !== undefined) return known;
    const { bytes } = await this.options.store(tenant);
    const read = new Map<string, UploadBody>();
    for (const { key } of await bytes.list('uploads')) {
      if (!/^uploads\/[0-9a-f]+\.json$/.test(key)) continue;
      const upload = JSON.parse(new TextDecoder().decode(await bytes.read(key))) as UploadBody;
      // Those of earlier versions have no stored records.
      read.set(upload.id, { ...NOTHING_FOUND, ...NOTHING_STORED, ...upload });
    }
    const first = this.known.get(tenant) ?? read;
    this.known.set(tenant, first);
    return first;
  }

  private async save(tenant: string, upload: UploadBody): Promise<void> {
    const uploads = await this.of(tenant);
    uploads.set(upload.id, upload);
    const { bytes } = await this.options.store(tenant);
    await bytes.write(`uploads/${upload.id}.json`, new TextEncoder().encode(JSON.stringify(upload)));
    this.options.changed(tenant, upload);
    const old = (await this.list(tenant)).slice(KEPT).filter(({ state }) => DONE.has(state));
    for (const { id } of old) await this.remove(tenant, id);
  }
}

const NOTHING_FOUND = { events: 0, alerts: 0, reports: [], error: '', sources: [] };
const NOTHING_STORED = { rows: {}, undated: 0, unparsed: 0, missing: '' };

async function removeRows({ events, series }: TenantStore, upload: string): Promise<void> {
  await events.removeUpload(upload);
  await series.removeUpload(upload);
}

/** A name that nobody has: `auth-2.log` beside `auth.log`. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const dot = name.indexOf('.', 1);
  const [stem, rest] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem}-${number}${rest}`;
  return free;
}

/** What people are told: the file by its name, nothing of where it lies. */
function failureText(error: unknown, path: string, name: string): string {
  if (!(error instanceof VedetteError)) return 'the analysis failed; the log has the details';
  const text = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
  return text.replaceAll(path, name).replaceAll(dirname(path), '');
}
