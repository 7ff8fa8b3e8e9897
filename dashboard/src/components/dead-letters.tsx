import { Button, Checkbox } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useApi, useChange } from '../api/queries.ts';
import { useCan } from '../app/session.ts';
import { bytes, count, plural } from '../format/number.ts';
import { When } from './marks.tsx';
import { Card } from './page.tsx';
import { Scroll } from './scroll.tsx';
import { Answered, Blank } from './states.tsx';

/** Records that fit nothing, with the reason; those chosen can be parsed again. */
export function DeadLetters() {
  const letters = useApi('deadLetters', { query: { limit: 100 } });
  const retry = useChange('retryDeadLetters', ['deadLetters', 'sources']);
  const can = useCan()('engineer');
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const again = () =>
    retry.mutate(
      { body: { ids: [...chosen] } },
      {
        onSuccess: (result) => {
          setChosen(new Set());
          notifications.show({
            title: 'Parsed again',
            message: `${count(result.parsed)} parsed, ${count(result.failedAgain)} failed again${result.missing > 0 ? `, ${count(result.missing)} were gone` : ''}.`,
          });
        },
        onError: (error) => notifications.show({ color: 'red', title: 'Not parsed again', message: error.message }),
      },
    );
  const toggle = (id: number) =>
    setChosen((before) => (before.has(id) ? new Set([...before].filter((other) => other !== id)) : new Set([...before, id])));
  return (
    <Card
      title="Dead letters"
      flush
      head={
        can && (
          <Button variant="default" disabled={chosen.size === 0} loading={retry.isPending} onClick={again}>
            Parse {chosen.size > 0 ? plural(chosen.size, 'record') : 'chosen'} again
          </Button>
        )
      }
    >
      <Answered of={letters}>
        {({ items, counts }) =>
          items.length === 0 ? (
            <Blank title="None" hint="Every record that arrived could be parsed." />
          ) : (
            <>
              <p className="small soft num" style={{ padding: '6px 14px' }}>
                {plural(counts.kept, 'record')} kept ({bytes(counts.bytes)}), {count(counts.dropped)} older dropped ·{' '}
                {Object.entries(counts.byReason)
                  .map(([reason, n]) => `${reason}: ${count(n)}`)
                  .join(' · ')}
              </p>
              <Scroll label="Dead letters">
                <table className="table">
                  <thead>
                    <tr>
                      <th>
                        <span className="hidden">Choose</span>
                      </th>
                      <th>Arrived</th>
                      <th>Source</th>
                      <th>Reason</th>
                      <th>Record</th>
                      <th className="right">Line</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((letter) => (
                      <tr key={letter.id}>
                        <td>
                          {can && (
                            <Checkbox
                              size="xs"
                              aria-label={`Choose record ${letter.id}`}
                              checked={chosen.has(letter.id)}
                              onChange={() => toggle(letter.id)}
                            />
                          )}
                        </td>
                        <td>
                          <When at={letter.arrival} />
                        </td>
                        <td>
                          {letter.source}
                          <div className="small soft wrap">{letter.input}</div>
                        </td>
                        <td>{letter.reason}</td>
                        <td className="mono wrap">
                          {letter.text.slice(0, 300)}
                          {letter.text.length > 300 && '…'}
                        </td>
                        <td className="right num">{count(letter.line)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            </>
          )
        }
      </Answered>
    </Card>
  );
}
