import { Button, Checkbox, Modal, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { OptionFields } from '../../components/options/option-fields.tsx';
import { type OptionText, optionsOf, textOf, valuesOf } from '../../components/options/schema.ts';
import { Answered } from '../../components/states.tsx';
import { Failure } from '../sign-in.tsx';
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
  const [type, setType] = useState(before?.type ?? 'webhook');
  const [name, setName] = useState(before?.name ?? '');
  const options = optionsOf(known.find((one) => one.name === type)?.schema ?? {});
  const [texts, setTexts] = useState<OptionText>(() => shownTexts(before, optionsOf(known.find((one) => one.name === type)?.schema ?? {})));
  const [when, setWhen] = useState(whenTexts(before?.when));
  const [unreadable, setUnreadable] = useState('');
  const save = useChange('setSink', ['settings']);
  const test = useChange('testSink');
  const configured = (): Sink | undefined => {
    try {
      setUnreadable('');
      return { type, name, ...valuesOf(options, texts), ...(when === undefined ? {} : { when: whenOf(when) }) };
    } catch (error) {
      setUnreadable(`An option holds no valid JSON: ${String(error)}`);
      return undefined;
    }
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
      <Select
        size="xs"
        label="Kind"
        description={known.find((one) => one.name === type)?.summary}
        data={known.map((one) => one.name)}
        value={type}
        disabled={before !== undefined}
        allowDeselect={false}
        onChange={(next) => {
          setType(next ?? type);
          setTexts({});
        }}
      />
      <TextInput
        size="xs"
        label="Name"
        required
        pattern="[a-z0-9][a-z0-9_.\-]{0,63}"
        disabled={before !== undefined}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <OptionFields options={options} value={texts} onChange={setTexts} main={['secret', 'to', 'from', 'format']} />
      {before !== undefined && <p className="soft small">Secrets are not shown: give them again.</p>}
      <WhenFields value={when} onChange={setWhen} />
      <TestResult result={test.data} />
      {unreadable !== '' && <p className="level-error">{unreadable}</p>}
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

/** What the server shows in place of a secret. */
const HIDDEN = '(hidden)';
function shownTexts(sink: Sink | undefined, options: ReturnType<typeof optionsOf>): OptionText {
  if (sink === undefined) return {};
  const shown = options.filter(({ name }) => sink[name] !== undefined && !JSON.stringify(sink[name]).includes(HIDDEN));
  return Object.fromEntries(shown.map(({ name, schema }) => [name, textOf(sink[name], schema)]));
}
