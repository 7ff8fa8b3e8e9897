import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCan, useSession } from '../../app/session.ts';
import { Page } from '../../components/page.tsx';
import { Account } from './account.tsx';
import { AuditLog } from './audit.tsx';
import { Kept } from './kept.tsx';
import { Limits } from './limits.tsx';
import { AlertRoutes } from './routes.tsx';
import { Suppressions } from './suppressions.tsx';
import { Tenants } from './tenants.tsx';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

export function Settings() {
  const { tab } = useSearch({ from: '/t/$tenant/settings' });
  const navigate = useNavigate({ from: '/t/$tenant/settings' });
  const administrator = useSession().data?.administrator ?? false;
  const can = useCan();
  const tabs = [
    ['account', 'Account', true],
    ['suppressions', 'Suppressions', true],
    ['routing', 'Alert routing', true],
    ['limits', 'Budget and retention', true],
    ['users', 'Users', administrator],
    ['tenants', 'Tenants', administrator],
    ['tokens', 'API tokens', true],
    ['audit', 'Audit', can('admin')],
  ] as const;
  const shown = tabs.filter(([, , allowed]) => allowed);
  const current = shown.some(([name]) => name === tab) ? (tab ?? 'account') : 'account';
  return (
    <Page title="Settings">
      <Tabs value={current} onChange={(next) => navigate({ search: { tab: next ?? undefined } })} keepMounted={false}>
        <Tabs.List mb="md">
          {shown.map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="account">
          <Account />
        </Tabs.Panel>
        <Tabs.Panel value="users">
          <Users />
        </Tabs.Panel>
        <Tabs.Panel value="tenants">
          <Tenants />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <Tokens />
        </Tabs.Panel>
        <Tabs.Panel value="suppressions">
          <Suppressions />
        </Tabs.Panel>
        <Tabs.Panel value="routing">
          <AlertRoutes />
        </Tabs.Panel>
        <Tabs.Panel value="limits" className="stack">
          <Limits />
          <Kept />
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditLog />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
