import { IconFlask2 } from '@tabler/icons-react';
import { RemoveDemo } from './remove-demo.tsx';

/** Above every page of the demo: nobody takes generated data for their own. */
export function DemoNote({ tenant }: { tenant: string }) {
  return (
    <div className="demo-note" role="note">
      <IconFlask2 size={15} aria-hidden />
      <span className="grow">
        <strong>Demo data.</strong> <span className="more-said">Tenant {tenant} is a generated office network with scripted attacks. </span>
        Nothing here is real.
      </span>
      <RemoveDemo tenant={tenant} />
    </div>
  );
}
