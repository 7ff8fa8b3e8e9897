import { Modal } from '@mantine/core';
import { TrainForm } from './train-form.tsx';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onStarted: (run: string) => void;
}

/** Asks what to learn from, then starts the run. */
export function Train({ opened, onClose, onStarted }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Train a model" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <TrainForm onStarted={onStarted} />}
    </Modal>
  );
}
