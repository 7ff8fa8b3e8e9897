import { Button, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useRef, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { ComponentFields, NameField } from '../../components/options/component-fields.tsx';
import { optionsOf } from '../../components/options/schema.ts';
import { useComponentForm } from '../../components/options/use-component-form.ts';
import { Answered } from '../../components/states.tsx';
import { SourcePreview } from './preview.tsx';

/** As the configuration file has it. */
export type WrittenSource = RouteResponse<'settings'>['written']['sources'][number];
type Known = RouteResponse<'components'>['sources'];

/** Shown at once: what people set; buffers and pauses wait under "Further options". */
const MAIN = ['path', 'host', 'port', 'udpPort', 'tcpPort', 'token', 'interface', 'filter', 'url', 'topics', 'targets', 'scenario', 'from'];
const RECORDS: Readonly<Record<string, string>> = {
  lines: 'lines of a log',
  packets: 'packets of a capture',
  readings: 'readings of devices and counters',
  sensor: "a network sensor's events (Suricata EVE, Zeek)",
  'flow-exports': 'flow records (NetFlow, IPFIX, sFlow)',
};
/** Records whose form a parser has to know. */
const FORMATTED = ['lines', 'readings', 'sensor'];

/** Adds a source, or changes the one that is given. */
export function SourceWizard({ source, onClose }: { source: WrittenSource | 'new' | undefined; onClose: () => void }) {
  const components = useApi('components', {}, { enabled: source !== undefined, staleTime: Number.POSITIVE_INFINITY });
  const before = source === 'new' ? undefined : source;
  return (
    <Modal
      size="xl"
      opened={source !== undefined}
      onClose={onClose}
      title={before === undefined ? 'Add a source' : `Change ${before.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {source !== undefined && (
        <Answered of={components}>{({ sources }) => <WizardForm known={sources} before={before} onDone={onClose} />}</Answered>
      )}
    </Modal>
  );
}

/** Describe it, look at what it gives, then keep it. */
function WizardForm({ known, before, onDone }: { known: Known; before: WrittenSource | undefined; onDone: () => void }) {
  const form = useComponentForm(known, before?.type ?? 'file', before);
  const [name, setName] = useState(before?.name ?? '');
  const parser = (before?.parser ?? {}) as Readonly<Record<string, unknown>>;
  const [format, setFormat] = useState(typeof parser.format === 'string' ? parser.format : '');
  const [given, setGiven] = useState(typeof before?.records === 'string' ? before.records : undefined);
  const [seconds, setSeconds] = useState(5);
  const preview = useChange('previewSource');
  const save = useChange('setSource', ['sources', 'settings', 'overview', 'tenants']);
  const choices = form.chosen?.records ?? [];
  const records = choices.find((one) => one === given) ?? choices[0];

  const element = useRef<HTMLFormElement>(null);

  const source = () => {
    const values = form.values();
    if (values === undefined) return undefined;
    const { format: _, ...rest } = parser;
    const parsing = FORMATTED.includes(records ?? '') && format.trim() !== '' ? { ...rest, format: format.trim() } : rest;
    return {
      ...restOf(before, form.chosen),
      ...{ type: form.type, name: name || 'preview' },
      ...values,
      ...(records === undefined || records === choices[0] ? {} : { records }),
      ...(Object.keys(parsing).length === 0 ? {} : { parser: parsing }),
    };
  };
  const look = () => {
    save.reset();
    if (element.current?.reportValidity() === false) return;
    const described = source();
    if (described === undefined) return;
    // What the look found it to be is what the form says from then on.
    preview.mutate(
      { body: { source: described, seconds, records: 50 } },
      { onSuccess: ({ holds }) => holds === 'packets' && setGiven(holds) },
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const described = source();
    if (described === undefined) return;
    const onSuccess = () => {
      notifications.show({
        title: before === undefined ? `${name} is read from now on` : `${name} is changed`,
        message: 'It was written to the configuration file.',
      });
      onDone();
    };
    save.mutate({ body: { source: described } }, { onSuccess });
  };
  return (
    <form ref={element} onSubmit={submit} className="stack">
      <ComponentFields form={form} label="Kind" main={MAIN} fixed={before !== undefined} onKind={preview.reset}>
        <NameField name={name} fixed={before !== undefined} onChange={setName} />
        {choices.length > 1 && (
          <Select
            size="xs"
            label="What it gives"
            data={choices.map((one) => ({ value: one, label: RECORDS[one] ?? one }))}
            value={records ?? null}
            allowDeselect={false}
            onChange={(next) => setGiven(next ?? undefined)}
          />
        )}
      </ComponentFields>
      {FORMATTED.includes(records ?? '') && (
        <TextInput
          size="xs"
          label="Format"
          placeholder={records === 'lines' ? 'recognised' : 'the usual one'}
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value)}
        />
      )}
      {before !== undefined && <p className="soft small">Secrets are not shown; one that is left empty stays as it is.</p>}
      <div className="row" style={{ alignItems: 'end' }}>
        <NumberInput
          size="xs"
          w={150}
          label="Wait at most (seconds)"
          min={1}
          max={20}
          value={seconds}
          hideControls
          onChange={(value) => setSeconds(Number(value) || 5)}
        />
        <Button variant="default" loading={preview.isPending} onClick={look}>
          Preview
        </Button>
        <Button type="submit" loading={save.isPending} disabled={name === ''}>
          {before === undefined ? 'Add the source' : 'Save'}
        </Button>
      </div>
      <Failure problem={save.error ?? preview.error ?? undefined} />
      {preview.data !== undefined && <SourcePreview of={preview.data} />}
    </form>
  );
}

/** What the file has of it beyond what the form shows: detectors, features, learning. */
function restOf(before: WrittenSource | undefined, chosen: Known[number] | undefined): Record<string, unknown> {
  const shown = new Set([...optionsOf(chosen?.schema ?? {}).map(({ name }) => name), 'type', 'name', 'records', 'parser']);
  return Object.fromEntries(Object.entries(before ?? {}).filter(([name]) => !shown.has(name)));
}
