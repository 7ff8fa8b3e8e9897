import type { RuleFinding } from '../../core/index.ts';
import type { Episode } from './episodes.ts';
import type { MatchedRule } from './matched-rule.ts';
import { LEVEL_SEVERITY } from './rule.ts';

const NEXT = [
  'See what else this address or account did before and after, in all sources.',
  'See whether it was answered with success: a refused attempt is an attempt, an accepted one an incident.',
];

/** An episode in plain words. A signature has no p-value. */
export function findingOf(rule: MatchedRule, episode: Episode): RuleFinding {
  const { entity, host, byHost, account, events, start, end, user, related } = episode;
  const times = events === 1 ? '' : ` (${events.toLocaleString('en')} events)`;
  const title = `${rule.title}: ${entity}${account === undefined ? '' : `, account ${account}`}${times}`;
  return {
    rule: rule.id,
    key: [entity, ...(account === undefined ? [] : [account]), ...(byHost === true && host !== undefined ? ['on', host] : [])].join(' '),
    entity,
    ...(host === undefined ? {} : { host }),
    ...(user === undefined ? {} : { user }),
    ...(related === undefined ? {} : { related }),
    start,
    end,
    score: 1,
    severity: LEVEL_SEVERITY[rule.level],
    title,
    techniques: rule.techniques,
    explanation: {
      what: `${title}.`,
      why: rule.description === '' ? `It fits the signature "${rule.title}" (level ${rule.level}).` : rule.description,
      harmless: rule.falsePositives.length > 0 ? rule.falsePositives : ['A scanner or test of your own'],
      next: NEXT,
      contributions: [{ subject: rule.title, observed: episode.observed, expected: 'no such event', share: 1, seenBefore: 0 }],
      evidence: [...episode.evidence],
    },
    evidence: [...episode.evidence],
    events,
  };
}
