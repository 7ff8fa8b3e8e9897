import { Button, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { OptionFields } from '../../components/options/option-fields.tsx';
import { type OptionText, optionsOf, valuesOf } from '../../components/options/schema.ts';
import { Answered } from '../../components/states.tsx';
import { Failure } from '../sign-in.tsx';
import { SourcePreview } from './preview.tsx';

/** Shown at once: what people set; buffers and pauses wait under "Further options". */
const MAIN = ['path', 'host', 'port', 'udpPort', 'tcpPort', 'token', 'interface', 'filter', 'url', 'topics', 'targets', 'scenario', 'from'];

export function SourceWizard({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const components = useApi('components', {}, { enabled: opened, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Modal size="xl" opened={opened} onClose={onClose} title="Add a source" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <Answered of={components}>{({ sources }) => <WizardForm known={sources} onDone={onClose} />}</Answered>}
    </Modal>
  );
}

/** Describe it, look at what it gives, then keep it. */
function WizardForm({ known, onDone }: { known: RouteResponse<'components'>['sources']; onDone: () => void }) {
  const [type, setType] = useState('file');
  const [name, setName] = useState('');
  const [format, setFormat] = useState('');
  const [seconds, setSeconds] = useState(5);
  const [texts, setTexts] = useState<OptionText>({});
  const [unreadable, setUnreadable] = useState('');
  const preview = useChange('previewSource');
  const save = useChange('setSource', ['sources', 'settings', 'overview', 'tenants']);
  const chosen = known.find((one) => one.name === type);
  const options = optionsOf(chosen?.schema ?? {});
  const source = () => {
    try {
      setUnreadable('');
      return { type, name: name || 'preview', ...valuesOf(options, texts), ...(format === '' ? {} : { parser: { format } }) };
    } catch (error) {
      setUnreadable(`An option holds no valid JSON: ${String(error)}`);
      return undefined;
    }
  };
  const look = () => {
    const described = source();
    if (described !== undefined) preview.mutate({ body: { source: described, seconds, records: 50 } });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const described = source();
    if (described === undefined) return;
    const onSuccess = () => {
      notifications.show({ title: `${name} is read from now on`, message: 'It was written to the configuration file.' });
      onDone();
    };
    save.mutate({ body: { source: described } }, { onSuccess });
  };
  return (
    <form onSubmit={submit} className="stack">
      <Select
        size="xs"
        label="Kind"
        description={chosen?.summary}
        data={known.map((one) => one.name)}
        searchable
        value={type}
        allowDeselect={false}
        onChange={(next) => {
          setType(next ?? type);
          setTexts({});
          preview.reset();
        }}
      />
      <TextInput
        size="xs"
        label="Name"
        required
        pattern="[a-z0-9][a-z0-9_.\-]{0,63}"
        title="a-z 0-9 _ . -"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <OptionFields options={options} value={texts} onChange={setTexts} main={MAIN} />
      <TextInput
        size="xs"
        label="Format of its lines"
        placeholder="recognised"
        value={format}
        onChange={(event) => setFormat(event.currentTarget.value)}
      />
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
          Add the source
        </Button>
      </div>
      {unreadable !== '' && <p className="level-error">{unreadable}</p>}
      <Failure problem={preview.error ?? save.error ?? undefined} />
      {preview.data !== undefined && <SourcePreview of={preview.data} />}
    </form>
  );
}
