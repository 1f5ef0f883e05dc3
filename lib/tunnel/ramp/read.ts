import { isAddress } from '../address';
import { pingProbe, type Answer } from '../answer';
import type { Observation, Probe, State, Subject } from '../device';
import { NotUnderstood, Refused } from '../errors';
import { bigipUnit, isPair, marker, rampNode, tunnelAddress, type Tunnel } from '../tunnel';
import { gatewayOf, readAddresses, type NodeAddress } from './address';
import { readNodeAnswers, type NodeAnswer } from '../node-answer';
import { flowObject, flowValue, parseFlow, type Flow } from './flow';
import { inputQuestion, readInput } from './input';
import { NO_SDN_ADDRESS, settleSdnAddress, type Claims } from './sdn-address';
import { recognise, type Pipeline, type Sdn } from './pipeline';
import { readReport } from './report';
import { readRoutes } from './route';
import { isUp, readTunnelDevice } from './tunnel-device';
import { readTrace, readVip, traceQuestion, vipQuestion } from './vip';

/** What edge-ramp knows of a ramp node but does not change. */
export interface RampFacts {
  /** Undefined when the node has no tun0: no member of the SDN. */
  readonly sdn: Sdn | null;
  readonly pipeline: Pipeline | null;
  /** Why the pipeline was not recognised; null: it was. */
  readonly pipelineProblem: Pick<Refused, 'code' | 'message'> | null;
  readonly forwarding: boolean;
  /** RAMP_SDN_IP as it is or should become: kept while no Pod holds it, else the highest free address of the node's subnet. */
  readonly sdnAddress: string | null;
  /** Said with the plan when RAMP_SDN_IP has to change. */
  readonly sdnAddressRemark: string;
  /** Flows that bear our cookie and are not ours. */
  readonly strangeFlows: readonly string[];
  readonly unrestorable: State;
  /** Units and scripts of somebody else's that build a ramp when the node boots. */
  readonly bootScripts: readonly string[];
  /** Said with the plan when the health report of a pair's node is old or missing. */
  readonly reportRemark: string;
}

export function questions({ spec, applied, name }: Subject): readonly string[] {
  const named = [spec, ...(applied ? [applied] : [])];
  const each = (kind: string, names: readonly string[]): string[] =>
    [...new Set(names)].map((name) => `${kind} ${name}`);
  return [
    'forwarding',
    'boot',
    ...['addresses', 'link', 'port'].map((kind) => `${kind} tun0`),
    ...each(
      'tunnel',
      named.map(({ tunnel }) => tunnel.interface),
    ),
    ...each(
      'link',
      named.map(({ tunnel }) => tunnel.interface),
    ),
    ...each(
      'addresses',
      named.map(({ tunnel }) => tunnel.interface),
    ),
    ...each('route', named.map(tunnelAddress)),
    ...new Set(named.map((tunnel) => inputQuestion(tunnel, rampNode(name, tunnel, ...named)))),
    ...each('nat', named.map(tunnelAddress)),
    'claims',
    'pods',
    ...each(
      'flows',
      named.map((tunnel) => `${tunnel.cookie} ${tunnelAddress(tunnel)}`),
    ),
    ...(named.some(isPair) ? ['report'] : []),
    // Before the ping: from a standby nothing can be sent, and no error says so (LX-9).
    ...(isPair(spec) ? [vipQuestion(spec, name), traceQuestion(spec)] : []),
    `ping ${tunnelAddress(spec)}`,
  ];
}

/** @throws NotUnderstood */
export function read(text: string, subject: Subject): Observation<RampFacts> {
  const { name: instance, spec, applied } = subject;
  const device = `ramp node ${instance}`;
  const asked = questions(subject);
  const answers = readNodeAnswers(device, text, asked);
  const answer = (question: string): NodeAnswer => answers.get(question)!;
  const named = [spec, ...(applied ? [applied] : [])];
  const tun0 = readAddresses(device, answer('addresses tun0'));
  const sdn = readSdn(device, tun0, answer('link tun0'), answer('port tun0'));
  const { state, unrestorable } = readTunnels(device, named, answer);
  for (const tunnel of named) {
    const rule = readInput(device, answer(inputQuestion(tunnel, rampNode(instance, tunnel, ...named))));
    if (rule !== undefined) state[`input ${bigipUnit(tunnel).address}`] ??= rule;
    readNat(device, tunnelAddress(tunnel), answer(`nat ${tunnelAddress(tunnel)}`), state);
  }
  const claims = readClaims(device, answer('claims'));
  for (const address of claims.ours) state[`claim ${address}`] = marker(spec);
  const flows =
    sdn === null
      ? []
      : uniqueFlows(device, asked.filter((question) => question.startsWith('flows ')).map(answer), sdn.port);
  const pods = new Set(answer('pods').lines.flatMap(grouped));
  const snat = sdn === null ? NO_SDN_ADDRESS : settleSdnAddress(spec, applied, sdn, flows, tun0, claims, pods, state);
  const found = recognised(
    device,
    sdn,
    flows.filter((flow) => state[flowObject(flow)] === undefined),
    spec.clusterNetworks,
  );
  const report = named.some(isPair) ? readReport(device, spec, answer('report'), state) : '';
  const probe = readPing(device, tunnelAddress(spec), answer(`ping ${tunnelAddress(spec)}`));
  const ofPair =
    isPair(spec) && state[`tunnel ${spec.tunnel.interface}`] !== undefined
      ? [
          readVip(device, spec, answer(vipQuestion(spec, instance))),
          ...readTrace(device, spec, answer(traceQuestion(spec))),
        ]
      : [];
  return {
    facts: {
      sdn,
      ...found,
      ...snat,
      forwarding: answer('forwarding').lines[0] === '1',
      bootScripts: answer('boot').lines.filter((line) => line !== ''),
      unrestorable,
      reportRemark: report,
    },
    state,
    probes: [...ofPair, ...(probe ? [probe] : [])],
  };
}

