import { readFileSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Debian's; another one by CHROMIUM. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

let browser: Browser | undefined;
/** Its pages are tabs beside one another, each with a storage of its own: that is faster than a context each. */
let tabs: BrowserContext | undefined;
const pages: Page[] = [];

beforeAll(async () => {
  // Chromium's own sandbox does not start for root, as CI runs it. It loads these pages and nothing else.
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  tabs = await browser.newContext();
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(() => browser?.close());

/** A page, and what went wrong on it. */
export interface Opened {
  readonly page: Page;
  /** What the page complained of, and what it asked of other places than its own. */
  readonly wrong: readonly string[];
}

/** Opens an address. @param width of the window, in pixels */
export async function opened(address: string, width = 1100): Promise<Opened> {
  const page = await tabs!.newPage();
  await page.setViewportSize({ width, height: 800 });
  pages.push(page);
  const wrong: string[] = [];
  const { origin, protocol } = new URL(address);
  page.on('pageerror', ({ message }) => wrong.push(message));
  page.on('console', (said) => said.type() === 'error' && wrong.push(said.text()));
  page.on('request', (asked) => {
    if (protocol === 'file:' ? asked.url() !== address : new URL(asked.url()).origin !== origin)
      wrong.push(asked.url());
  });
  page.setDefaultTimeout(60_000);
  await page.goto(address);
  return { page, wrong };
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

interface Axe {
  readonly axe: { run(options: object): Promise<{ readonly violations: readonly Finding[] }> };
}

/** What axe-core finds on a page, light and dark. */
export async function findings(page: Page): Promise<readonly string[]> {
  // By the debugger and not by a script element, which the page's policy refuses.
  await page.evaluate(AXE);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // In the dark nothing is another one but the colours.
    const options = colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {};
    const { violations } = await page.evaluate((options) => (globalThis as unknown as Axe).axe.run(options), options);
    found.push(
      ...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    );
  }
  return found;
}

/** By how many pixels the content is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Presses Tab until something of this name has the focus, as whoever has no mouse does. @throws Error when nothing has */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === name) return;
  }
  throw new Error(`No press of Tab leads to "${name}".`);
}
