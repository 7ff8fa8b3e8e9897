import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, call } from '../api/client.ts';
import { Failure } from '../components/failure.tsx';

export function SignIn() {
  const { next, refused } = useSearch({ from: '/sign-in' });
  const { data: providers } = useQuery({ queryKey: ['providers'], queryFn: () => call('providers'), staleTime: 60_000 });
  const navigate = useNavigate();
  const client = useQueryClient();
  const [problem, setProblem] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      await call('signIn', { body: { name: String(form.get('name')), password: String(form.get('password')) } });
      client.clear();
      // Only a path of this site: an address with a host would lead away.
      await navigate({ href: next !== undefined && /^\/[^/\\]/.test(next) ? next : '/', replace: true });
    } catch (error) {
      setProblem(error instanceof ApiError ? error : new ApiError(0, 'UNKNOWN', String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <SignFrame title="Sign in">
      <form onSubmit={submit} className="stack">
        <TextInput name="name" label="Name" autoComplete="username" required autoFocus />
        <PasswordInput name="password" label="Password" autoComplete="current-password" required />
        <Failure problem={problem} />
        {refused !== undefined && problem === undefined && (
          <p role="alert" className="sev-text wrap" style={{ color: 'var(--critical)' }}>
            The provider signed you in, but nobody here is allowed under that account. Ask an administrator; the audit log has the reason.
          </p>
        )}
        <Button type="submit" size="sm" loading={busy}>
          Sign in
        </Button>
        {providers?.items.map(({ id, label, path }) => (
          <Button key={id} component="a" href={path} size="sm" variant="default">
            Sign in with {label}
          </Button>
        ))}
      </form>
      <p className="soft small">The first administrator signs in with the link that vedette prints when it starts.</p>
    </SignFrame>
  );
}

export function SignFrame({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className="sign">
      <div className="card stack">
        <div className="row">
          <img src="/favicon.svg" alt="" width={26} height={26} />
          <h1>{title}</h1>
        </div>
        {children}
      </div>
    </main>
  );
}
