import { Button, Modal, NumberInput, Select } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange, useTenant } from '../../api/queries.ts';
import { OptionFields } from '../../components/options/option-fields.tsx';
import { type OptionText, optionsOf, valuesOf } from '../../components/options/schema.ts';
import { Answered } from '../../components/states.tsx';
import { Failure } from '../sign-in.tsx';

interface TryOutProps {
  readonly opened: boolean;
  readonly sources: readonly string[];
  readonly onClose: () => void;
}

/** Checks a detector's options and shows what it would have raised on stored events, before anybody enables it. */
export function TryDetector({ opened, sources, onClose }: TryOutProps) {
  const components = useApi('components', {}, { enabled: opened, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Modal size="lg" opened={opened} onClose={onClose} title="Try a detector" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <Answered of={components}>{({ detectors }) => <TryForm known={detectors} sources={sources} onDone={onClose} />}</Answered>}
    </Modal>
  );
}

interface TryFormProps {
  readonly known: RouteResponse<'components'>['detectors'];
  readonly sources: readonly string[];
  readonly onDone: () => void;
}

function TryForm({ known, sources, onDone }: TryFormProps) {
  const tenant = useTenant();
  const navigate = useNavigate();
  const [type, setType] = useState('sequence');
  const [source, setSource] = useState(sources[0] ?? '');
  const [promise, setPromise] = useState(0.1);
  const [texts, setTexts] = useState<OptionText>({});
  const [unreadable, setUnreadable] = useState('');
  const check = useChange('checkDetector');
  const backtest = useChange('backtest', ['jobs']);
  const chosen = known.find((one) => one.name === type);
  const options = optionsOf(chosen?.schema ?? {});
  const given = () => {
    try {
      setUnreadable('');
      return valuesOf(options, texts);
    } catch (error) {
      setUnreadable(`An option holds no valid JSON: ${String(error)}`);
      return undefined;
    }
  };
  const validate = () => {
    const values = given();
    if (values !== undefined) check.mutate({ body: { detector: { type, ...values } } });
  };
  const run = () => {
    const values = given();
    if (values === undefined) return;
    const onSuccess = ({ id }: { id: string }) => {
      onDone();
      void navigate({ to: '/t/$tenant/pipeline', params: { tenant }, search: { run: id } });
    };
    backtest.mutate({ body: { detector: type, options: values, source, promise: promise / 100 } }, { onSuccess });
  };
  return (
    <div className="stack">
      <Select
        size="xs"
        label="Detector"
        description={chosen?.summary}
        data={known.map((one) => one.name)}
        searchable
        value={type}
        allowDeselect={false}
        onChange={(next) => {
          setType(next ?? type);
          setTexts({});
          check.reset();
        }}
      />
      <OptionFields options={options} value={texts} onChange={setTexts} />
      <div className="row">
        <Select
          size="xs"
          label="On the stored events of"
          data={[...sources]}
          value={source}
          allowDeselect={false}
          onChange={(next) => setSource(next ?? source)}
        />
        <NumberInput
          size="xs"
          label="Promised false alarms (%)"
          min={0.0001}
          max={50}
          value={promise}
          hideControls
          onChange={(value) => setPromise(Number(value) || 0.1)}
        />
      </div>
      {check.data !== undefined && <Checked result={check.data} />}
      {unreadable !== '' && <p className="level-error">{unreadable}</p>}
      <Failure problem={check.error ?? backtest.error ?? undefined} />
      <div className="row">
        <Button loading={backtest.isPending} disabled={source === ''} onClick={run}>
          Backtest
        </Button>
        <Button variant="default" loading={check.isPending} onClick={validate}>
          Check the options
        </Button>
      </div>
    </div>
  );
}

function Checked({ result: { valid, problems, worksOn } }: { result: RouteResponse<'checkDetector'> }) {
  if (valid)
    return (
      <p role="status">
        <span className="chip good">valid</span> works on {worksOn.join(', ')}
      </p>
    );
  return (
    <ul role="status" className="level-error">
      {problems.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          {path}: {message}
        </li>
      ))}
    </ul>
  );
}
