/** Progress on a terminal for anything over a second; silent elsewhere and with `-o json`. */
export interface Progress {
  /** `share` 0..1. */
  update(share: number, what?: string): void;
  stop(): void;
}

const silent: Progress = { update() {}, stop() {} };

export async function startProgress(title: string, json: boolean): Promise<Progress> {
  if (json || process.stderr.isTTY !== true) return silent;
  const { SingleBar, Presets } = await import('cli-progress');
  const begin = performance.now();
  const bar = new SingleBar(
    { format: `${title} [{bar}] {percentage}% {what}`, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(share, what = '') {
      if (!started) {
        if (performance.now() - begin < 1000) return;
        bar.start(100, 0, { what });
        started = true;
      }
      bar.update(Math.round(share * 100), { what });
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
