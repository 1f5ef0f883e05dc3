import { cluster } from '../../../lib/tunnel/cluster/device';
import type { State } from '../../../lib/tunnel/device/operation';
import { NotUnderstood } from '../../../lib/tunnel/errors/errors';
import { observe, type Config } from './cluster-scripts';
import { ADMIN, ClusterSite, appliedCluster, config, freshCluster, pair, publishedCluster } from './cluster-site';
import { ONE, EDGE_P } from './cluster-nodes';

const USER = 'system:serviceaccount:default:f5ipfailover';

describe('observing', () => {
  const subject = { name: ADMIN, spec: pair(), applied: null };

  test('a busy cluster answers in a fraction of what comes back', () => {
    const world = publishedCluster({
      privileged: [...Array.from({ length: 500 }, (_, i) => `system:serviceaccount:project-${i}:builder`), USER],
      dcs: [
        ...Array.from({ length: 60 }, (_, i) =>
          config(
            { project: `project-${i}`, name: `ipfailover-${i}`, annotations: { note: 'x'.repeat(300) } },
            { VRRP_ID_OFFSET: '99' },
          ),
        ),
        config(),
      ],
    });
    for (let i = 0; i < 250; i++)
      world.nodes[`node-${i}.example.com`] = { labels: { a: 'b' }, annotations: { long: 'y'.repeat(500) }, off: false };
    const site = new ClusterSite(pair(), world);
    const { out } = observe(world, cluster.questions(subject), EDGE_P);
    expect(out.length).toBeLessThan(8000);
    expect(site.observe().state).toMatchObject({ 'scc f5ipfailover': 'is granted' });
  });

  describe('ipfailover objects of other projects', () => {
    const SAME = { VRRP_ID_OFFSET: '10', VIRTUAL_IPS: '10.20.30.4' };
    const tenants = (changes: Partial<Config> = {}, env: State = SAME): Config =>
      config({ project: 'shop', name: 'mine', account: 'robot', ...changes }, env);
    const planned = (dcs: readonly Config[], privileged: readonly string[] = []) => {
      const fresh = freshCluster();
      return new ClusterSite(pair(), { ...fresh, privileged: [...fresh.privileged, ...privileged], dcs });
    };
    const REMARK =
      /ipfailover shop\/mine has this tunnel's .* it runs no Pod, or no SCC lets its account use the nodes' network/;

    test.each([
      ['whose account no SCC lets use the nodes’ network', {}, []],
      ['whose Pods do not ask for it', { network: false }, ['system:serviceaccount:shop:robot']],
      ['with an account of the same name as one that may', {}, ['system:serviceaccount:shop2:robot']],
      ['that are scaled to nothing', { replicas: 0 }, ['system:serviceaccount:shop:robot']],
    ])('%s: a remark, no obstacle', (_, changes, privileged) => {
      const site = planned([tenants(changes)], privileged);
      expect(site.plan()).not.toEqual([]);
      expect(site.remarks()).toEqual([expect.stringMatching(REMARK)]);
      site.go();
      expect(site.plan()).toEqual([]);
      expect(site.go('absent').changes).toContain(`label node ${ONE} f5rampnode-`);
    });

    test.each([['system:serviceaccount:shop:robot'], ['system:serviceaccounts:shop']])(
      'that %s lets run are in the way',
      (user) => expect(() => planned([tenants()], [user]).plan()).toThrow('shop/mine already has the virtual IP'),
    );

    test('that are scaled to nothing and still run are in the way', () =>
      expect(() =>
        new ClusterSite(pair(), {
          ...freshCluster(),
          available: 1,
          privileged: ['system:serviceaccount:shop:robot'],
          dcs: [tenants({ replicas: 0 })],
        }).plan(),
      ).toThrow('shop/mine already has the virtual IP'));

    test('forge no field by what is written in them', () => {
      const forged = '\ndc default f5ipfailover\nowner edge-q\nenv OPENSHIFT_HA_VIRTUAL_IPS=10.20.30.4\nend';
      const annotations = { note: forged, 'edge-ramp/tunnel': `edge-p${forged}` };
      const hostile = tenants({ annotations }, { VIRTUAL_IPS: `10.9.9.9${forged}`, NOTIFY_SCRIPT: forged });
      const site = planned([hostile]);
      const observed = site.observe();
      expect([observed.state, observed.facts.failovers]).toEqual([{}, []]);
      site.go();
      expect(site.observe().state).toEqual(new ClusterSite(pair(), appliedCluster()).observe().state);
    });

    test('make no answer too long, however many and long they are', () => {
      const many = Array.from({ length: 500 }, (_, i) => tenants({ name: `mine-${i}` }));
      const long = tenants(
        { name: 'long' },
        { VRRP_ID_OFFSET: '9'.repeat(30_000), VIRTUAL_IPS: '10.20.30.4,'.repeat(3000) },
      );
      const site = planned([long, ...many]);
      expect(site.plan()).not.toEqual([]);
      expect(site.remarks().length).toBeLessThanOrEqual(20);
    });
  });

  test('a word of an object that is no word is none of its value: it cannot pass for ours', () => {
    const interfaces = ['eth0 port 0', `eth0 owner edge-ramp:edge-p`, 'eth0\nowner edge-p'];
    for (const NETWORK_INTERFACE of interfaces) {
      const site = new ClusterSite(pair(), publishedCluster({ dcs: [config({}, { NETWORK_INTERFACE })] }));
      expect(site.observe().state['ipfailover f5ipfailover']).toMatch(/^vip 10\.20\.30\.4 interface \? port 0 [^?]*$/);
      expect(() => site.plan()).toThrow('that is not this tunnel');
    }
  });

  test('an answer without its end is not the truth', () => {
    const said = 'a line that is no field';
    const world = appliedCluster();
    const site = new ClusterSite(pair(), { ...world, faults: [{ command: 'get node', said, code: 0 }] });
    expect(() => site.observe()).toThrow('oc get node gave an answer without its end: a line that is no field');
  });

  test('a client whose oc adm ipfailover has no check is refused at the plan, before 3.5 it has none', () => {
    const site = new ClusterSite(pair(), freshCluster({ lacks: ['check-script', 'check-interval'] }));
    expect(() => site.plan()).toThrow(
      /"oc adm ipfailover" has no --check-script, --check-interval, which a pair needs: .*Clients of OpenShift 3\.5 to 3\.11 have it/,
    );
    const standing = new ClusterSite(pair(), { ...appliedCluster(), lacks: ['check-script'] });
    expect(standing.go('absent').changes[0]).toBe('delete dc f5ipfailover -n default');
  });

  test('a client that warns on stderr is read as one that does not', () => {
    const warning = 'W0514 machinery.go: the object has been modified (NotFound); resource type\n';
    const site = new ClusterSite(pair(), freshCluster({ warning }));
    site.go();
    const warned = site.observe();
    expect(warned.state).toMatchObject({ [`label ${ONE} f5rampnode`]: 'is true first -' });
    delete site.world.warning;
    expect(warned).toEqual(site.observe());
  });

  test('a login that has ended is no empty cluster', () => {
    const faults = [{ command: 'get', code: 1, said: 'error: You must be logged in to the server (Unauthorized)' }];
    expect(() => new ClusterSite(pair(), freshCluster({ faults })).observe()).toThrow(NotUnderstood);
  });

  test('a cluster that does not answer ends the script with a name', () => {
    const world = freshCluster({ faults: [{ command: 'get node', seconds: 3 }] });
    const { code, said } = observe(world, cluster.questions(subject), { ...EDGE_P, limits: { limit: 1 } });
    expect([code, said]).toEqual([23, 'edge-ramp: oc get node did not end within 1 s\n']);
  });

  test('a question that the script does not know is refused', () =>
    expect(observe(freshCluster(), ['weather'], EDGE_P)).toMatchObject({
      code: 10,
      said: 'edge-ramp: unknown question: weather\n',
    }));
});
