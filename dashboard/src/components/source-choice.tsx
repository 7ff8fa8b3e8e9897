import { useApi } from '../api/queries.ts';
import { ChoiceFilter } from './filters.tsx';

interface Props {
  readonly value: string | undefined;
  readonly onChange: (source: string | undefined) => void;
}

/** Where records came from: running sources and uploaded files. */
export function SourceChoice({ value, onChange }: Props) {
  const sources = useApi('sources', {}, { staleTime: 60_000 });
  const uploads = useApi('uploads', {}, { staleTime: 60_000 });
  const running = (sources.data?.items ?? []).map(({ name }) => name);
  const uploaded = (uploads.data?.items ?? []).filter(({ rows }) => Object.keys(rows).length > 0).map(({ name }) => name);
  const other = value === undefined || running.includes(value) || uploaded.includes(value) ? [] : [value];
  const groups = [
    { group: 'Sources', items: running },
    { group: 'Uploaded files', items: uploaded },
    { group: 'Others', items: other },
  ];
  return (
    <ChoiceFilter
      label="Source"
      any="Any source"
      width={170}
      data={groups.filter(({ items }) => items.length > 0)}
      value={value}
      onChange={onChange}
    />
  );
}
