import { Button, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { bytes } from '../../format/number.ts';

/** Scores an upload with a stored model. */
export function StartScoring() {
  const can = useCan()('engineer');
  const models = useApi('models');
  const data = useApi('trainingData');
  const score = useChange('score', ['jobs']);
  const [model, setModel] = useState<string | null>(null);
  const [upload, setUpload] = useState<string | null>(null);
  const start = () =>
    score.mutate(
      { body: { model: model ?? '', data: { uploads: [upload ?? ''] } } },
      {
        onSuccess: (job) =>
          notifications.show({ title: 'Scoring started', message: `${job.model}; the run appears here when it is done.` }),
        onError: (error) => notifications.show({ color: 'red', title: 'Not started', message: `${error.message} ${error.hint}` }),
      },
    );
  return (
    <>
      <Select
        label="Model"
        w={190}
        placeholder="Choose a model"
        data={(models.data?.items ?? []).map(({ name, version }) => `${name}@${version}`)}
        value={model}
        onChange={setModel}
      />
      <Select
        label="Upload"
        w={230}
        placeholder="Choose a file"
        data={(data.data?.uploads ?? []).map((one) => ({ value: one.id, label: `${one.name}, ${bytes(one.bytes)}` }))}
        value={upload}
        onChange={setUpload}
      />
      <Button
        style={{ alignSelf: 'flex-end' }}
        disabled={!can || model === null || upload === null}
        loading={score.isPending}
        onClick={start}
      >
        Score
      </Button>
    </>
  );
}
