import { VedetteError } from '../../core/index.ts';

/**
 * Threads that run models for this one. A thread that is cut off within a step of the runtime takes the whole process with it, so
 * whoever ends this thread asks them to stop first.
 */
const running = new Set<() => Promise<void>>();
let stopping = false;

/** `stop` resolves once the thread has ended; the returned function takes it off the list. Refused once all were stopped. */
export function modelThread(stop: () => Promise<void>): () => void {
  if (stopping) throw new VedetteError('USAGE', 'this thread is ending and runs no further models');
  running.add(stop);
  return () => {
    running.delete(stop);
  };
}

/** Every model thread of this one has ended; no other begins. */
export async function stopModelThreads(): Promise<void> {
  stopping = true;
  await Promise.allSettled([...running].map((stop) => stop()));
}
