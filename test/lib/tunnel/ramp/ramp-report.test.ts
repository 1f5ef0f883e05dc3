import { Fakes } from '../fakes';

const UNIT = 'edge-ramp-edge-a.service';
const UNIT_FILE = `etc/systemd/system/${UNIT}`;
const SCRIPT = 'var/lib/edge-ramp/edge-a.vip-report';
const REPORT = 'run/edge-ramp/edge-a.report';
const ARGUMENTS = '127.112.0.11 tun1 10.3.91.216 0x999 10.129.1.254';

let fakes: Fakes;
beforeEach(() => {
  fakes = new Fakes();
  fakes.reply({
    'systemctl daemon-reload': [[], 0],
    ...Object.fromEntries(
      ['enable', 'disable', 'restart', 'stop'].map((verb) => [`systemctl ${verb} ${UNIT}`, [[], 0]]),
    ),
    [`systemctl is-active ${UNIT}`]: [['active'], 0],
    [`systemctl is-enabled ${UNIT}`]: [['enabled'], 0],
  });
});
afterEach(() => fakes.remove());

function does(line: string, env: Readonly<Record<string, string>> = {}): string {
  const { code, stdout, stderr } = fakes.script(['prelude', 'ramp-objects', 'vip-report', 'ramp-report'], line, {
    SSM_Tunnel: 'edge-a',
    SSM_Fence: '1',
    ...env,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}
const observed = (): readonly string[] => does('observe_report && printf %s "$answers"').split('\n').slice(1, -2);

test('installing writes reporter and unit, and starts it now and after a restart of the node', () => {
  does(`install_report '${ARGUMENTS}'`);
  expect(fakes.calls()).toEqual(['systemctl daemon-reload', `systemctl enable ${UNIT}`, `systemctl restart ${UNIT}`]);
  expect(fakes.file(SCRIPT)).toBe(fakes.script(['vip-report'], 'report_text').stdout);
  expect(fakes.file(UNIT_FILE)).toContain(`\nExecStart=/bin/bash /${SCRIPT} ${ARGUMENTS} edge-a\nRestart=always\n`);
});

test('where no more can be written, nothing of it is left', () => {
  const { code, stderr } = fakes.script(
    ['prelude', 'ramp-objects', 'vip-report', 'ramp-report'],
    `trap '' XFSZ; ulimit -f 0; install_report '${ARGUMENTS}'`,
    { SSM_Tunnel: 'edge-a', SSM_Fence: '1' },
  );
  expect(code).toBe(20);
  expect(stderr).toMatch(new RegExp(`cannot write .*/${SCRIPT}: is its file system full`));
  for (const file of [SCRIPT, `${SCRIPT}.new`, UNIT_FILE]) expect(fakes.file(file)).toBeUndefined();
});

test('what is installed is answered in the words it was installed with', () => {
  does(`install_report '${ARGUMENTS}'`);
  expect(observed()).toEqual([`|arguments ${ARGUMENTS}`, '|text ours', '|unit active enabled', '|last -']);
  fakes.write(REPORT, `broken ${Math.floor(Date.now() / 1000) - 100} tun1 is not there\n`);
  expect(observed().at(-1)).toMatch(/^\|last 1[0-9]{2} broken tun1 is not there$/);
  fakes.write(REPORT, 'ok x[$(reboot)]\n');
  expect(observed().at(-1)).toBe('|last -');
});

test.each([
  ['reporter', SCRIPT, (text: string) => text.replace('sleep 2', 'sleep 3')],
  ['unit', UNIT_FILE, (text: string) => text.replace('Restart=always\n', '')],
])('another version of the %s is none of ours, and installing makes it so', (_, path, changed) => {
  does(`install_report '${ARGUMENTS}'`);
  fakes.write(path, changed(fakes.file(path)!));
  expect(observed().slice(0, 2)).toEqual([`|arguments ${ARGUMENTS}`, '|text other']);
  does(`install_report '${ARGUMENTS}'`);
  expect(observed()[1]).toBe('|text ours');
});

test('where nothing is installed the answer says so', () => {
  fakes.reply({
    [`systemctl is-active ${UNIT}`]: [['inactive'], 3],
    [`systemctl is-enabled ${UNIT}`]: [[], 1],
  });
  expect(observed()).toEqual(['|arguments -', '|text other', '|unit inactive -', '|last -']);
});

test('removing leaves nothing, and leaves nothing to do', () => {
  does(`install_report '${ARGUMENTS}'`);
  fakes.write(REPORT, 'ok 1\n');
  fakes.calls();
  does('remove_report');
  expect(fakes.calls()).toEqual([`systemctl stop ${UNIT}`, `systemctl disable ${UNIT}`, 'systemctl daemon-reload']);
  expect([SCRIPT, UNIT_FILE, REPORT].map((path) => fakes.file(path))).toEqual([undefined, undefined, undefined]);
  does('remove_report');
  expect(fakes.calls()).toEqual([]);
});

test('tunnels that share a node do not touch each other', () => {
  does(`install_report '${ARGUMENTS}'`);
  fakes.write('etc/systemd/system/edge-ramp-edge-b.service', 'theirs\n');
  fakes.write('var/lib/edge-ramp/edge-b.vip-report', 'theirs\n');
  does('remove_report');
  expect(fakes.file('etc/systemd/system/edge-ramp-edge-b.service')).toBe('theirs\n');
  expect(fakes.file('var/lib/edge-ramp/edge-b.vip-report')).toBe('theirs\n');
});

test('a systemctl that refuses stops the script with its words', () => {
  fakes.reply({ 'systemctl daemon-reload': [['Access denied'], 4] });
  const { code, stderr } = fakes.script(
    ['prelude', 'ramp-objects', 'vip-report', 'ramp-report'],
    `install_report '${ARGUMENTS}'`,
    { SSM_Tunnel: 'edge-a', SSM_Fence: '1' },
  );
  expect(code).toBe(20);
  expect(stderr).toContain('systemctl daemon-reload answered (exit code 4): Access denied');
});

test('printing shows the commands, and does nothing', () => {
  const printing = { EDGE_RAMP_PRINT: '1', EDGE_RAMP_ROOT: '' };
  expect(does(`install_report '${ARGUMENTS}'`, printing).trimEnd().split('\n')).toEqual([
    `cat > /${SCRIPT} # the reporter, documents/vip-report.sh`,
    `cat > /${UNIT_FILE} <<END`,
    '[Unit]',
    'Description=edge-ramp:edge-a, whether this node can carry the tunnel',
    'After=network.target',
    '',
    '[Service]',
    `ExecStart=/bin/bash /${SCRIPT} ${ARGUMENTS} edge-a`,
    'Restart=always',
    'RestartSec=5',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    'END',
    'systemctl daemon-reload',
    `systemctl enable ${UNIT}`,
    `systemctl restart ${UNIT}`,
  ]);
  expect(does('remove_report', printing).trimEnd().split('\n')).toEqual([
    `systemctl stop ${UNIT}`,
    `systemctl disable ${UNIT}`,
    `rm -f /${UNIT_FILE}`,
    'systemctl daemon-reload',
    `rm -f /${SCRIPT} /${REPORT}`,
  ]);
  expect(fakes.calls()).toEqual([]);
});
