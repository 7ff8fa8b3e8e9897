import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FastifyRequest } from 'fastify';
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
  readonly settings: (tenant: string) => { readonly promise: number; readonly detectors: readonly string[] };
  readonly changed: (tenant: string, upload: UploadBody) => void;
  readonly alerted: (tenant: string, result: AnalysisResult, incidents: readonly Incident[]) => void;
}

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
  private receiving = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(options: UploadOptions) {
    this.options = options;
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
    if (this.receiving >= RECEIVING) throw new VedetteError('RATE_LIMITED', 'too many uploads at once', { hint: 'Wait for one to end.' });
    this.receiving++;
    try {
      const store = await this.options.store(tenant);
      const kept = (await store.bytes.list('uploads')).reduce((sum, { bytes }) => sum + bytes, 0);
      const room = Math.min(maxBytes, maxTotalBytes - kept);
      if (room <= 0)
        throw new VedetteError('LIMIT_EXCEEDED', 'the uploads of this tenant take all the room they may', { hint: 'Remove some.' });
      const id = randomBytes(12).toString('hex');
      const { name, bytes } = await receiveFile(request, room, (file) => store.bytes.local(`uploads/${id}/${file}`)).catch(
        async (error: unknown) => {
          await store.bytes.remove(`uploads/${id}`);
          throw error;
        },
      );
      const upload: UploadBody = {
        ...{ id, name, bytes, by, uploadedAt: now(), state: 'waiting', progress: 0, step: '' },
        ...{ events: 0, alerts: 0, reports: [], error: '' },
      };
      await this.save(tenant, upload);
      this.queue(tenant, id);
      return upload;
    } finally {
      this.receiving--;
    }
  }

  /** Cancels the analysis and removes the file; what was found stays. */
  async remove(tenant: string, id: string): Promise<UploadBody> {
    const upload = await this.get(tenant, id);
    this.running.get(id)?.abort();
    const store = await this.options.store(tenant);
    (await this.of(tenant)).delete(id);
    await store.bytes.remove(`uploads/${id}.json`);
    await rm(store.bytes.local(`uploads/${id}/${upload.name}`), { force: true });
    await store.bytes.remove(`uploads/${id}`);
    return upload;
  }

  /** Cancels and forgets every upload of a tenant that is removed. */
  async forget(tenant: string): Promise<void> {
    for (const { id } of await this.list(tenant)) await this.remove(tenant, id);
    this.known.delete(tenant);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const controller of this.running.values()) controller.abort();
    await this.turn;
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
    let current: UploadBody = { ...waiting, state: 'analysing', events: 0, alerts: 0, reports: [], error: '' };
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
      await runAnalysis(
        await this.startOf(tenant, store, path),
        {
          progress: (share, step) => set({ progress: share, step }),
          result: async (result) => {
            await this.keep(tenant, store, result);
            const reports = [...current.reports, result.report.name];
            set({ events: current.events + result.events, alerts: current.alerts + result.alerts.length, reports });
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
    }
    // Interrupted by the end of the program: stays as it was, to be taken up at the next start.
    if (!controller.signal.aborted) await this.save(tenant, current);
  }

  private async startOf(tenant: string, store: TenantStore, path: string): Promise<AnalysisStart> {
    const { program, seed, settings } = this.options;
    const { promise, detectors } = settings(tenant);
    const labels = Object.fromEntries(
      await Promise.all([...detectors, 'sigma'].map(async (name) => [name, await store.labels.inForce(name)] as const)),
    );
    return { path, tenant, program, seed, promise, detectors, labels };
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
      read.set(upload.id, upload);
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

/** What people are told: the file by its name, nothing of where it lies. */
function failureText(error: unknown, path: string, name: string): string {
  if (!(error instanceof VedetteError)) return 'the analysis failed; the log has the details';
  const text = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
  return text.replaceAll(path, name).replaceAll(dirname(path), '');
}
