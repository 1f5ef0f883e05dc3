#!/usr/bin/env node
// `oc` before a cluster that is a file: world.json beside this script. Every command line goes to oc.log. It knows what the scripts use, and
// exits 99 on anything else.
const fs = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, 'world.json');
const world = JSON.parse(fs.readFileSync(file, 'utf8'));
let args = process.argv.slice(2);
fs.appendFileSync(path.join(__dirname, 'oc.log'), `${args.join(' ')}\n`);

function end(code, out = '', err = '') {
  fs.writeFileSync(file, JSON.stringify(world));
  fs.writeSync(1, out);
  fs.writeSync(2, `${world.warning ?? ''}${err}`);
  process.exit(code);
}

if (args[0] !== '--config' || args[1] !== '/etc/origin/master/admin.kubeconfig') end(99, '', 'no login');
args = args.slice(2);
const all = args.join(' ');
const fault = (world.faults ?? []).find((each) => all.startsWith(each.command));
if (fault?.meanwhile) Object.assign(world, fault.meanwhile);
if (fault?.seconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fault.seconds * 1000);
  if (!fault.code) end(0);
}
if (fault?.code) end(fault.code, '', `${fault.said}\n`);
if (fault?.code === 0) end(0, fault.said);

const missing = (kind, name) => end(1, '', `Error from server (NotFound): ${kind} "${name}" not found\n`);
const objects = {
  node: () =>
    Object.entries(world.nodes).map(([name, node]) => ({
      metadata: { name, labels: node.labels, annotations: node.annotations },
      spec: node.off ? { unschedulable: true } : {},
    })),
  serviceaccount: () =>
    Object.entries(world.accounts).map(([name, annotations]) => ({ metadata: { name, annotations } })),
  scc: () => [
    { metadata: { name: 'restricted' }, allowHostNetwork: false, users: [], groups: ['system:authenticated'] },
    { metadata: { name: 'privileged' }, allowHostNetwork: true, users: world.privileged, groups: ['system:masters'] },
  ],
  // One of each ipfailover object on every node: also on one that has just lost its label.
  pods: () =>
    world.dcs.flatMap(({ name }) =>
      Object.keys(world.nodes).map((node) => ({
        metadata: { name: `${name}-1-${node.split('.')[0]}`, ipfailover: name },
        spec: { nodeName: node },
      })),
    ),
  dc: () =>
    world.dcs.map(({ project, name, annotations, replicas, account, selector, env, network }) => ({
      metadata: { name, namespace: project, annotations },
      spec: {
        replicas,
        strategy: { type: 'Recreate' },
        template: {
          spec: {
            serviceAccountName: account,
            ...(network === false ? {} : { hostNetwork: true }),
            nodeSelector: selector,
            containers: [{ env: Object.entries(env).map(([key, value]) => ({ name: key, value })) }],
          },
        },
      },
      status: { availableReplicas: world.available ?? replicas },
    })),
};

