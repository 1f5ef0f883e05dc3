import { readFileSync } from 'node:fs';
import { check } from '../../kit/check';
import { readTranscript } from '../../kit/transcript';
import { ADMIN, BIGIP, closeAll, NODE as RAMP, open, spec, twoUnits, UNITS } from '../lab/hosts/bench';
import { askNode, NODES, type Release } from './answering-node';
import { PUBLISHED, askUnit } from './published-unit';
import { askSimulatedUnit, askBigIp, askCluster, askOnBigIp, brokenAt, interruptedAt, lab, SCRIPT } from './asked';

afterAll(closeAll);

const fallen = (text: string): string[] =>
  check(readTranscript('it', text))
    .filter(({ is }) => is !== 'held')
    .map(({ id, is, sentence }) => `${id} ${is}: ${sentence}`);

/** The commands of the script's function for a part, and of those that it calls by name. */
const asked = (part: string): string[] => {
  const [, lines = ''] = new RegExp(`^${part}\\(\\) \\{([^]*?)^\\}`, 'm').exec(readFileSync(SCRIPT, 'utf8')) ?? [];
  return lines.match(/^ {2}(?:ask|make) [a-z-]+ .*$/gm) ?? [];
};

test.each([
  ['log_in', 1],
  ['bigip', 16],
  ['pair', 16],
  ['cluster', 8],
  ['node', 15],
])('%s sends %i commands', (part, count) => expect(asked(part)).toHaveLength(count));

describe('of a unit of a pair', () => {
  test('it only reads', () => {
    expect(asked('pair').filter((line) => !/^ {2}ask [a-z-]+ (?:"grep |list |show )/.test(line))).toEqual([]);
  });

  test.each(['tmsh', 'bash'] as const)(
    'every assumption holds of the published answers, with login shell %s',
    (shell) => {
      const { code, out } = askUnit(shell);
      expect(code).toBe(0);
      expect(fallen(out)).toEqual([]);
      expect(readTranscript('it', out).said.map(({ line }) => line)).toEqual([
        'tmsh -v',
        ...Object.keys(PUBLISHED),
        ...(shell === 'bash' ? [expect.stringContaining('/var/log/ltm')] : []),
      ]);
    },
  );
});

describe('of a node of OVN-Kubernetes', () => {
  test('it only reads', () => {
    const reads =
      /^ {2}ask [a-z-]+ "?(?:modinfo|ip (?:-o )?(?:-4 )?(?:link|addr|route) show|nft list chain|iptables -w (?:-t nat )?-[SC]|sysctl -n|ovs-ofctl dump-flows) ?/;
    expect(asked('node').filter((line) => !reads.test(line))).toEqual([]);
  });

  test.each(Object.keys(NODES) as Release[])('every assumption holds of the answers of %s', (release) => {
    const { code, out } = askNode(release);
    expect(code).toBe(0);
    expect(fallen(out)).toEqual([]);
    expect(readTranscript('it', out).told).toEqual({ network: '10.128.0.0/14' });
  });

  test('on a simulated one nothing changes, and what it does not model is not asked or falls by name', async () => {
    const hosts = await open(
      { plugin: 'ovn', release: '4.18' },
      { specs: [{ ...spec, ramp: { ...spec.ramp, nodes: [{ ...spec.ramp.nodes[0]!, interface: 'br-ex' }] } }] },
    );
    const before = hosts.dump(RAMP);
    const { out } = await hosts.world.run(RAMP, `bash -s node 10.128.0.0/14 <${SCRIPT}`);
    expect(check(readTranscript('it', out)).flatMap(({ id, is }) => (is === 'held' ? [] : `${id} ${is}`))).toEqual([
      'OVN-3 fell', // its sysctl takes one name
      'OVN-12 fell', // it has no tool of Open vSwitch
    ]);
    expect(hosts.dump(RAMP)).toBe(before);
  });
});

describe('against simulated devices', () => {
  test.each(['tmsh', 'bash'] as const)(
    'every assumption holds on a BIG-IP with login shell %s, and nothing stays',
    async (shell) => {
      const hosts = await lab(shell);
      const before = hosts.dump(BIGIP);
      const { code, out } = await askBigIp(hosts);
      expect(code).toBe(0);
      expect(fallen(out)).toEqual([]);
      expect(hosts.dump(BIGIP)).toBe(before);
    },
  );

  test('it runs on the BIG-IP itself, from stdin', async () => {
    expect(fallen(await askOnBigIp(await lab('bash')))).toEqual([]);
  });

  test('every assumption holds on a cluster, and nothing stays', async () => {
    const hosts = await lab();
    const before = hosts.dump(ADMIN);
    const { code, out } = await askCluster(hosts);
    expect(code).toBe(0);
    expect(fallen(out)).toEqual([]);
    expect(hosts.dump(ADMIN)).toBe(before);
  });

  test.each(UNITS)('on unit %s of a pair nothing changes, and none falls', async (unit) => {
    const hosts = await open({ shell: 'bash' }, { specs: [twoUnits] });
    const before = hosts.dump(unit);
    const verdicts = check(readTranscript('it', await askSimulatedUnit(hosts, unit)));
    // It has no tunnel and no SNAT pool yet.
    expect(verdicts.filter(({ is }) => is !== 'held').map(({ id, is }) => `${id} ${is}`)).toEqual([
      'BIP-37 not asked',
      'BIP-45 not asked',
    ]);
    expect(hosts.dump(unit)).toBe(before);
  });

  test('what they say is marked as simulated', async () => {
    const hosts = await lab();
    for (const { out } of [await askBigIp(hosts), await askCluster(hosts)])
      expect(readTranscript('it', out).simulated).toBe(true);
  });

  test('on OpenShift 4 the ipfailover assumption falls', async () => {
    const { out } = await askCluster(await lab('tmsh', 4));
    expect(fallen(out)).toContainEqual(expect.stringMatching(/^OS-30 /));
  });

  test('what is there under its name already is not touched', async () => {
    const hosts = await lab();
    await hosts.world.run(BIGIP, 'create net tunnels tunnel edge-ramp-kit { profile ipip local-address 10.3.89.66 }');
    const before = hosts.dump(BIGIP);
    const { code, err } = await askBigIp(hosts);
    expect(code).toBe(1);
    expect(err).toContain('there is a tunnel edge-ramp-kit already');
    expect(hosts.dump(BIGIP)).toBe(before);
  });

  test('interrupted, it undoes what it has made', async () => {
    const hosts = await lab();
    const before = hosts.dump(BIGIP);
    const { code, out } = await askBigIp(hosts, interruptedAt('create net route'));
    expect(code).toBe(130);
    expect(out.match(/^\?[a-z-]+/gm)!.slice(-4)).toEqual(['?self', '?undo-route', '?undo-self', '?undo-tunnel']);
    expect(hosts.dump(BIGIP)).toBe(before);
  });

  test('what a broken connection made all the same is undone, too', async () => {
    const hosts = await lab();
    const before = hosts.dump(BIGIP);
    const { code, out } = await askBigIp(hosts, brokenAt('create net self'));
    expect(code).toBe(0);
    expect(out).toContain('?undo-self ');
    expect(hosts.dump(BIGIP)).toBe(before);
  });

  test('what could not be undone is named, and the script fails', async () => {
    const { code, err } = await askBigIp(await lab(), brokenAt('delete net route'));
    expect(code).toBe(1);
    expect(err).toContain('LEFT BEHIND, undo it by hand: delete net route 203.0.113.0/24');
  });
});
