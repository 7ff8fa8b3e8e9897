import { MultiSelect, SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { bytes, count } from '../format/number.ts';

type Choices = RouteResponse<'trainingData'>;
type Origin = 'source' | 'uploads';

export interface ChosenData {
  readonly origin: Origin;
  readonly source: string | null;
  readonly uploads: readonly string[];
  /** Whether something is chosen. */
  readonly ready: boolean;
  /** As jobs take it. */
  readonly data: { readonly source: string } | { readonly uploads: string[] };
  setOrigin(origin: Origin): void;
  setSource(source: string | null): void;
  setUploads(uploads: string[]): void;
}

/** What a run learns from or scores; `uploadsOnly` where no stored event is of use. */
export function useDataChoice(choices: Choices, uploadsOnly: boolean): ChosenData {
  const [wanted, setOrigin] = useState<Origin>();
  const [source, setSource] = useState<string | null>(null);
  const [uploads, setUploads] = useState<string[]>([]);
  const origin = uploadsOnly ? 'uploads' : (wanted ?? (choices.sources.some(({ events }) => events > 0) ? 'source' : 'uploads'));
  return {
    ...{ origin, source, uploads, setOrigin, setSource, setUploads },
    ready: origin === 'source' ? source !== null : uploads.length > 0,
    data: origin === 'source' ? { source: source ?? '' } : { uploads },
  };
}

/** Stored events of a source, or uploaded files. */
export function DataChoice({ choices, of: chosen, uploadsOnly }: { choices: Choices; of: ChosenData; uploadsOnly: boolean }) {
  return (
    <>
      {!uploadsOnly && (
        <SegmentedControl
          size="xs"
          aria-label="Where the data are"
          value={chosen.origin}
          onChange={(value) => chosen.setOrigin(value as Origin)}
          data={[
            { value: 'source', label: 'Stored events' },
            { value: 'uploads', label: 'Uploaded files' },
          ]}
        />
      )}
      {chosen.origin === 'source' ? (
        <Select
          label="Source"
          placeholder="Choose a source"
          data={choices.sources.map((one) => ({
            value: one.name,
            label: `${one.name}, ${count(one.events)} events`,
            disabled: one.events === 0,
          }))}
          value={chosen.source}
          onChange={chosen.setSource}
          nothingFoundMessage="No source is configured"
        />
      ) : (
        <MultiSelect
          size="xs"
          label="Files"
          placeholder={chosen.uploads.length === 0 ? 'Choose uploaded files' : ''}
          data={choices.uploads.map((one) => ({ value: one.id, label: `${one.name}, ${bytes(one.bytes)}` }))}
          value={[...chosen.uploads]}
          onChange={chosen.setUploads}
          nothingFoundMessage="Upload a file under Sources first"
        />
      )}
    </>
  );
}
