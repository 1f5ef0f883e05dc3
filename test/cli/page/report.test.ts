import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arnOf, callAws, pastExecutions, type Answers, type Input } from '../aws/fake-aws';
import { temporary } from '../fake';
import { askerOf } from '../../../cli/page/model/run';
import { account, applied, planned, rolledBack } from './runs';

/** Runs `report` in a folder. */
async function report(answers: Answers, named = 'edge-a', ...options: string[]) {
  const folder = temporary();
  const outcome = await callAws(['report', named, '--html', 'run.html', ...options], answers, { folder });
  return { ...outcome, folder, files: readdirSync(folder), html: () => readFileSync(join(folder, 'run.html'), 'utf8') };
}

/** What a reader sees, without tags. */
const words = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');

describe('report', () => {
  test("tells a tunnel's last run: its end, the picture's addresses, the diff, the steps, the proof, the states", async () => {
    const { code, out, html } = await report(applied());
    expect(code).toBe(0);
    expect(out).toMatch(
      /^edge-a, apply edge-a-apply-1: Applied\. Written to .*run\.html\n.*: npx edge-ramp history edge-a\n$/,
    );
    const text = words(html());
    expect(text).toContain('edge-a apply Applied');
    expect(text).toContain('Applied: edge-a stands as declared and was proven (1 change on 1 device)');
    for (const address of ['10.3.89.66', '10.3.89.89', '10.3.91.216', '10.3.91.217', '10.128.0.0/14'])
      expect(text).toContain(address);
    expect(text).toContain('+ tunnel SDN: profile ipip');
    expect(text).toMatch(/Configure BIG-IP .*? s ok/);
    expect(text).toContain('BIG-IP 10.3.88.66 to 10.3.91.217 ping through the tunnel: 3 of 3 packets came back');
    expect(text).toContain('tunnel SDN not there profile ipip made');
    expect(text).toContain('virtual ose-vserver type none type snat pool SDN changed');
    expect(text).toContain('self SDN address 10.3.91.216/24 the same kept');
  });

  test('a failed run says first what happened, what stands where, what to do', async () => {
    const text = words((await report(rolledBack('BIG-IP 10.3.88.66: no'))).html());
    const at = (part: string): number => text.indexOf(part);
    expect(at('What happened Configure BIG-IP failed: BIG-IP 10.3.88.66: no')).toBeGreaterThan(0);
    expect(at('What stands where Everything is as it was')).toBeGreaterThan(at('What happened'));
    expect(at('What to do When that is mended: npx edge-ramp apply edge-a')).toBeGreaterThan(at('What stands where'));
    expect(at('The tunnel')).toBeGreaterThan(at('What to do'));
    expect(text).toMatch(/Configure BIG-IP .*? s FAILED DeviceRefused/);
    expect(text).toContain('virtual ose-vserver type none the same put back');
  });

  test.each<readonly [string, Input, Readonly<Record<string, unknown>>, readonly [string, string, string]]>([
    [
      'InvalidRequest',
      { status: 'FAILED', error: 'InvalidRequest', cause: 'tunnel: edge-a is not declared.' },
      {},
      ['Tunnel: edge-a is not declared', 'No device was contacted', 'When that is corrected: npx edge-ramp apply'],
    ],
    [
      'TunnelBusy',
      { status: 'FAILED', error: 'TunnelBusy', cause: 'arn' },
      {},
      ['Edge-a is busy (arn)', 'Nothing was changed', 'Try again when that is over.'],
    ],
    [
      'NotVerified',
      { status: 'FAILED', error: 'NotVerified', cause: 'x', input: '{"tunnel": "edge-a", "action": "verify"}' },
      {},
      [
        'Edge-a does not stand as declared: 1 change on 1 device is needed',
        'This run changed no device',
        'To have it made: npx edge-ramp apply edge-a',
      ],
    ],
    [
      'Interrupted',
      { status: 'ABORTED' },
      { before: {} },
      [
        'The run was stopped half-way',
        'Devices may be changed, and how they were stands in the table',
        'Put everything back: npx edge-ramp repair',
      ],
    ],
    [
      'Interrupted',
      { status: 'ABORTED' },
      {},
      [
        'The run was stopped before it changed a device',
        'This run changed no device',
        'To start it again: npx edge-ramp apply',
      ],
    ],
    [
      'Failed',
      { status: 'FAILED', error: 'States.Runtime', cause: 'an expression' },
      {},
      [
        'The run broke off without coming to an end of its own (FAILED: States.Runtime: an expression)',
        'What it left is not known',
        'To look: npx edge-ramp plan',
      ],
    ],
  ])('so does one that ended as %s', async (_, run, item, [happened, stands, next]) => {
    const texts = Object.entries(item).map(([name, told]) => [
      name,
      JSON.stringify({ execution: arnOf('edge-a-run-1'), ...(told as object) }),
    ]);
    const answers = account('edge-a-run-1', planned(), run, Object.fromEntries(texts));
    expect(words((await report(answers)).html())).toContain(
      `What happened ${happened} What stands where ${stands} What to do ${next}`,
    );
  });

  test('of a pair of which a device was away says so', async () => {
    const output = JSON.stringify({ endState: 'Unchanged', changes: [], degraded: ['ramp node mi-2'] });
    const text = words((await report(account('edge-a-apply-1', planned(), { status: 'SUCCEEDED', output }))).html());
    expect(text).toContain('nothing was written. Degraded: ramp node mi-2 cannot be reached and was left out.');
    const failed = { execution: arnOf('edge-a-apply-1'), degraded: ['ramp node mi-2'] };
    const run = { status: 'FAILED', error: 'RolledBack', cause: 'no' };
    const item = { lastResult: JSON.stringify(failed) };
    expect(words((await report(account('edge-a-apply-1', planned(), run, item))).html())).toContain(
      'Everything is as it was before this run; degraded: ramp node mi-2 cannot be reached and was left out What to do',
    );
  });

  test.each([
    [{}, 'a person; CloudTrail has the name: its event StartExecution of that time'],
    [{ repair: 'arn' }, 'a person, for a repair; CloudTrail has the name: its event StartExecution of that time'],
    [{ repair: 'arn', trigger: 'schedule' }, 'automation, by schedule, for a repair'],
    [{ trigger: 'event' }, 'automation, by event'],
  ])('says who asked by %j; outside of AWS nobody has kept the name', async (asked, who) => {
    const run = { status: 'ABORTED', input: JSON.stringify({ tunnel: 'edge-a', ...asked }) };
    const [here] = who.split(';');
    expect(words((await report(account('edge-a-apply-1', planned(), run))).html())).toMatch(
      new RegExp(`Asked by ${here} (Began|On condition)`),
    );
    expect(askerOf(asked, true)).toBe(who);
  });

  test('has the times of a sentence in the zone of whoever made the report', async () => {
    const asked = { tunnel: 'edge-a', action: 'pause', reason: 'work', until: '2026-11-24T06:00:00.000Z' };
    const sentence = `Automation leaves the tunnel alone until ${asked.until}: work`;
    const output = JSON.stringify({ endState: 'Paused', sentence });
    const run = { status: 'SUCCEEDED', output, input: JSON.stringify(asked) };
    const text = words((await report(account('edge-a-pause-1', planned(), run))).html());
    expect(text).toContain('reason: work; until 2026-11-24 06:00 UTC');
    expect(text).toContain('leaves the tunnel alone until 2026-11-24 06:00 UTC: work');
  });

  test('a plan says what would be, and that nothing has changed', async () => {
    const output = JSON.stringify({ endState: 'Planned', changes: [], digest: 'd' });
    const run = { status: 'SUCCEEDED', output, input: '{"tunnel": "edge-a", "action": "plan"}' };
    const text = words((await report(account('edge-a-plan-1', planned(), run))).html());
    expect(text).toContain('tunnel SDN not there profile ipip to make');
    expect(text).toContain('This run changed nothing on a device.');
  });

  test('a value of thousands of characters, as a keeper has, is shown in few, and whole where it is opened', async () => {
    const long = `mark -@keep ${'x'.repeat(2000)}`;
    const run = { status: 'SUCCEEDED', output: JSON.stringify({ endState: 'Planned', changes: [], digest: 'd' }) };
    const state = { 'virtual ose-vserver': 'type none', 'self SDN': long };
    const { html } = await report(account('edge-a-plan-1', planned({ state }), run));
    expect(html()).toMatch(
      /<details>\s*<summary><code>mark -@keep x{48}…<\/code> \(2012 characters\)<\/summary>\s*<code>mark -@keep x{2000}<\/code>/,
    );
  });

  test('a flow, which has no blanks, is broken behind its commas and not within an address', async () => {
    const run = { status: 'SUCCEEDED', output: JSON.stringify({ endState: 'Planned', changes: [], digest: 'd' }) };
    const state = {
      'virtual ose-vserver': 'type none',
      'self SDN': '',
      'flow table=0,ip,nw_dst=10.128.0.0/14': 'actions=load:1,output:2',
    };
    const { html } = await report(account('edge-a-plan-1', planned({ state }), run));
    expect(html()).toContain('flow table=0,<wbr/>ip,<wbr/>nw_dst=10.128.0.0/14');
    expect(html()).toContain('<code>actions=load:1,<wbr/>output:2</code>');
  });

  test.each(['edge-a-apply-1', 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:edge-a-apply-1'])(
    'an execution is named %s',
    async (named) => {
      expect((await report(applied(), named)).out).toMatch(/^edge-a, apply edge-a-apply-1: Applied\. Written to .*\n$/);
    },
  );

  test.each([
    ['a verify since', { action: 'verify' }, 'Verified', 'edge-a-apply-1'],
    ['a plan since', { action: 'plan' }, 'Planned', 'edge-a-apply-1'],
    ['a plan of a teardown since', { action: 'plan', teardown: true }, 'Planned', 'edge-a-apply-1'],
    ['a pause since', { action: 'pause' }, 'Paused', 'edge-a-apply-1'],
    ['an event since, for which nothing was done', { trigger: 'event' }, 'Skipped', 'edge-a-apply-1'],
    ['an apply since', {}, 'Unchanged', 'edge-a-2'],
  ])('of a tunnel with %s is about the run that did something', async (_, asked, endState, told) => {
    const answers = applied();
    const run = answers['DescribeExecution']!({ executionArn: arnOf('edge-a-apply-1') });
    const later = { input: JSON.stringify({ tunnel: 'edge-a', ...asked }), output: JSON.stringify({ endState }) };
    const runs = pastExecutions({ 'edge-a-2': { ...later, stopDate: 14 }, 'edge-a-apply-1': run as Input });
    expect((await report({ ...answers, ...runs })).out).toMatch(new RegExp(`^edge-a, \\w+ ${told}: `));
    const alone = pastExecutions({ 'edge-a-2': { ...later, stopDate: 14 } });
    expect((await report({ ...answers, ...alone })).out).toMatch(/^edge-a, .* edge-a-2: /);
  });

  test('who is unknown gets no file, and is told where to look', async () => {
    const { code, err, files } = await report(applied(), 'edge-z');
    expect({ code, files }).toEqual({ code: 1, files: [] });
    expect(err).toContain('edge-z is no tunnel with a run, and no execution that Step Functions remembers');
  });

  test('whatever a device says is text', async () => {
    const hostile = '</style><script>alert(1)</script><img src=x onerror=alert(1)> \u202egnp.exe \u001b[2J';
    const html = (await report(rolledBack(hostile))).html();
    expect(html).not.toMatch(/<script|<img|\u202e|\u001b/);
    expect(html).toContain('&lt;script>alert(1)&lt;/script>');
    expect(html).toContain('\\u{202e}gnp.exe \\u{1b}[2J');
  });

  test('it refers to nothing outside, and may run and fetch nothing', async () => {
    const html = (await report(applied())).html();
    expect(html).not.toMatch(/\b(?:src|href|url|action)\s*[=(]|@import|\bon\w+=|style="/);
    expect(html).toMatch(/content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='"/);
  });
});

describe('the file', () => {
  test('that is there already stays as it is, unless --force says otherwise', async () => {
    const folder = temporary();
    const file = join(folder, 'run.html');
    writeFileSync(file, 'mine');
    const write = (...more: string[]) => callAws(['report', 'edge-a', '--html', file, ...more], applied(), { folder });
    expect(await write()).toMatchObject({ code: 1, err: expect.stringContaining('is there already') });
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['mine', ['run.html']]);
    expect(await write('--force')).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
    expect(readdirSync(folder)).toEqual(['run.html']);
  });

  test('cannot be in a folder that is not there', async () => {
    const { code, err } = await callAws(['report', 'edge-a', '--html', 'no/run.html'], applied());
    expect(code).toBe(1);
    expect(err).toContain('no/run.html cannot be written (ENOENT): name another file.');
  });
});
