import { Button, Checkbox, CopyButton, Modal, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Scope } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';

const SCOPES: readonly Scope[] = [
  'status:read',
  'events:read',
  'alerts:read',
  'alerts:write',
  'models:read',
  'models:write',
  'reports:read',
  'uploads:write',
  'records:write',
  'settings:read',
  'settings:write',
];

export function Tokens() {
  const tokens = useApi('tokens');
  const revoke = useChange('revokeToken', ['tokens']);
  const [adding, setAdding] = useState(false);
  return (
    <Card title="API tokens" flush head={<Button onClick={() => setAdding(true)}>Create a token</Button>}>
      <Answered of={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank
              title="No token"
              hint="A token lets a program use the API with the rights you give it. All calls are described at /docs."
            >
              <a href="/docs">API documentation</a>
            </Blank>
          ) : (
            <Table label="API tokens" heads={['Name', 'Of', 'May', 'Expires', 'Last used']} actions>
              {items.map((token) => (
                <tr key={token.id}>
                  <td>{token.name}</td>
                  <td>{token.user}</td>
                  <td className="wrap small">{token.scopes.join(', ')}</td>
                  <td>
                    <When at={token.expiresAt} as="relative" />
                  </td>
                  <td>
                    <When at={token.lastUsed} as="relative" />
                  </td>
                  <td className="right">
                    <Button
                      variant="default"
                      size="compact-xs"
                      aria-label={`Revoke ${token.name}`}
                      onClick={() => revoke.mutate({ params: { id: token.id } })}
                    >
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Answered>
      <AddToken opened={adding} onClose={() => setAdding(false)} />
    </Card>
  );
}

function AddToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useChange('createToken', ['tokens']);
  const [scopes, setScopes] = useState<string[]>(['alerts:read']);
  const [days, setDays] = useState<number>(90);
  const close = () => {
    create.reset();
    onClose();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate({ body: { name: String(new FormData(event.currentTarget).get('name')), scopes: scopes as Scope[], days } });
  };
  return (
    <Modal opened={opened} onClose={close} title="Create an API token" closeButtonProps={{ 'aria-label': 'Close' }}>
      {create.data !== undefined ? (
        <div className="stack">
          <p>Copy the token now. It is stored as a hash only and never shown again.</p>
          <code className="mono wrap lines" style={{ padding: 10 }}>
            {create.data.secret}
          </code>
          <div className="row">
            <CopyButton value={create.data.secret}>
              {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
            </CopyButton>
            <Button variant="default" onClick={close}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form onSubmit={submit} className="stack">
          <TextInput size="xs" name="name" label="Name" description="What it is for" required maxLength={64} autoComplete="off" />
          <Checkbox.Group label="May" size="xs" value={scopes} onChange={setScopes}>
            <div className="stack" style={{ gap: 6, marginTop: 6 }}>
              {SCOPES.map((scope) => (
                <Checkbox key={scope} size="xs" value={scope} label={scope} />
              ))}
            </div>
          </Checkbox.Group>
          <NumberInput
            size="xs"
            label="Expires after (days)"
            min={1}
            max={3660}
            value={days}
            onChange={(value) => setDays(Number(value) || 90)}
            hideControls
          />
          <Failure problem={create.error ?? undefined} />
          <div>
            <Button type="submit" disabled={scopes.length === 0} loading={create.isPending}>
              Create
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
