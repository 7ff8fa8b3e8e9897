import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The system's Chromium, or the one that VEDETTE_CHROMIUM names; undefined where there is none. */
export const CHROMIUM = [process.env.VEDETTE_CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path));

/** Resolves once no transition runs any more. */
/** A page that draws nothing may never say that a transition has finished: after a second all have. */
const FADED = `Promise.race([
  Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => undefined))),
  new Promise((resolve) => setTimeout(resolve, 1000)),
])`;

/** A browser window that writes down what it asked for and what it complained about. */
export class Window {
  readonly foreign: string[] = [];
  readonly complaints: string[] = [];
  readonly bodies = new Map<string, number>();
  readonly page: Page;
  readonly #browser: Browser;

  private constructor(browser: Browser, context: BrowserContext, page: Page, home: () => string) {
    this.#browser = browser;
    this.page = page;
    context.on('request', (request) => {
      const url = request.url();
      if (!/^(data|blob):/.test(url) && new URL(url).origin !== home()) this.foreign.push(url);
    });
    context.on('requestfinished', (request) => {
      request.sizes().then(
        ({ responseBodySize }) => this.bodies.set(new URL(request.url()).pathname, responseBodySize),
        () => undefined,
      );
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} ${message.location().url}`.trim());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open(home: () => string): Promise<Window> {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args });
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Madrid',
    });
    context.setDefaultTimeout(10_000);
    return new Window(browser, context, await context.newPage(), home);
  }

  /** Takes the one-time link of a fresh home and is signed in as its administrator. */
  async setUp(link: string, password: string): Promise<void> {
    await this.page.goto(link);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.locator('input[name=again]').fill(password);
    await this.page.getByRole('button', { name: 'Set password and sign in' }).click();
    await this.page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  /** Resolves once the page has its answers and no transition runs any more. */
  async settled(): Promise<void> {
    await this.page.locator('h1').waitFor();
    while ((await this.page.locator('[aria-busy=true]').count()) > 0) await this.page.waitForTimeout(50);
    await this.page.evaluate(FADED);
  }

  /** Seconds of CPU that the page's main thread took since it was loaded. */
  async busy(): Promise<number> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
    await session.send('Performance.enable');
    await this.page.reload();
    await this.page.getByText('Intrusions by tactic').waitFor();
    await this.settled();
    const { metrics } = await session.send('Performance.getMetrics');
    await session.detach();
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  }

  /** How far the page is wider than the window, CSS pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  /** Axe's violations of the page as it is, with the elements they are about; `rules` limits what is looked at. */
  async violations(rules?: readonly string[]): Promise<readonly string[]> {
    if (!(await this.page.evaluate(`'axe' in window`))) await this.page.evaluate(AXE);
    const options = JSON.stringify(rules === undefined ? {} : { runOnly: rules });
    const found = (await this.page.evaluate(`axe.run(${options}).then(({ violations }) => violations)`)) as {
      readonly id: string;
      readonly nodes: readonly { readonly target: readonly string[] }[];
    }[];
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  }

  /** Axe's violations in light and, of its colours, in dark. */
  async violationsInBothSchemes(): Promise<readonly string[]> {
    const light = await this.violations();
    await this.page.emulateMedia({ colorScheme: 'dark' });
    await this.page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await this.page.waitForTimeout(250);
    await this.page.evaluate(FADED);
    const dark = await this.violations(['color-contrast']);
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.locator('html[data-mantine-color-scheme=light]').waitFor();
    return [...light, ...dark.map((one) => `dark, ${one}`)];
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
