import { Select } from '@mantine/core';
import { rangeText } from '../format/time.ts';

const CHOICES = ['15m', '1h', '6h', '24h', '7d', '30d', 'all'] as const;

export function RangeChoice({ value, onChange }: { value: string | undefined; onChange: (value: string | undefined) => void }) {
  const own = value !== undefined && !(CHOICES as readonly string[]).includes(value) ? [value] : [];
  return (
    <Select
      aria-label="Time range"
      w={own.length > 0 ? 300 : 140}
      data={[...own, ...CHOICES].map((range) => ({ value: range, label: rangeText(range) }))}
      value={value ?? 'all'}
      allowDeselect={false}
      onChange={(next) => onChange(next === null || next === 'all' ? undefined : next)}
    />
  );
}