/** The ramp node's ping of BIG-IP through the tunnel; undefined when it was not asked, for lack of a tunnel or of the virtual IP. */
export function readPing(device: string, to: string, answer: Answer | undefined): Probe | undefined {
  return pingProbe(device, to, 'ping through the tunnel', answer);
}

/** The tunnel devices that are named, with what stands on them: their addresses, and the routes to BIG-IP's ends. */
function readTunnels(
  device: string,
  named: readonly Tunnel[],
  answer: (question: string) => NodeAnswer,
): { readonly state: Record<string, string>; readonly unrestorable: State } {
  const state: Record<string, string> = {};
  const unknown: Record<string, string[]> = {};
  const on: Record<string, readonly NodeAddress[]> = {};
  for (const name of new Set(named.map(({ tunnel }) => tunnel.interface))) {
    const object = `tunnel ${name}`;
    const found = readTunnelDevice(device, object, answer(object));
    if (found) state[object] = found.value;
    if (isUp(device, answer(`link ${name}`))) state[`link ${name}`] = 'up';
    on[name] = readAddresses(device, answer(`addresses ${name}`));
    unknown[name] = found?.unknown ? [found.unknown] : [];
    for (const { address, form } of on[name]) {
      if (state[`address ${name} ${address}`] === undefined) state[`address ${name} ${address}`] = form;
      else unknown[name].push(`address ${address} once more, as ${form}`);
    }
  }
  for (const to of new Set(named.map(tunnelAddress))) {
    const { value, further } = readRoutes(device, to, answer(`route ${to}`), on);
    if (value !== undefined) state[`route ${to}`] = value;
    for (const each of further) unknown[each.device]?.push(`a second route to ${to}: ${each.words}`);
  }
  const settings = Object.entries(unknown).filter(([, all]) => all.length > 0);
  return { state, unrestorable: Object.fromEntries(settings.map(([name, all]) => [`tunnel ${name}`, all.join(', ')])) };
}

function readSdn(device: string, tun0: readonly NodeAddress[], link: NodeAnswer, portAnswer: NodeAnswer): Sdn | null {
  const found = gatewayOf(tun0);
  if (found === null) return null;
  const mac = /link\/ether ([0-9a-f:]{17}) /.exec(link.lines.join(' '))?.[1];
  const port = portAnswer.lines.at(-1) ?? ''; // a log of Open vSwitch's may go before it
  if (mac === undefined || portAnswer.code !== 0 || !/^[0-9]+$/.test(port))
    throw new NotUnderstood(
      'answer-unknown',
      `${device}: tun0 has no MAC address or no OpenFlow port: ${link.printed}, ${portAnswer.printed}`,
    );
  return { ...found, port, mac };
}

function readNat(device: string, source: string, answer: NodeAnswer, state: Record<string, string>): void {
  if (answer.code !== 0)
    throw new NotUnderstood('look-refused', `${device} would not list its POSTROUTING chain: ${answer.printed}`);
  const rule = answer.lines.find((line) => line.includes(`-s ${source}/32 `));
  const to = rule && /--to-source ([0-9.]+)/.exec(rule)?.[1];
  if (to !== undefined) state[`nat ${source}`] = `to ${to}`;
}

/** First line: every claim in the CNI's directory; second: those that bear our mark; third: those that bear another tunnel's. */
function readClaims(device: string, answer: NodeAnswer): Claims {
  if (answer.code !== 0)
    throw new NotUnderstood('look-refused', `${device} would not list the CNI's claims: ${answer.printed}`);
  const [all = '', ours = '', others = ''] = answer.lines;
  return { all: new Set(grouped(all)), ours: grouped(ours), others: grouped(others) };
}

/** Addresses by their first three numbers, as the observe script writes them: `10.129.0.5,6 10.129.1.7`. */
export function grouped(line: string): readonly string[] {
  return line.split(' ').flatMap((group) => {
    const [first = '', ...others] = group.split(',');
    const network = first.slice(0, first.lastIndexOf('.') + 1);
    return [first, ...others.map((last) => `${network}${last}`)].filter(isAddress);
  });
}

function uniqueFlows(device: string, answers: readonly NodeAnswer[], port: string): readonly Flow[] {
  const flows = new Map<string, Flow>();
  for (const answer of answers) {
    if (answer.code !== 0)
      throw new NotUnderstood('look-refused', `${device} would not dump the flows of br0: ${answer.printed}`);
    for (const line of answer.lines.filter((text) => text.includes('actions='))) {
      const flow = parseFlow(line, port);
      flows.set(`${flowObject(flow)} ${flowValue(flow)}`, flow);
    }
  }
  return [...flows.values()];
}

/** A pipeline that is not recognised is no failure of observing: tearing down does not need it. */
function recognised(
  device: string,
  sdn: Sdn | null,
  flows: readonly Flow[],
  clusters: readonly string[],
): Pick<RampFacts, 'pipeline' | 'pipelineProblem'> {
  if (sdn === null)
    return {
      pipeline: null,
      pipelineProblem: { code: 'sdn-absent', message: `${device} has no tun0: it is no member of the OpenShift SDN` },
    };
  try {
    return { pipeline: recognise(device, flows, sdn, clusters), pipelineProblem: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { pipeline: null, pipelineProblem: { code: error.code, message: error.message } };
  }
}
