import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, call } from '../api/client.ts';
import { Failure } from '../components/failure.tsx';
import { SignFrame } from './sign-in.tsx';

/** The page of the one-time link `/welcome#TOKEN`: what follows # never leaves the browser on its own. */
export function Welcome() {
  const [token] = useState(() => location.hash.slice(1));
  const navigate = useNavigate();
  const client = useQueryClient();
  const [problem, setProblem] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [name, password, again] = ['name', 'password', 'again'].map((field) => String(form.get(field))) as [string, string, string];
    if (password !== again) return setProblem(new ApiError(0, 'NOT_EQUAL', 'The two passwords are not the same.'));
    setBusy(true);
    try {
      await call('setup', { body: { token, name, password } });
      client.clear();
      await navigate({ to: '/', replace: true });
    } catch (error) {
      setProblem(error instanceof ApiError ? error : new ApiError(0, 'UNKNOWN', String(error)));
    } finally {
      setBusy(false);
    }
  };
  if (token.length < 20)
    return (
      <SignFrame title="This link is not complete">
        <p>Open the whole link that vedette printed when it started, with the part after the #.</p>
        <Link to="/sign-in" search={{}}>
          Sign in with a password
        </Link>
      </SignFrame>
    );
  return (
    <SignFrame title="Set the administrator's password">
      <p className="soft">The link works once. Afterwards you sign in with this name and password.</p>
      <form onSubmit={submit} className="stack">
        <TextInput name="name" label="Name" defaultValue="admin" autoComplete="username" required />
        <PasswordInput
          name="password"
          label="Password"
          description="At least 12 characters"
          minLength={12}
          autoComplete="new-password"
          required
          autoFocus
        />
        <PasswordInput name="again" label="Password again" minLength={12} autoComplete="new-password" required />
        <Failure problem={problem} />
        <Button type="submit" size="sm" loading={busy}>
          Set password and sign in
        </Button>
      </form>
    </SignFrame>
  );
}
