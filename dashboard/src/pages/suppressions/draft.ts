import type { BodyInput } from '../../../../src/server/api/contract.ts';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import type { SuppressionBody } from '../../../../src/server/api/schema/rules.ts';
import { DAY, HOUR, MINUTE, nowMicros } from '../../format/time.ts';

export const MATCH_FIELDS = ['detector', 'source', 'entity', 'key', 'title', 'group', 'technique'] as const;
export type MatchField = (typeof MATCH_FIELDS)[number];
export type Match = { readonly [F in MatchField]?: string };
export type Schedule = NonNullable<SuppressionBody['schedule']>;
type RuleBody = BodyInput<'addSuppression'>;

/** A rule while it is being written. */
export interface RuleDraft {
  /** Of a rule that is changed. */
  readonly id?: string;
  readonly match: Match;
  /** What the fields of the alert hold that it began from: offered as values. */
  readonly offered: Match;
  readonly except: readonly Match[];
  readonly reason: string;
  readonly from?: number;
  /** Microseconds; undefined = it never ends. */
  readonly expires?: number;
  readonly below?: number;
  readonly schedule?: Schedule;
  /** Microseconds. */
  readonly once?: number;
}

export const EXPIRIES: readonly (readonly [string, number])[] = [
  ['1 hour', HOUR],
  ['8 hours', 8 * HOUR],
  ['1 day', DAY],
  ['7 days', 7 * DAY],
  ['30 days', 30 * DAY],
  ['90 days', 90 * DAY],
];
export const REPEATS: readonly (readonly [string, number])[] = [
  ['10 minutes', 10 * MINUTE],
  ['1 hour', HOUR],
  ['1 day', DAY],
  ['7 days', 7 * DAY],
];

export function emptyDraft(): RuleDraft {
  return { match: {}, offered: {}, except: [], reason: '', expires: nowMicros() + 30 * DAY };
}

/** A rule about this field of an alert; its other fields can be added. */
export function draftFrom({ detection, group }: AlertBody, field: MatchField, value: string): RuleDraft {
  const { detector, source, entity, key, title, techniques } = detection;
  const given = { detector, source, entity, key, title, group, technique: techniques[0] ?? '' };
  const offered = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== '')) as Match;
  return { ...emptyDraft(), match: { [field]: value }, offered: { ...offered, [field]: value } };
}

export function draftOf({ id, match, except, reason, from, expires, below, schedule, once }: SuppressionBody): RuleDraft {
  return {
    ...{ id, match: match as Match, offered: match as Match, except: except as Match[], reason },
    ...(from === undefined ? {} : { from }),
    ...(expires === undefined ? {} : { expires }),
    ...(below === undefined ? {} : { below }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(once === undefined ? {} : { once }),
  };
}

const filled = (match: Match): Match => Object.fromEntries(Object.entries(match).filter(([, text]) => text.trim() !== '')) as Match;
const named = (match: Match): boolean => Object.keys(filled(match)).length > 0;

/** What the server is asked to keep; undefined while it names nothing. */
export function ruleBody({ id: _id, offered: _offered, match, except, reason, ...rest }: RuleDraft): RuleBody | undefined {
  if (!named(match)) return undefined;
  return { ...rest, match: filled(match), except: except.filter(named).map(filled), reason };
}
