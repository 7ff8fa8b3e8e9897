import { Button, Select } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { DataChoice, useDataChoice } from '../../components/data-choice.tsx';
import { Failure } from '../../components/failure.tsx';
import { Answered } from '../../components/states.tsx';

interface Props {
  readonly onStarted: (run: string) => void;
}

/** Which model says something of which data: row by row, or measured against the labels these carry. */
export function ScoreForm({ onStarted }: Props) {
  const choices = useApi('trainingData');
  const models = useApi('models');
  return (
    <Answered of={choices} rows={4}>
      {(data) => <Form choices={data} models={models.data?.items ?? []} onStarted={onStarted} />}
    </Answered>
  );
}

interface FormProps extends Props {
  readonly choices: RouteResponse<'trainingData'>;
  readonly models: RouteResponse<'models'>['items'];
}

function Form({ choices, models, onStarted }: FormProps) {
  const can = useCan()('engineer');
  const [model, setModel] = useState<string | null>(null);
  const score = useChange('score', ['jobs']);
  const measure = useChange('evaluate', ['jobs']);
  const detector = models.find(({ name, version }) => `${name}@${version}` === model)?.detector;
  const learnsFrom = choices.detectors.find(({ name }) => name === detector)?.learnsFrom;
  const uploadsOnly = learnsFrom === 'flows' || learnsFrom === 'series';
  const chosen = useDataChoice(choices, uploadsOnly);
  const ready = can && model !== null && chosen.ready;
  const start = (run: typeof score | typeof measure) =>
    run.mutate({ body: { model: model ?? '', data: chosen.data } }, { onSuccess: (job) => onStarted(job.id) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start(score);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Select
        label="Model"
        description={detector === undefined ? undefined : `${detector}, learns from ${learnsFrom ?? 'its own data'}`}
        placeholder={models.length === 0 ? 'No model is stored: train one first' : 'Choose a model'}
        disabled={models.length === 0}
        data={models.map(({ name, version, aliases }) => ({
          value: `${name}@${version}`,
          label: `${name}@${version}${aliases.length === 0 ? '' : ` (${aliases.join(', ')})`}`,
        }))}
        value={model}
        onChange={setModel}
      />
      <DataChoice choices={choices} of={chosen} uploadsOnly={uploadsOnly} />
      <Failure problem={score.error ?? measure.error ?? undefined} />
      <div className="row">
        <Button type="submit" loading={score.isPending} disabled={!ready}>
          Predict
        </Button>
        <Button variant="default" loading={measure.isPending} disabled={!ready} onClick={() => start(measure)}>
          Measure against its labels
        </Button>
      </div>
      {!can && <p className="soft small">Running models needs the role engineer.</p>}
    </form>
  );
}
