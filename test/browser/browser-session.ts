import { afterAll, beforeAll, expect } from 'vitest';
import { Window } from './browser.ts';
import { RunningVedette } from './running-vedette.ts';

export const PASSWORD = 'a sentinel stands watch';

/** `vedette up` of a describe block, reading `log`, and its administrator in a browser window; both end with the block. */
export class BrowserSession {
  readonly vedette: RunningVedette;
  #window: Window | undefined;

  constructor(log?: string) {
    this.vedette = new RunningVedette(log);
    beforeAll(async () => {
      await this.vedette.start();
      this.#window = await Window.open(() => this.vedette.address);
      await this.#window.setUp(this.vedette.adminLink, PASSWORD);
    }, 30_000);
    afterAll(async () => {
      await this.#window?.close();
      await this.vedette.stop();
    }, 30_000);
  }

  get window(): Window {
    if (this.#window === undefined) throw new Error('the browser is not open yet');
    return this.#window;
  }

  get page(): Window['page'] {
    return this.window.page;
  }

  /** The answer of a route of the tenant, or of the home. */
  async api(path: string, of: 'tenant' | 'home' = 'tenant'): Promise<unknown> {
    const answer = await this.page.request.get(`${this.vedette.address}/api/v1/${of === 'home' ? '' : 'tenants/default/'}${path}`);
    expect(answer.status(), path).toBe(200);
    return answer.json();
  }

  /** A page of the tenant. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.vedette.address}/t/default/${path}`);
  }
}

/** Waits until it is so; the test's own time limit ends it. */
export async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 150));
}
