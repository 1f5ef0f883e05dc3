import { createHash } from 'node:crypto';
import { Fakes } from '../fakes';

const UNIT = 'edge-ramp-edge-a.service';
const UNIT_FILE = `etc/systemd/system/${UNIT}`;
const SCRIPT = 'var/lib/edge-ramp/edge-a.keeper';
const GOAL_FILE = 'var/lib/edge-ramp/edge-a.goal';
const HEALS = 'var/lib/edge-ramp/edge-a.heals';
const FENCE = 'var/lib/edge-ramp/edge-a.node.fence';
const REPORT = 'run/edge-ramp/edge-a.report';
const GOAL = 'mark 127.112.0.11@keep link tun1%up@landmark cookie=0x0,table=253,priority=32768,actions=note:01.07';
const GOAL_LINES = `${GOAL.replaceAll('@', '\n')}\n`;
const KEEPER = "#!/bin/bash\necho 'one and $two'\n";
const DIGEST = createHash('sha256').update(KEEPER).digest('hex');
const FILES = ['prelude', 'ramp-objects', 'keeper-unit'];
const TUNNEL = {
  SSM_Tunnel: 'edge-a',
  SSM_Fence: '7',
  SSM_Digest: '0123456789abcdef',
  keeper: KEEPER,
  keeper_digest: DIGEST,
};

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
  const { code, stdout, stderr } = fakes.script(FILES, line, { ...TUNNEL, ...env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}
const observed = (): readonly string[] => does('observe_keeper && printf %s "$answers"').split('\n').slice(1, -2);

test('installing writes keeper, goal and unit, starts it now and after a restart of the node, and allows it to act', () => {
  does(`install_keeper '${GOAL}'`);
  expect(fakes.calls()).toEqual(['systemctl daemon-reload', `systemctl enable ${UNIT}`, `systemctl restart ${UNIT}`]);
  expect(fakes.file(SCRIPT)).toBe(KEEPER);
  expect(fakes.file(GOAL_FILE)).toBe(GOAL_LINES);
  expect(fakes.file(UNIT_FILE)).toContain(
    `\nExecStart=/usr/bin/env SSM_Tunnel=edge-a /bin/bash /${SCRIPT}\nRestart=always\n`,
  );
  expect(fakes.file(FENCE)).toBe('7 0123456789abcdef kept\n');
});

test('where no more can be written, nothing of it is left', () => {
  const { code, stderr } = fakes.script(FILES, `trap '' XFSZ; ulimit -f 0; install_keeper '${GOAL}'`, TUNNEL);
  expect(code).toBe(20);
  expect(stderr).toMatch(new RegExp(`cannot write .*/${SCRIPT}: is its file system full`));
  for (const file of [SCRIPT, `${SCRIPT}.new`, UNIT_FILE, FENCE]) expect(fakes.file(file)).toBeUndefined();
});

test('what is installed is answered in the words it was installed with', () => {
  does(`install_keeper '${GOAL}'`);
  expect(observed()).toEqual([`|goal ${GOAL}`, '|text ours', '|unit active enabled', '|last -', '|heals 0']);
  fakes.write(REPORT, `broken ${Math.floor(Date.now() / 1000) - 100} tun1 is not there\n`);
  expect(observed()[3]).toMatch(/^\|last 1[0-9]{2} broken tun1 is not there$/);
  fakes.write(REPORT, 'ok x[$(reboot)]\n');
  expect(observed()[3]).toBe('|last -');
});

test('what it put back within the last hour is counted, and the last of it told', () => {
  does(`install_keeper '${GOAL}'`);
  const now = Math.floor(Date.now() / 1000);
  fakes.write(HEALS, `${now - 7200} long ago\n${now - 600} tun1 is down\nx[$(reboot)] y\n${now - 60} no route\n`);
  expect(observed().at(-1)).toMatch(/^\|heals 2 6[0-9] no route$/);
});

test('a unit whose goal was lost is there, so that it can be taken away', () => {
  does(`install_keeper '${GOAL}'`);
  fakes.bash(['-c', `rm ${fakes.root}/${GOAL_FILE}`]);
  expect(observed()[0]).toBe('|goal lost');
});

test.each([
  ['keeper', SCRIPT, (text: string) => text.replace('two', 'three')],
  ['unit', UNIT_FILE, (text: string) => text.replace('Restart=always\n', '')],
])('another version of the %s is none of ours, and installing makes it so', (_, path, changed) => {
  does(`install_keeper '${GOAL}'`);
  fakes.write(path, changed(fakes.file(path)!));
  expect(observed().slice(0, 2)).toEqual([`|goal ${GOAL}`, '|text other']);
  does(`install_keeper '${GOAL}'`);
  expect(observed()[1]).toBe('|text ours');
});

test('where nothing is installed the answer says so', () => {
  fakes.reply({
    [`systemctl is-active ${UNIT}`]: [['inactive'], 3],
    [`systemctl is-enabled ${UNIT}`]: [[], 1],
  });
  expect(observed()).toEqual(['|goal -', '|text other', '|unit inactive -', '|last -', '|heals 0']);
});

test('removing leaves nothing, and leaves nothing to do', () => {
  does(`install_keeper '${GOAL}'`);
  fakes.write(REPORT, 'ok 1\n');
  fakes.calls();
  does('remove_keeper');
  expect(fakes.calls()).toEqual([`systemctl stop ${UNIT}`, `systemctl disable ${UNIT}`, 'systemctl daemon-reload']);
  for (const file of [SCRIPT, GOAL_FILE, UNIT_FILE, REPORT]) expect(fakes.file(file)).toBeUndefined();
  does('remove_keeper');
  expect(fakes.calls()).toEqual([]);
});

test('tunnels that share a node do not touch each other', () => {
  does(`install_keeper '${GOAL}'`);
  fakes.write('etc/systemd/system/edge-ramp-edge-b.service', 'theirs\n');
  fakes.write('var/lib/edge-ramp/edge-b.keeper', 'theirs\n');
  does('remove_keeper');
  expect(fakes.file('etc/systemd/system/edge-ramp-edge-b.service')).toBe('theirs\n');
  expect(fakes.file('var/lib/edge-ramp/edge-b.keeper')).toBe('theirs\n');
});

test('a systemctl that refuses stops the script with its words', () => {
  fakes.reply({ 'systemctl daemon-reload': [['Access denied'], 4] });
  const { code, stderr } = fakes.script(FILES, `install_keeper '${GOAL}'`, TUNNEL);
  expect(code).toBe(20);
  expect(stderr).toContain('systemctl daemon-reload answered (exit code 4): Access denied');
});

test('printing shows the commands, and does nothing', () => {
  const printing = { EDGE_RAMP_PRINT: '1', EDGE_RAMP_ROOT: '' };
  expect(does(`install_keeper '${GOAL}'`, printing).trimEnd().split('\n')).toEqual([
    `cat > /${SCRIPT} # documents/keeper.sh`,
    `cat > /${GOAL_FILE} <<END`,
    ...GOAL.split('@'),
    'END',
    `cat > /${UNIT_FILE} <<END`,
    '[Unit]',
    "Description=edge-ramp:edge-a, which keeps this node's part of the tunnel",
    'After=network.target',
    '',
    '[Service]',
    `ExecStart=/usr/bin/env SSM_Tunnel=edge-a /bin/bash /${SCRIPT}`,
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
  expect(does('remove_keeper', printing).trimEnd().split('\n')).toEqual([
    `systemctl stop ${UNIT}`,
    `systemctl disable ${UNIT}`,
    `rm -f /${UNIT_FILE}`,
    'systemctl daemon-reload',
    `rm -f /${SCRIPT} /${GOAL_FILE} /${HEALS} /${HEALS}.new /${REPORT} /${REPORT}.new /${REPORT}.stdout /${REPORT}.stderr /var/lib/edge-ramp/edge-a.vip-report`,
  ]);
  expect(fakes.calls()).toEqual([]);
});
