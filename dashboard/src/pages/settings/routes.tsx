import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useSession } from '../../app/session.ts';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { SinkDialog } from './sink-form.tsx';

export type Sink = RouteResponse<'settings'>['written']['sinks'][number];
interface When {
  readonly minSeverity?: number;
  readonly sources?: readonly string[];
  readonly detectors?: readonly string[];
}

/** Where alerts are sent, which of them, and whether that works. */
export function AlertRoutes() {
  const settings = useApi('settings');
  const administrator = useSession().data?.administrator ?? false;
  const [editing, setEditing] = useState<Sink | 'new'>();
  return (
    <Card title="Alert routing" flush head={administrator && <Button onClick={() => setEditing('new')}>Add a route</Button>}>
      <Answered of={settings}>
        {({ written: { sinks } }) =>
          sinks.length === 0 ? (
            <Blank
              title="Alerts are shown here only"
              hint="A route sends them on: to a webhook, by mail, to a syslog receiver or into a file; all that people are told of, or those it names."
            />
          ) : (
            <SinkTable sinks={sinks} administrator={administrator} edit={setEditing} />
          )
        }
      </Answered>
      {!administrator && <p className="soft small card-body">Adding and testing routes needs an administrator of this server.</p>}
      <SinkDialog sink={editing} onClose={() => setEditing(undefined)} />
    </Card>
  );
}

function SinkTable({ sinks, administrator, edit }: { sinks: readonly Sink[]; administrator: boolean; edit: (sink: Sink) => void }) {
  const remove = useChange('removeSink', ['settings']);
  const test = useChange('testSink');
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not done', message: error.message });
  const send = (name: string) =>
    test.mutate(
      { body: { name } },
      {
        onSuccess: ({ delivered, error, hint, millis }) =>
          notifications.show(
            delivered
              ? { title: `${name} took the sample alert`, message: `delivered in ${Math.round(millis)} ms` }
              : { color: 'red', title: `${name} did not take it`, message: `${error} ${hint}` },
          ),
        onError: fail,
      },
    );
  return (
    <Table label="Alert routes" heads={['Name', 'Kind', 'To', 'Which alerts']} actions>
      {sinks.map((sink) => (
        <tr key={sink.name}>
          <td>{sink.name}</td>
          <td>{sink.type}</td>
          <td className="mono wrap small">{targetOf(sink)}</td>
          <td className="wrap small">{whenText(sink.when as When | undefined)}</td>
          <td className="right nowrap">
            {administrator && (
              <>
                <Button
                  variant="default"
                  size="compact-xs"
                  loading={test.isPending && test.variables.body?.name === sink.name}
                  aria-label={`Test ${sink.name}`}
                  onClick={() => send(sink.name)}
                >
                  Test
                </Button>{' '}
                <Button variant="default" size="compact-xs" aria-label={`Change ${sink.name}`} onClick={() => edit(sink)}>
                  Change
                </Button>{' '}
                <Button
                  variant="default"
                  size="compact-xs"
                  aria-label={`Remove ${sink.name}`}
                  onClick={() => remove.mutate({ params: { name: sink.name } }, { onError: fail })}
                >
                  Remove
                </Button>
              </>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function targetOf({ name: _name, type: _type, when: _when, ...options }: Sink): string {
  const target = ['endpoint', 'path', 'url', 'to', 'topic', 'host', 'index'].map((key) => options[key]).find((one) => one !== undefined);
  return Array.isArray(target) ? target.join(', ') : String(target ?? '–');
}

function whenText(when: When | undefined): string {
  if (when === undefined) return 'all that people are told of';
  const { minSeverity = 0, sources, detectors } = when;
  return [
    `severity ${minSeverity} and above`,
    ...(sources === undefined ? [] : [`of ${sources.join(', ')}`]),
    ...(detectors === undefined ? [] : [`by ${detectors.join(', ')}`]),
  ].join(', ');
}