function show(value) {
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  if (world.json) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`;
  return `map[${Object.entries(value)
    .map(([key, each]) => `${key}:${show(each)}`)
    .join(' ')}]`;
}

function jsonpath(template, root) {
  const parts = template.match(/\{[^}]*\}|[^{]+/g);
  const pick = (from, name) =>
    name
      .slice(1)
      .split(/\.|(?=\[)/)
      .filter(Boolean)
      .reduce((found, step) => {
        if (step === '[*]') return found ?? [];
        if (step === '[0]') return found?.[0];
        return found?.[step];
      }, from);
  const run = (from, to, current) => {
    let out = '';
    for (let i = from; i < to; i++) {
      const inner = /^\{(.*)\}$/.exec(parts[i])?.[1];
      if (inner === undefined) out += parts[i];
      else if (inner === '"\\n"') out += '\n';
      else if (inner.startsWith('range ')) {
        let depth = 1;
        let j = i;
        while (depth > 0) depth += parts[++j].startsWith('{range ') ? 1 : parts[j] === '{end}' ? -1 : 0;
        for (const each of pick(current, inner.slice(6))) out += run(i + 1, j, each);
        i = j;
      } else out += show(pick(current, inner));
    }
    return out;
  };
  return run(0, parts.length, root);
}

function mark(from, changes) {
  for (const change of changes) {
    const [, key, value] = /^([^=]+?)(?:=(.*)|-)$/.exec(change);
    if (value === undefined) delete from[key];
    else if (from[key] !== undefined && from[key] !== value && !args.includes('--overwrite'))
      end(1, '', `error: '${key}' already has a value (${from[key]}), and --overwrite is false\n`);
    else from[key] = value;
  }
}

const option = (name) => args.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
const [verb, kind, name] = args;
const changes = args.slice(3).filter((each, i, list) => !/^(--overwrite|-n)$/.test(each) && list[i - 1] !== '-n');
if (all.startsWith('get node ') && all.endsWith('conditions[?(@.type=="Ready")].status}'))
  end(0, world.nodes[name].dead ? 'Unknown' : 'True');
if (verb === 'get') {
  const template = args.find((each) => each.startsWith('jsonpath='))?.slice('jsonpath='.length);
  if (kind === 'dc' && all.startsWith('get dc --all-namespaces -l ipfailover -o ')) {
    if (world.dcs.length === 0) end(0, '', 'No resources found.\n');
    end(0, jsonpath(template, { items: objects.dc() }));
  }
  if (kind === 'pods' && all.startsWith('get pods -n default -l ipfailover=')) {
    const items = objects.pods().filter(({ metadata }) => metadata.ipfailover === all.split(/[= ]/)[6]);
    end(0, jsonpath(template, { items }));
  }
  if (all.startsWith('get scc -o ')) end(0, jsonpath(template, { items: objects.scc() }));
  if (kind !== 'dc' && objects[kind]) {
    const found = objects[kind]().find(({ metadata }) => metadata.name === name);
    if (!found) missing(`${kind}s`, name);
    end(0, jsonpath(template, found));
  }
}
if (verb === 'label' && kind === 'node') {
  if (!world.nodes[name]) missing('nodes', name);
  mark(world.nodes[name].labels, changes);
  end(0, `node/${name} labeled\n`);
}
if (verb === 'annotate') {
  const at = { node: world.nodes[name]?.annotations, serviceaccount: world.accounts[name] };
  const found = kind === 'dc' ? world.dcs.find((each) => each.name === name)?.annotations : at[kind];
  if (!found) missing(`${kind}s`, name);
  mark(found, changes);
  end(0, `${kind}/${name} annotated\n`);
}
if (all.startsWith('adm ') && args.at(-1) === '--help') {
  if (!world.client.includes(kind)) end(0, 'Administrative Commands\n\nUsage:\n  oc adm [flags]\n');
  const options = ['virtual-ips', 'interface', 'watch-port', 'check-script', 'check-interval', 'replicas'];
  const ipfailover = [...options, 'service-account', 'selector', 'vrrp-id-offset']
    .filter((each) => !(world.lacks ?? []).includes(each))
    .map((each) => `      --${each}=: x`)
    .join('\n');
  const helps = { cordon: 'oc adm cordon NODE', 'manage-node': '--schedulable=', ipfailover };
  end(0, `Usage:\n  ${helps[kind]}\n`);
}
if (/^adm (un)?cordon /.test(all)) {
  world.nodes[name].off = kind === 'cordon';
  end(0, `node/${name} ${kind}ed\n`);
}
if (all.startsWith('adm manage-node ')) {
  world.nodes[name].off = option('schedulable') === 'false';
  end(0);
}
if (verb === 'create' && kind === 'serviceaccount') {
  if (world.accounts[name]) end(1, '', `Error from server (AlreadyExists): serviceaccounts "${name}" already exists\n`);
  world.accounts[name] = {};
  end(0);
}
if (verb === 'delete' && kind === 'serviceaccount') {
  if (!world.accounts[name]) missing('serviceaccounts', name);
  delete world.accounts[name];
  end(0);
}
if (all.startsWith('adm policy ')) {
  const user = args[4];
  world.privileged = world.privileged.filter((each) => each !== user);
  if (args[2] === 'add-scc-to-user') world.privileged.push(user);
  end(0);
}
if (all.startsWith('adm ipfailover ')) {
  const account = option('service-account');
  const short = `system:serviceaccount:default:${account}`;
  if (!world.privileged.includes(short))
    end(
      1,
      '',
      `error: ipfailover could not be created; service account "${account}" does not have sufficient privileges\n`,
    );
  if (world.dcs.some((each) => each.name === name && each.project === 'default'))
    end(1, '', `error: deploymentconfigs "${name}" already exists\n--> Failed\n`);
  const env = {
    CONFIG_NAME: name,
    VIRTUAL_IPS: option('virtual-ips'),
    NETWORK_INTERFACE: option('interface') ?? '',
    MONITOR_PORT: option('watch-port') ?? '80',
    VRRP_ID_OFFSET: option('vrrp-id-offset') ?? '0',
    REPLICA_COUNT: option('replicas'),
    USE_UNICAST: 'false',
    IPTABLES_CHAIN: 'INPUT',
    NOTIFY_SCRIPT: '',
    CHECK_SCRIPT: option('check-script') ?? '',
    PREEMPTION: 'preempt_delay 300',
    CHECK_INTERVAL: option('check-interval') ?? '2',
  };
  world.dcs.push({
    project: 'default',
    name,
    annotations: {},
    replicas: Number(option('replicas')),
    account,
    selector: Object.fromEntries(
      (option('selector') ?? '')
        .split(',')
        .filter(Boolean)
        .map((each) => each.split('=')),
    ),
    env: Object.fromEntries(Object.entries(env).map(([key, value]) => [`OPENSHIFT_HA_${key}`, value])),
  });
  const existed = world.accounts[account] !== undefined;
  world.accounts[account] ??= {};
  end(
    existed ? 1 : 0,
    '--> Creating IP failover\n',
    existed ? `error: serviceaccounts "${account}" already exists\n` : '',
  );
}
if (all.startsWith('rollout status dc/')) end(0);
if (verb === 'delete' && kind === 'dc') {
  const rest = world.dcs.filter((each) => each.name !== name);
  if (rest.length === world.dcs.length) missing('deploymentconfigs', name);
  world.dcs = rest;
  end(0);
}
if (all.startsWith('delete pod -n default ')) end(0, 'pod deleted\n');
end(99, '', `unexpected: ${all}\n`);
