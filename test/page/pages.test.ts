import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arnOf, items, parameters, type Answers } from '../cli/aws/answers';
import { callAws } from '../cli/aws/fake-aws';
import { temporary } from '../cli/fake';
import { account, applied, DECLARED, planned, PLAN, rolledBack } from '../cli/page/runs';
import { consoleOf, started } from './account';
import { findings, opened, overflow, tabTo } from './browser';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** A console in the browser, and what its account was asked. */
async function shown(answers: Answers, width?: number) {
  const console = await consoleOf(answers);
  open.push(console);
  return { ...(await opened(console.served.address, width)), asked: console.asked, address: console.served.address };
}

const output = JSON.stringify({
  endState: 'Planned',
  changes: PLAN.report.changes,
  digest: PLAN.digest,
  interrupts: ['tunnel SDN is made anew'],
});
/** A plan whose changes cut live traffic; what is started is a run that is known. */
const cutting: Answers = {
  ...account('edge-a-plan-1', planned(), {
    status: 'SUCCEEDED',
    output,
    input: '{"tunnel": "edge-a", "action": "plan"}',
  }),
  StartExecution: () => ({ executionArn: arnOf('edge-a-plan-1'), startDate: 1 }),
};
const run = (name: string): string => `#/runs/${encodeURIComponent(arnOf(name))}`;

