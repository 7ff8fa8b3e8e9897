import { Button, Checkbox, Modal, MultiSelect, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { BodyInput } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { Answered } from '../../components/states.tsx';
import { bytes, count } from '../../format/number.ts';
import { Failure } from '../sign-in.tsx';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onStarted: (run: string) => void;
}

/** Asks what to learn from, then starts the run. */
export function Train({ opened, onClose, onStarted }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Train a model" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <Form onStarted={onStarted} />}
    </Modal>
  );
}

function Form({ onStarted }: Pick<Props, 'onStarted'>) {
  const choices = useApi('trainingData');
  const train = useChange('train', ['jobs']);
  const [detector, setDetector] = useState('sequence');
  const [from, setFrom] = useState<'source' | 'uploads'>();
  const [source, setSource] = useState<string | null>(null);
  const [uploads, setUploads] = useState<string[]>([]);
  const [label, setLabel] = useState('');
  const [name, setName] = useState('');
  const [promise, setPromise] = useState<string | number>(0.1);
  const [promote, setPromote] = useState(false);
  return (
    <Answered of={choices} rows={6}>
      {(data) => {
        const chosen = data.detectors.find((one) => one.name === detector);
        const flows = chosen?.learnsFrom === 'flows';
        const origin = flows ? 'uploads' : (from ?? (data.sources.some(({ events }) => events > 0) ? 'source' : 'uploads'));
        const ready = origin === 'source' ? source !== null : uploads.length > 0;
        const submit = (event: FormEvent) => {
          event.preventDefault();
          const body: BodyInput<'train'> = {
            detector,
            promote,
            promise: Number(promise) / 100,
            ...(name === '' ? {} : { name }),
            data: {
              ...(origin === 'source' ? { source: source ?? '' } : { uploads }),
              ...(label === '' ? {} : { label }),
            },
          };
          train.mutate({ body }, { onSuccess: (job) => onStarted(job.id) });
        };
        return (
          <form className="stack" onSubmit={submit}>
            <Select
              label="What learns"
              description={chosen?.summary}
              data={['logs', 'flows', 'series'].map((kind) => ({
                group: `From ${kind}`,
                items: data.detectors.filter(({ learnsFrom }) => learnsFrom === kind).map((one) => one.name),
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
            {!flows && (
              <SegmentedControl
                size="xs"
                aria-label="Where the data are"
                value={origin}
                onChange={(value) => setFrom(value as 'source' | 'uploads')}
                data={[
                  { value: 'source', label: 'Stored events' },
                  { value: 'uploads', label: 'Uploaded files' },
                ]}
              />
            )}
            {origin === 'source' ? (
              <Select
                label="Source"
                placeholder="Choose a source"
                data={data.sources.map((one) => ({
                  value: one.name,
                  label: `${one.name}, ${count(one.events)} events`,
                  disabled: one.events === 0,
                }))}
                value={source}
                onChange={setSource}
                nothingFoundMessage="No source is configured"
              />
            ) : (
              <MultiSelect
                size="xs"
                label="Files"
                placeholder={uploads.length === 0 ? 'Choose uploaded files' : ''}
                data={data.uploads.map((one) => ({ value: one.id, label: `${one.name}, ${bytes(one.bytes)}` }))}
                value={uploads}
                onChange={setUploads}
                nothingFoundMessage="Upload a file under Sources first"
              />
            )}
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
            <Checkbox
              size="xs"
              label="Make it the champion when it is done"
              checked={promote}
              onChange={(event) => setPromote(event.currentTarget.checked)}
            />
            <Failure problem={train.error ?? undefined} />
            <Button type="submit" size="sm" loading={train.isPending} disabled={!ready}>
              Start training
            </Button>
          </form>
        );
      }}
    </Answered>
  );
}
