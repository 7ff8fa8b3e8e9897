import type { ApiError } from '../api/client.ts';

/** Why a form was not taken, and what to do. */
export function Failure({ problem }: { problem: ApiError | undefined }) {
  if (problem === undefined) return null;
  return (
    <p role="alert" className="level-error wrap">
      {problem.message} {problem.hint}
    </p>
  );
}
