import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import { Failure } from './failure.tsx';

interface Props {
  /** undefined = shut. */
  readonly question: string | undefined;
  /** What the button says that does it. */
  readonly action: string;
  readonly pending: boolean;
  readonly problem?: ApiError | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  /** What will be gone or come into force. */
  readonly children: ReactNode;
}

/** Asks before something is deleted or takes another's place. */
export function Confirm({ question, action, pending, problem, onConfirm, onClose, children }: Props) {
  return (
    <Modal opened={question !== undefined} onClose={onClose} title={question} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack">
        <div>{children}</div>
        <Failure problem={problem ?? undefined} />
        <div className="row">
          <Button color="red" loading={pending} onClick={onConfirm}>
            {action}
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}
