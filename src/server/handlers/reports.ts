import type { ReportEntry, TenantStore } from '../../store/index.ts';
import { audit, type ServerContext } from '../context.ts';
import { reportKey } from '../uploads/uploads.ts';
import { type Handlers, missing, type RawHandler } from './handler.ts';

type ReportRoutes = 'reports' | 'uploads' | 'uploadStatus' | 'cancelUpload';
const FORMATS = ['html', 'json'] as const;
/** A report is a page of its own: styles and pictures within it, no script, no connection. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";

export function reportHandlers(context: ServerContext): Handlers<ReportRoutes> {
  return {
    async reports({ store, principal }) {
      const kept = new Set((await store.bytes.list('reports')).map(({ key }) => key));
      const reports = await store.journal.reports();
      return {
        items: reports.map(({ files, ...report }) => ({
          ...report,
          formats: FORMATS.filter((format) => kept.has(reportKey(report.name, format))),
          ...(principal.by === 'control' ? { files } : {}),
        })),
      };
    },
    uploads: async ({ params }) => ({ items: await context.uploads.list(params.tenant) }),
    uploadStatus: async ({ params }) => context.uploads.get(params.tenant, params.id),
    async cancelUpload({ params, store, principal }) {
      const { name } = await context.uploads.remove(params.tenant, params.id);
      await audit(context, principal, 'upload removed', name, params.id, store);
      return { status: 'ok' };
    },
  };
}

/** Only what an analysis here has written, found by the hash of its name. */
export function downloadReport(): RawHandler<'report'> {
  return async ({ params, store, reply }) => {
    const { name, format } = params;
    const bytes = (await known(store, name)) === undefined ? undefined : await store.bytes.read(reportKey(name, format));
    if (bytes === undefined) throw missing('report');
    const file = `${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.${format === 'html' ? 'html' : 'report.json'}`;
    return reply
      .header('content-security-policy', REPORT_POLICY)
      .header('content-disposition', `attachment; filename="${file}"`)
      .type(format === 'html' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8')
      .send(Buffer.from(bytes));
  };
}

export function receiveUpload(context: ServerContext): RawHandler<'upload'> {
  return async ({ params, store, principal, request, reply }) => {
    const upload = await context.uploads.receive(params.tenant, principal.name, request);
    await audit(context, principal, 'upload', upload.name, `${upload.bytes} bytes`, store);
    return reply.code(202).send(upload);
  };
}

const known = async (store: TenantStore, name: string): Promise<ReportEntry | undefined> =>
  (await store.journal.reports()).find((report) => report.name === name);
