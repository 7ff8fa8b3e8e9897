import { Button, Checkbox, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { BodyInput, Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { DataChoice, useDataChoice } from '../../components/data-choice.tsx';
import { Failure } from '../../components/failure.tsx';
import { Answered } from '../../components/states.tsx';
import { gridOf, isWrong } from './grid.ts';

interface Props {
  readonly onStarted: (run: string) => void;
}

/** What to learn, from what, and how it is kept; starts the run. */
export function TrainForm({ onStarted }: Props) {
  const choices = useApi('trainingData');
  return (
    <Answered of={choices} rows={6}>
      {(data) => <Form choices={data} onStarted={onStarted} />}
    </Answered>
  );
}

function Form({ choices, onStarted }: Props & { choices: RouteResponse<'trainingData'> }) {
  const train = useChange('train', ['jobs']);
  const [detector, setDetector] = useState('sequence');
  const [label, setLabel] = useState('');
  const [name, setName] = useState('');
  const [promise, setPromise] = useState<string | number>(0.1);
  const [promote, setPromote] = useState(false);
  const [algorithm, setAlgorithm] = useState('blend');
  const [steps, setSteps] = useState<string | number>(12);
  const [tried, setTried] = useState('');
  const [leaveOneOut, setLeaveOneOut] = useState(false);
  const learns = choices.detectors.find((one) => one.name === detector);
  const flows = learns?.learnsFrom === 'flows';
  const series = learns?.learnsFrom === 'series';
  const forecaster = choices.forecastAlgorithms.find((one) => one.name === algorithm);
  const chosen = useDataChoice(choices, flows);
  const searches = series || detector === 'flow-classifier';
  const grid = gridOf(searches ? tried : '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWrong(grid)) return;
    const body: BodyInput<'train'> = {
      ...{ detector, promote, promise: Number(promise) / 100 },
      ...(name === '' ? {} : { name }),
      ...(series ? { algorithm, steps: Number(steps) } : {}),
      ...(Object.keys(grid).length === 0 ? {} : { grid }),
      ...(flows && leaveOneOut ? { leaveOneOut } : {}),
      data: { ...chosen.data, ...(label === '' ? {} : { label }) },
    };
    train.mutate({ body }, { onSuccess: (job) => onStarted(job.id) });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Select
        label="What learns"
        description={learns?.summary}
        data={['logs', 'flows', 'series'].map((kind) => ({
          group: `From ${kind}`,
          items: choices.detectors.filter(({ learnsFrom }) => learnsFrom === kind).map((one) => one.name),
        }))}
        value={detector}
        allowDeselect={false}
        onChange={(value) => setDetector(value ?? detector)}
      />
      <TextInput
        size="xs"
        label="Name"
        placeholder={detector}
        value={name}
        maxLength={128}
        pattern="[A-Za-z0-9][A-Za-z0-9_.\-]*"
        title="letters, digits, dot, dash, underscore"
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <DataChoice choices={choices} of={chosen} uploadsOnly={flows} />
      {flows && (
        <TextInput
          size="xs"
          label="Column with the class"
          description="Needed by classifiers; the usual names are found by themselves"
          value={label}
          maxLength={256}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
      )}
      {series ? (
        <>
          <Select
            label="Algorithm"
            description={forecaster?.summary}
            data={choices.forecastAlgorithms.map((one) => one.name)}
            value={algorithm}
            allowDeselect={false}
            searchable
            onChange={(value) => setAlgorithm(value ?? algorithm)}
          />
          <NumberInput
            size="xs"
            label="Steps ahead"
            description="Rows that are forecast; last value, daily season and ridge are measured beside it"
            value={steps}
            onChange={setSteps}
            min={1}
            max={1000}
            allowDecimal={false}
            hideControls
          />
        </>
      ) : (
        <NumberInput
          size="xs"
          label="Promised false-alarm rate, % of scored units"
          value={promise}
          onChange={setPromise}
          min={0.0001}
          max={99}
          decimalScale={6}
          hideControls
        />
      )}
      {searches && (
        <Textarea
          size="xs"
          label="Values to try"
          description="An option a line; every combination is compared on a part of the training rows, the best is trained"
          placeholder={series ? 'algorithm=ridge,gru\nwindow=24,48' : 'leaves=15,31\nlearningRate=0.05,0.1'}
          autosize
          minRows={2}
          maxRows={8}
          value={tried}
          error={isWrong(grid) ? `"${grid.wrong}" is no option=value,value` : undefined}
          onChange={(event) => setTried(event.currentTarget.value)}
        />
      )}
      {flows && (
        <Checkbox
          size="xs"
          label="Also train without each attack family"
          description="Tells what would be found of an attack that was never seen; needs labels and takes longer"
          checked={leaveOneOut}
          onChange={(event) => setLeaveOneOut(event.currentTarget.checked)}
        />
      )}
      <Checkbox
        size="xs"
        label="Make it the champion when it is done"
        checked={promote}
        onChange={(event) => setPromote(event.currentTarget.checked)}
      />
      <Failure problem={train.error ?? undefined} />
      <Button type="submit" size="sm" loading={train.isPending} disabled={!chosen.ready}>
        Start training
      </Button>
    </form>
  );
}
