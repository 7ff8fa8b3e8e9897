import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Says what was changed, with a button that takes it back. */
export function offerUndo(title: string, message: string, undo: () => unknown): void {
  const id = `change-${Date.now()}`;
  const onClick = () => {
    notifications.hide(id);
    undo();
  };
  const content = (
    <div className="row rigid">
      <span className="grow">{message}</span>
      <Button variant="default" onClick={onClick}>
        Undo
      </Button>
    </div>
  );
  // Only the last change is offered to be undone: older messages would stand before it.
  notifications.clean();
  notifications.show({ id, title, message: content, closeButtonProps: { 'aria-label': 'Dismiss' } });
}
