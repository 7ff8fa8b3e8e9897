import { Button, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useChange } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { ComponentFields } from '../../components/options/component-fields.tsx';
import { useComponentForm } from '../../components/options/use-component-form.ts';

interface DetectFormProps {
  readonly known: RouteResponse<'components'>['detectors'];
  readonly sources: readonly string[];
  readonly onStarted: (run: string) => void;
}

/** Checks a detector's options and shows what it would have raised on stored events, before anybody enables it. */
export function DetectForm({ known, sources, onStarted }: DetectFormProps) {
  const form = useComponentForm(known, 'sequence');
  const [source, setSource] = useState(sources[0] ?? '');
  const [promise, setPromise] = useState(0.1);
  const check = useChange('checkDetector');
  const backtest = useChange('backtest', ['jobs']);
  const validate = () => {
    const values = form.values();
    if (values !== undefined) check.mutate({ body: { detector: { type: form.type, ...values } } });
  };
  const run = () => {
    const values = form.values();
    if (values === undefined) return;
    backtest.mutate(
      { body: { detector: form.type, options: values, source, promise: promise / 100 } },
      { onSuccess: ({ id }) => onStarted(id) },
    );
  };
  return (
    <div className="stack">
      <ComponentFields form={form} label="Detector" onKind={check.reset} />
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
