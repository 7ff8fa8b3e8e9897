import { Modal } from '@mantine/core';
import { useEffect } from 'react';
import { useChange } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { Loading } from '../../components/states.tsx';
import { SourcePreview } from './preview.tsx';
import type { WrittenSource } from './wizard.tsx';

/** They hold their address themselves: nobody else can look at what is sent there. */
const LISTENING = new Set(['syslog', 'http', 'metrics-http', 'statsd', 'flow-export', 'capture-chunks']);

/** Looks for a few seconds at what a source gives, and says what to check where that is nothing. */
export function CheckSource({ source, onClose }: { source: WrittenSource | undefined; onClose: () => void }) {
  return (
    <Modal
      size="xl"
      opened={source !== undefined}
      onClose={onClose}
      title={`What ${source?.name ?? ''} gives`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {source !== undefined && (LISTENING.has(source.type) ? <Listening source={source} /> : <Looking source={source} />)}
    </Modal>
  );
}

function Looking({ source }: { source: WrittenSource }) {
  const preview = useChange('previewSource');
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each source.
  useEffect(() => preview.mutate({ body: { source, seconds: 3, records: 50 } }), [source]);
  if (preview.data !== undefined) return <SourcePreview of={preview.data} />;
  return preview.error === null ? <Loading rows={3} /> : <Failure problem={preview.error} />;
}

function Listening({ source }: { source: WrittenSource }) {
  const ports = ['port', 'udpPort', 'tcpPort'].flatMap((name) => (source[name] === undefined ? [] : [String(source[name])]));
  const host = typeof source.host === 'string' ? source.host : undefined;
  const loopback = host === undefined || /^(127\.|::1$|localhost$)/.test(host);
  const checks = [
    `${source.name} listens${ports.length === 0 ? '' : ` on port ${ports.join(' and ')}`}, and nothing was sent there yet: check the address and port that the sender has.`,
    ...(loopback
      ? ['It listens on this machine only. For senders elsewhere set host to an address of this machine, or to 0.0.0.0 for all.']
      : []),
    'A firewall on the way or on this machine may drop what is sent: open the port for the sender.',
    ...(source.token === undefined ? [] : ['Senders have to give its token; without it they are refused.']),
  ];
  return (
    <section className="section" aria-label="What to check">
      <ul>
        {checks.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </section>
  );
}
