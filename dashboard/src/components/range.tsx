import { Select } from '@mantine/core';
import { rangeText } from '../format/time.ts';

const CHOICES = ['15m', '1h', '6h', '24h', '7d', '30d', 'all'] as const;

interface Props {
  readonly value: string | undefined;
  /** What is meant where the address says nothing; `latest`: as much as is worth seeing. */
  readonly usual?: (typeof CHOICES)[number] | 'latest';
  /** Whether all times can be chosen. */
  readonly all?: boolean;
  readonly onChange: (value: string | undefined) => void;
}

export function RangeChoice({ value, usual = 'all', all = true, onChange }: Props) {
  const own = value !== undefined && !(CHOICES as readonly string[]).includes(value) ? [value] : [];
  const choices = CHOICES.filter((one) => all || one !== 'all');
  return (
    <Select
      aria-label="Time range"
      w={own.length > 0 ? 300 : 140}
      data={[
        ...(usual === 'latest' ? [{ value: usual, label: 'Latest readings' }] : []),
        ...[...own, ...choices].map((range) => ({ value: range, label: rangeText(range) })),
      ]}
      value={value ?? usual}
      allowDeselect={false}
      onChange={(next) => onChange(next === null || next === usual ? undefined : next)}
    />
  );
}
