import { onePerAlert, type Verdict } from '../../core/index.ts';
import type { LabelEffect } from '../../pipeline/index.ts';
import type { LabelInForce, ScoredAlert } from '../../store/index.ts';
import type { FeedbackBody } from '../api/schema/feedback.ts';
import type { ServerContext } from '../context.ts';
import type { Handlers } from './handler.ts';

/** Stored alerts of a detector that are weighed again, the newest, and those that are listed. */
const LOOKED = 500;
const LISTED = 50;

interface Query {
  readonly source: string;
  readonly detector: string;
  readonly found: readonly ScoredAlert[];
  readonly labels: readonly LabelInForce[];
}

type Row = FeedbackBody['detectors'][number];

export function feedbackHandlers(context: ServerContext): Handlers<'feedback'> {
  return {
    async feedback({ params: { tenant }, store }) {
      const labels = await store.labels.inForce();
      const labelled = new Set(labels.map(({ detector }) => detector));
      const running = (context.sampler.status(tenant)?.sources ?? []).flatMap(({ name, detectors }) =>
        detectors.filter(({ detector }) => labelled.has(detector)).map(({ detector, model }) => ({ source: name, detector, model })),
      );
      const queries: Query[] = [];
      for (const { source, detector } of running) {
        const found = await store.alerts.scored({ detector, source, limit: LOOKED });
        queries.push({ source, detector, found, labels: labels.filter((label) => label.detector === detector) });
      }
      const effects = (await context.pipeline()?.labelEffects(tenant, queries)) ?? [];
      const rows = running.map((one, i) => rowOf(one, queries[i]?.labels ?? [], queries[i]?.found ?? [], effects[i]));
      const elsewhere = [...labelled].filter((detector) => running.every((one) => one.detector !== detector));
      const notRunning = elsewhere.map((detector) => {
        const own = labels.filter((label) => label.detector === detector);
        return rowOf({ source: own[0]?.source ?? '', detector, model: '' }, own, [], undefined);
      });
      return {
        labels: counted(labels),
        allowed: onePerAlert(labels)
          .filter(({ verdict }) => verdict !== 'true-positive')
          .map(allowed),
        detectors: [...rows, ...notRunning],
      };
    },
  };
}

function allowed({ alertId, verdict, detector, source, title, entity, note, by, at }: LabelInForce): FeedbackBody['allowed'][number] {
  return { alertId, verdict, detector, source, title, entity: verdict === 'benign' ? entity : null, note, by, at };
}

function rowOf(
  which: Pick<Row, 'source' | 'detector' | 'model'>,
  labels: readonly LabelInForce[],
  found: readonly ScoredAlert[],
  effect: LabelEffect | undefined,
): Row {
  const of = new Map(found.map((alert) => [alert.alertId, alert]));
  const rated = effect?.rated ?? [];
  const changed = rated.filter(({ before, after }) => before.score !== after.score || before.flagged !== after.flagged);
  const change = ({ before, after }: (typeof rated)[number]): number =>
    (before.flagged === after.flagged ? 0 : 1e9) + Math.abs(Math.log(Math.max(1e-9, before.score)) - Math.log(Math.max(1e-9, after.score)));
  return {
    ...which,
    labels: counted(labels),
    known: effect !== undefined && rated.length === found.length,
    threshold: effect?.threshold ?? { before: null, after: null },
    looked: rated.length,
    suppressed: rated.filter(({ before, after }) => before.flagged && !after.flagged).length,
    raised: rated.filter(({ before, after }) => !before.flagged && after.flagged).length,
    alerts: changed
      .sort((a, b) => change(b) - change(a))
      .slice(0, LISTED)
      .map(({ alertId, before, after }) => {
        const { start, title, entity, severity, verdict } = of.get(alertId) as ScoredAlert;
        return { id: alertId, time: start, title, entity, severity, ...(verdict === undefined ? {} : { verdict }), before, after };
      }),
  };
}

function counted(labels: readonly LabelInForce[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { 'true-positive': 0, 'false-positive': 0, benign: 0 };
  for (const { verdict } of onePerAlert(labels)) counts[verdict]++;
  return counts;
}
