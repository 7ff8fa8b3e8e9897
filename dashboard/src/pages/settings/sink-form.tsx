import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { ComponentFields, NameField } from '../../components/options/component-fields.tsx';
import { useComponentForm } from '../../components/options/use-component-form.ts';
import { Answered } from '../../components/states.tsx';
import type { Sink } from './routes.tsx';

type Components = RouteResponse<'components'>['sinks'];
interface When {
  readonly minSeverity: string;
  readonly sources: string;
  readonly detectors: string;
}

export function SinkDialog({ sink, onClose }: { sink: Sink | 'new' | undefined; onClose: () => void }) {
  const components = useApi('components', {}, { enabled: sink !== undefined, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Modal
      size="lg"
      opened={sink !== undefined}
      onClose={onClose}
      title={sink === 'new' || sink === undefined ? 'Add a route' : `Change ${sink.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {sink !== undefined && (
        <Answered of={components}>
          {({ sinks }) => <SinkForm known={sinks} {...(sink === 'new' ? {} : { before: sink })} onDone={onClose} />}
        </Answered>
      )}
    </Modal>
  );
}

function SinkForm({ known, before, onDone }: { known: Components; before?: Sink; onDone: () => void }) {
  const form = useComponentForm(known, before?.type ?? 'webhook', before);
  const [name, setName] = useState(before?.name ?? '');
  const [when, setWhen] = useState(whenTexts(before?.when));
  const save = useChange('setSink', ['settings']);
  const test = useChange('testSink');
  const configured = (): Sink | undefined => {
    const values = form.values();
    return values && { type: form.type, name, ...values, ...(when === undefined ? {} : { when: whenOf(when) }) };
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const sink = configured();
    if (sink === undefined) return;
    save.mutate(
      { body: { sink } },
      {
        onSuccess: () => {
          notifications.show({ title: `Alerts go to ${name}`, message: 'The route was written to the configuration file.' });
          onDone();
        },
      },
    );
  };
  const send = () => {
    const sink = configured();
    if (sink !== undefined) test.mutate({ body: { sink: { ...sink, name: name || 'test' } } });
  };
  return (
    <form onSubmit={submit} className="stack">
      <ComponentFields form={form} label="Kind" main={['secret', 'to', 'from', 'format']} fixed={before !== undefined}>
        <NameField name={name} fixed={before !== undefined} onChange={setName} />
      </ComponentFields>
      {before !== undefined && <p className="soft small">Secrets are not shown; one that is left empty stays as it is.</p>}
      <WhenFields value={when} onChange={setWhen} />
      <TestResult result={test.data} />
      <Failure problem={save.error ?? test.error ?? undefined} />
      <div className="row">
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
        <Button variant="default" loading={test.isPending} onClick={send}>
          Send a test alert
        </Button>
      </div>
    </form>
  );
}

function TestResult({ result }: { result: RouteResponse<'testSink'> | undefined }) {
  if (result === undefined) return null;
  return (
    <p role="status">
      <span className={`chip ${result.delivered ? 'good' : 'critical'}`}>{result.delivered ? 'delivered' : 'not delivered'}</span>{' '}
      {result.delivered ? `in ${Math.round(result.millis)} ms` : `${result.error}. ${result.hint}`}
    </p>
  );
}

function WhenFields({ value, onChange }: { value: When | undefined; onChange: (when: When | undefined) => void }) {
  return (
    <>
      <Checkbox
        size="xs"
        label="Only certain alerts, within the budget of false alarms or not"
        checked={value !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked ? { minSeverity: '50', sources: '', detectors: '' } : undefined)}
      />
      {value !== undefined && (
        <div className="row">
          <TextInput
            size="xs"
            type="number"
            label="Severity at least"
            min={0}
            max={100}
            value={value.minSeverity}
            onChange={(event) => onChange({ ...value, minSeverity: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            label="Sources"
            placeholder="any, such as app, web-*"
            value={value.sources}
            onChange={(event) => onChange({ ...value, sources: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            label="Detectors"
            placeholder="any"
            value={value.detectors}
            onChange={(event) => onChange({ ...value, detectors: event.currentTarget.value })}
          />
        </div>
      )}
    </>
  );
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function whenOf({ minSeverity, sources, detectors }: When) {
  return {
    minSeverity: Number(minSeverity),
    ...(listOf(sources).length === 0 ? {} : { sources: listOf(sources) }),
    ...(listOf(detectors).length === 0 ? {} : { detectors: listOf(detectors) }),
  };
}

function whenTexts(given: unknown): When | undefined {
  if (given === undefined) return undefined;
  const { minSeverity = 0, sources = [], detectors = [] } = given as { minSeverity?: number; sources?: string[]; detectors?: string[] };
  return { minSeverity: String(minSeverity), sources: sources.join(', '), detectors: detectors.join(', ') };
}
