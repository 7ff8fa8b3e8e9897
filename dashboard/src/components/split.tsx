import { Button, useMatches } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface SplitProps {
  readonly list: ReactNode;
  readonly listLabel: string;
  /** What is chosen; undefined = nothing. */
  readonly detail: ReactNode | undefined;
  readonly detailLabel: string;
  readonly blank: ReactNode;
  readonly onBack: () => void;
}

/** A list beside what is chosen in it; on a narrow screen one after the other. */
export function Split({ list, listLabel, detail, detailLabel, blank, onBack }: SplitProps) {
  return (
    <div className={`split ${detail === undefined ? '' : 'chosen'}`}>
      <section className="pane pane-list" aria-label={listLabel} tabIndex={-1}>
        {list}
      </section>
      <section className="pane pane-detail" aria-label={detailLabel} tabIndex={-1}>
        {detail !== undefined && (
          <div className="back">
            <Button variant="subtle" leftSection={<IconArrowLeft size={15} />} onClick={onBack}>
              Back to the list
            </Button>
          </div>
        )}
        {detail ?? blank}
      </section>
    </div>
  );
}

/** Whether list and detail stand beside each other. */
export const useWide = (): boolean => useMatches({ base: false, sm: true }, { getInitialValueInEffect: false });
