import { Button, Progress } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type DragEvent, useRef, useState } from 'react';
import type { UploadBody } from '../../../../src/server/api/schema/data.ts';
import { sendFile } from '../../api/client.ts';
import { useApi, useChange, useTenant } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { bytes, count, percent, plural } from '../../format/number.ts';
import { StoredRecords } from './stored-records.tsx';

const busy = (upload: UploadBody) => upload.state === 'waiting' || upload.state === 'analysing';

export function Upload() {
  // Progress comes by the event stream; asking again covers a stream that was cut.
  const uploads = useApi('uploads', {}, { refetchInterval: 4_000 });
  return (
    <>
      <Choose />
      <Card title="Analyses" flush>
        <Answered of={uploads}>
          {({ items }) =>
            items.length === 0 ? (
              <Blank
                title="No file analysed yet"
                hint="The file stays on this machine. Its lines, flows and series can be searched like those of a source, they are compared with each other, and what stands out becomes alerts and a report."
              />
            ) : (
              <Analyses items={items} />
            )
          }
        </Answered>
      </Card>
    </>
  );
}

function Choose() {
  const tenant = useTenant();
  const client = useQueryClient();
  const can = useCan()('analyst');
  const field = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; share: number }>();
  const send = async (files: FileList | null) => {
    for (const file of files ?? []) {
      setSending({ name: file.name, share: 0 });
      try {
        await sendFile(tenant, file, (share) => setSending({ name: file.name, share }));
      } catch (error) {
        notifications.show({
          color: 'red',
          title: `${file.name} was not taken`,
          message: error instanceof Error ? error.message : String(error),
          closeButtonProps: { 'aria-label': 'Dismiss' },
        });
      }
      await client.invalidateQueries({ queryKey: ['uploads'] });
    }
    setSending(undefined);
    if (field.current !== null) field.current.value = '';
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (can) void send(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button does the same by keyboard.
    <div
      className={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <h2>Drop files here</h2>
      <p className="soft">
        Logs of any format, JSON lines, packet captures (pcap), CSV; also compressed with gzip or zstd. The format is recognised.
      </p>
      <input ref={field} id="upload-file" type="file" multiple hidden onChange={(event) => void send(event.currentTarget.files)} />
      <Button disabled={!can || sending !== undefined} onClick={() => field.current?.click()}>
        Choose files
      </Button>
      {!can && <p className="soft small">Uploading needs the role analyst.</p>}
      {sending !== undefined && (
        <div className="stack" style={{ width: 320 }} role="status">
          <span className="small">
            Sending {sending.name}: {percent(sending.share)}
          </span>
          <Progress value={sending.share * 100} aria-label={`Sending ${sending.name}`} />
        </div>
      )}
    </div>
  );
}

function Analyses({ items }: { items: readonly UploadBody[] }) {
  const tenant = useTenant();
  const cancel = useChange('cancelUpload', ['uploads']);
  const can = useCan()('analyst');
  return (
    <Table label="Analyses" heads={['File', 'Sent', 'State', 'Records', { right: 'Alerts' }, 'Report']} actions>
      {items.map((upload) => (
        <tr key={upload.id}>
          <td className="wrap">
            {upload.name}
            <div className="small soft num">
              {bytes(upload.bytes)}, by {upload.by}
            </div>
          </td>
          <td>
            <When at={upload.uploadedAt} as="relative" />
          </td>
          <td style={{ minWidth: 190 }}>
            <span className={`chip ${upload.state === 'done' ? 'good' : upload.state === 'failed' ? 'critical' : 'accent'}`}>
              {upload.state}
            </span>
            {busy(upload) && (
              <div className="stack" style={{ gap: 4, marginTop: 5 }}>
                <Progress value={upload.progress * 100} aria-label={`Analysis of ${upload.name}`} />
                <span className="small soft num">
                  {percent(upload.progress)} {upload.step}
                </span>
              </div>
            )}
            {upload.error !== '' && <div className="small level-error wrap">{upload.error}</div>}
          </td>
          <td>
            {Object.keys(upload.rows).length === 0 && upload.missing === '' ? (
              <span className="num">{count(upload.events)}</span>
            ) : (
              <StoredRecords upload={upload} />
            )}
          </td>
          <td className="right num">
            {upload.alerts > 0 ? (
              <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ source: upload.sources[0] ?? upload.name, state: 'any' }}>
                {plural(upload.alerts, 'alert')}
              </Link>
            ) : (
              count(upload.alerts)
            )}
          </td>
          <td>
            {upload.reports.map((name) => (
              <div key={name}>
                <Link to="/t/$tenant/reports/$name" params={{ tenant, name }}>
                  Open<span className="hidden"> {name}</span>
                </Link>
              </div>
            ))}
          </td>
          <td className="right">
            {can && (
              <Button
                variant="subtle"
                size="compact-xs"
                title={busy(upload) ? undefined : 'Removes the file with its lines, flows and series; alerts and report stay'}
                onClick={() => cancel.mutate({ params: { id: upload.id } })}
                aria-label={`${busy(upload) ? 'Cancel' : 'Remove'} ${upload.name}`}
              >
                {busy(upload) ? 'Cancel' : 'Remove'}
              </Button>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
