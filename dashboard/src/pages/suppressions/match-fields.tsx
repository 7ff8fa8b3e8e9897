import { TextInput } from '@mantine/core';
import { MATCH_FIELDS, type Match, type MatchField } from './draft.ts';

const LABELS: Readonly<Record<MatchField, string>> = {
  detector: 'Detector',
  source: 'Source',
  entity: 'Entity',
  key: 'Unit',
  title: 'Title',
  group: 'Kind of alert',
  technique: 'Technique',
};

export function matchText(match: Match): string {
  return MATCH_FIELDS.filter((field) => match[field] !== undefined)
    .map((field) => `${LABELS[field].toLowerCase()} ${match[field]}`)
    .join(', ');
}

/** One input a field of an alert; those left empty match anything. */
export function MatchFields({ value, offered, onChange }: { value: Match; offered: Match; onChange: (match: Match) => void }) {
  return (
    <div className="match-fields">
      {MATCH_FIELDS.map((field) => {
        const offer = offered[field];
        const unused = offer !== undefined && value[field] !== offer;
        return (
          <TextInput
            key={field}
            size="xs"
            label={LABELS[field]}
            placeholder="any"
            value={value[field] ?? ''}
            onChange={(event) => onChange({ ...value, [field]: event.currentTarget.value })}
            rightSectionWidth={52}
            rightSection={
              unused && (
                <button type="button" className="plain link small" title={offer} onClick={() => onChange({ ...value, [field]: offer })}>
                  use<span className="hidden"> {LABELS[field]} of the alert</span>
                </button>
              )
            }
          />
        );
      })}
    </div>
  );
}
