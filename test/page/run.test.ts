import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Aws } from '../../cli/aws/aws';
import { contentAt } from '../../cli/page/console/content';
import { serveConsole, type Served } from '../../cli/page/console/server';
import { wayTo } from '../../cli/place';
import { openLab, type Lab } from '../../lab';
import type { Fault } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { declared } from '../examples';
import { PRODUCT } from './account';
import { opened, overflow, type Opened } from './browser';

const edgeA = { ...(declared('edge-a') as Tunnel), example: false };
const elsewhere: Tunnel = { ...edgeA, tunnel: { ...edgeA.tunnel, bigip: '10.3.91.215/24' } };
/** The apply saves first; the teardown's save is refused. */
const fault: Fault = { host: edgeA.bigip[0]!.management, match: 'save sys config', nth: 2, effect: 'fail-before' };

const SPEED = 25;
const state = mkdtempSync(join(tmpdir(), 'edge-ramp-page-'));

/** The state machine on simulated hosts, with a console. */
interface Site {
  readonly lab: Lab;
  readonly served: Served;
  close(): Promise<void>;
}

let site: Site | undefined;
afterAll(async () => {
  await site?.close();
  rmSync(state, { recursive: true, force: true });
});

async function openSite(spec: Tunnel, faults: readonly Fault[] = []): Promise<Site> {
  await site?.close();
  const lab = await openLab({
    assembly: process.env['EDGE_RAMP_TEST_ASSEMBLY']!,
    state,
    specs: [spec],
    faults,
    speed: SPEED,
  });
  const way = wayTo({ lab, words: 'On SIMULATED hosts', speed: SPEED }, { aws: (reach) => new Aws(reach) });
  const served = await serveConsole(contentAt(PRODUCT, way.place, {}), 0);
  site = {
    lab,
    served,
    async close() {
      site = undefined;
      await served.close();
      way.close();
      await lab.close();
    },
  };
  return site;
}

/** The page of the tunnel, from the list. */
async function tunnelPage({ served }: Site): Promise<Opened> {
  const shown = await opened(served.address);
  await shown.page.getByRole('link', { name: 'edge-a' }).click();
  await shown.page.getByRole('button', { name: 'Verify' }).waitFor();
  return shown;
}

const ends = (page: Page, end: string): Promise<void> =>
  page.locator('h1 .badge', { hasText: new RegExp(`^${end}$`) }).waitFor();

/** Presses what starts a plan, and what carries it out. */
async function carryOut(page: Page, plan: string, asked: string, yes: string): Promise<void> {
  await page.getByRole('button', { name: plan, exact: true }).click();
  await page.getByRole('button', { name: asked }).click();
  await page.getByRole('dialog').getByRole('button', { name: yes }).click();
}

test('a run to its end: its states light up, and what it made is on the picture', async () => {
  const { page, wrong } = await tunnelPage(await openSite(edgeA, [fault]));
  await carryOut(page, 'Plan', 'Apply as planned', 'Apply');
  await ends(page, 'Running');
  await page.locator('.timeline .badge.running').first().waitFor();
  await ends(page, 'Applied');
  expect(await page.locator('.picture svg.wide').textContent()).toMatch(/carries.*10\.3\.89\.66.*tunnel SDN.*made/s);
  expect(await page.getByText('FAILED').count()).toBe(0);
  expect([wrong, await overflow(page)]).toEqual([[], 0]);
  if (process.env['EDGE_RAMP_PICTURE'] === '1') await picture(page, 'run.png');
});

test('a failure: what happened, what stands where, what to do; and the tunnel needs nobody', async () => {
  const { page } = await tunnelPage(site!);
  await carryOut(page, 'Plan a teardown', 'Tear down as planned', 'Tear down');
  await ends(page, 'RolledBack');
  const end = await page.locator('.end.bad').innerText();
  expect(end).toMatch(
    /What happened\s+Attach virtual servers failed: .*What stands where\s+Everything is as it was.*What to do/s,
  );
  if (process.env['EDGE_RAMP_PICTURE'] === '1') await picture(page, 'failed-run.png');
  await page.getByRole('link', { name: '← edge-a' }).click();
  await page.getByText('RolledBack').waitFor();
  const states = page.locator('table.states').first();
  expect(await states.locator('tr', { hasText: 'tunnel SDN' }).innerText()).toContain('profile ipip');
});

test('an interruption: refused where the answer is no, and made where it is yes', async () => {
  const { page } = await tunnelPage(await openSite(elsewhere));
  const before = site!.lab.executions().length;
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: 'Apply as planned' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.innerText()).toContain('THIS CUTS LIVE TRAFFIC');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(site!.lab.executions()).toHaveLength(before + 1); // the plan
  await page.getByRole('button', { name: 'Apply as planned' }).click();
  await dialog.getByRole('button', { name: 'Apply, and cut this traffic' }).click();
  await ends(page, 'Applied');
  expect(await site!.lab.hosts.dump(edgeA.bigip[0]!.management)).toContain('10.3.91.215');
});

/** A picture of the documents: the page from its top, as far as the picture of the tunnel goes. */
async function picture(page: Page, file: string): Promise<void> {
  await page.setViewportSize({ width: 1000, height: 620 });
  await page.emulateMedia({ colorScheme: 'light' });
  const drawn = (await page.locator('.picture svg.wide').boundingBox())!;
  await page.setViewportSize({ width: 1000, height: Math.ceil(drawn.y + drawn.height) + 12 });
  writeFileSync(join(PRODUCT, 'docs', file), await page.screenshot());
}