describe('the console', () => {
  test('takes its token out of the address, keeps it for this tab, and asks nothing of any other place', async () => {
    const { page, wrong, address } = await shown(applied());
    await page.getByRole('link', { name: 'edge-a' }).click();
    await page.getByRole('heading', { name: 'The tunnel' }).waitFor();
    expect(page.url()).toBe(address.replace(/#.*/, '#/tunnels/edge-a'));
    await page.reload();
    await page.getByRole('heading', { name: 'The tunnel' }).waitFor();
    expect(wrong).toEqual([]);
  });

  test('without the token says what to do, and shows nothing', async () => {
    const { page } = await shown(applied());
    const other = await opened(page.url().replace(/#.*/, ''));
    await other.page.getByText('The token is missing or is another one').waitFor();
    expect(await other.page.getByRole('link', { name: 'edge-a' }).count()).toBe(0);
  });

  test('of 200 tunnels shows each in a line, and finds one', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `site-${i}`);
    const all = Object.fromEntries(names.map((name) => [`/edge-ramp/tunnels/${name}`, { ...DECLARED, name }]));
    const { page, asked } = await shown({ ...parameters(all), ...items({}) });
    await page.getByText('200 of 200').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(200);
    await page.getByRole('searchbox').fill('site-17');
    await page.getByText('11 of 200').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(11);
    expect(asked.filter(([operation]) => operation === 'Scan')).toHaveLength(1);
  });

  test('can be used without a mouse: from the list to a plan, and to the apply of that plan, or not', async () => {
    const { page, asked } = await shown(cutting);
    await page.getByRole('link', { name: 'edge-a' }).waitFor();
    await tabTo(page, 'edge-a');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Verify' }).waitFor();
    await tabTo(page, 'Plan');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Apply as planned' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe('main');

    const ask = async () => {
      await tabTo(page, 'Apply as planned …');
      await page.keyboard.press('Enter');
      await page.getByText('THIS CUTS LIVE TRAFFIC: tunnel SDN is made anew.').waitFor();
    };
    await ask();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(started(asked)).toEqual([{ tunnel: 'edge-a', action: 'plan' }]);

    await ask();
    await tabTo(page, 'Apply, and cut this traffic');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(started(asked)[1]).toEqual({
      tunnel: 'edge-a',
      action: 'apply',
      expect: PLAN.digest,
      allowInterruption: true,
    });
  });

  test('pauses with a reason, and not without one', async () => {
    const { page, asked } = await shown(cutting);
    await page.getByRole('link', { name: 'edge-a' }).click();
    await page.getByRole('button', { name: 'Pause …' }).click();
    await page.getByText('No traffic is cut.').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    expect(started(asked)).toEqual([]);
    await page.getByRole('textbox').fill('change 4711');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(started(asked)).toEqual([{ tunnel: 'edge-a', action: 'pause', reason: 'change 4711' }]);
  });

  test('stops the run that works after a question that says what becomes of it, and not before', async () => {
    const run = arnOf('edge-a-apply-1');
    const { page, asked } = await shown({
      ...account('edge-a-apply-1', planned(), { status: 'RUNNING', stopDate: undefined }, { owner: run, fence: 1 }),
      StopExecution: () => ({ stopDate: 1 }),
    });
    const stopped = () => asked.filter(([operation]) => operation === 'StopExecution').map(([, input]) => input);
    await page.getByRole('link', { name: 'edge-a' }).click();
    await page.getByRole('button', { name: 'Stop the run …' }).click();
    await page.getByText('edge-a-apply-1 (apply by person').waitFor();
    await page.getByText('stays half done until a repair puts it back.').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(stopped()).toEqual([]);
    await page.getByRole('button', { name: 'Stop the run …' }).click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(stopped()).toMatchObject([{ executionArn: run }]);
  });

  test('repairs what a run that died has left, after a question that says what that cuts', async () => {
    const run = arnOf('edge-a-apply-1');
    const item = { owner: run, fence: 1, before: '{"declared": [], "touched": {"i-1": {"link tun1": {}}}}' };
    const { page, asked } = await shown({
      ...account('edge-a-apply-1', planned(), { status: 'ABORTED' }, item),
      StartExecution: () => ({ executionArn: run, startDate: 1 }),
    });
    await page.getByRole('link', { name: 'edge-a' }).click();
    await page.getByRole('button', { name: 'Repair …' }).click();
    await page.getByText('at most 1 object on 1 device. THIS CUTS LIVE TRAFFIC').waitFor();
    expect(await findings(page)).toEqual([]);
    expect(started(asked)).toEqual([]);
    await page.getByRole('button', { name: 'Repair', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(started(asked)).toEqual([{ tunnel: 'edge-a', action: 'apply', repair: run }]);
  });

  test("a device's text is text", async () => {
    const { page, wrong } = await shown(rolledBack('<img src=x onerror="document.title=1"><script>alert(1)</script>'));
    await page.evaluate((hash) => (location.hash = hash), run('edge-a-apply-1'));
    await page.getByText('<img src=x onerror="document.title=1">').first().waitFor();
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    expect(wrong).toEqual([]);
  });

  test('says what AWS has against it, and that its own command has ended', async () => {
    const { page } = await shown({});
    await page.getByText('AWS refuses ssm:GetParameter').waitFor();
    const gone = await shown(applied());
    await gone.page.getByRole('link', { name: 'edge-a' }).waitFor();
    await open.pop()!.close();
    await gone.page.getByRole('link', { name: 'edge-a' }).click();
    await gone.page.getByText('The console does not answer: is its command still running?').waitFor();
  });

  test.each([
    ['every tunnel', applied(), '#/', 'Tunnels'],
    ['one tunnel', applied(), '#/tunnels/edge-a', 'The tunnel'],
    ['a run that went well', applied(), run('edge-a-apply-1'), 'How to go back'],
    ['a run that failed', rolledBack('no'), run('edge-a-apply-1'), 'How to go back'],
    ['a plan', cutting, run('edge-a-plan-1'), 'States'],
  ])('%s: axe-core finds nothing, light and dark, and a phone is wide enough', async (_, answers, hash, heading) => {
    const { page, wrong } = await shown(answers, 360);
    await page.evaluate((to) => (location.hash = to), hash);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test('so does what it asks', async () => {
    const { page } = await shown(cutting, 360);
    await page.evaluate((to) => (location.hash = to), run('edge-a-plan-1'));
    await page.getByRole('button', { name: 'Apply as planned' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await findings(page)).toEqual([]);
  });
});

describe('a report', () => {
  test.each([
    ['Applied', applied()],
    ['RolledBack', rolledBack('<img src=x onerror="document.title=1">')],
    ['Planned', cutting],
  ])('of %s opens from a file, asks for nothing, fits a phone; axe-core finds nothing', async (end, answers) => {
    const file = join(temporary(), 'run.html');
    expect((await callAws(['report', 'edge-a', '--html', file], answers)).out).toContain(`: ${end}.`);
    const { page, wrong } = await opened(`file://${file}`, 360);
    expect(await page.title()).toMatch(new RegExp(`: ${end}$`));
    expect(await overflow(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test('with a script that somebody put into it runs nothing', async () => {
    const file = join(temporary(), 'run.html');
    const script = '<script>document.title = "run"</script>';
    await callAws(['report', 'edge-a', '--html', file], applied());
    writeFileSync(file, readFileSync(file, 'utf8').replace('</main>', `${script}</main>`));
    const { page } = await opened(`file://${file}`);
    expect(await page.title()).not.toBe('run');
  });
});
