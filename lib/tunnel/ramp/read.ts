import { cidrText, isAddress, parseCidr } from '../address';
import { excerpt, pingProbe, quoted, readAnswers, type Answer } from '../answer';
import type { Observation, Probe, State, Subject } from '../device';
import { NotUnderstood } from '../errors';
import { bigipUnit, isPair, marker, tunnelAddress } from '../tunnel';
import { flowObject, flowValue, parseFlow, type Flow } from './flow';
import { NO_SDN_ADDRESS, settleSdnAddress, type Claims } from './sdn-address';
import { recognise, type Pipeline, type Sdn } from './pipeline';
import { readReport } from './report';
import { readTrace, readVip, traceQuestion, vipQuestion } from './vip';

/** What edge-ramp knows of a ramp node but does not change. */
export interface RampFacts {
  /** Undefined when the node has no tun0: no member of the SDN. */
  readonly sdn: Sdn | null;
  readonly pipeline: Pipeline | null;
  /** Why the pipeline was not recognised. */
  readonly pipelineProblem: string;
  readonly forwarding: boolean;
  /** RAMP_SDN_IP as it is or should become: kept while no Pod holds it, else the highest free address of the node's subnet. */
  readonly sdnAddress: string | null;
  /** Said with the plan when RAMP_SDN_IP has to change. */
  readonly sdnAddressRemark: string;
  /** Flows that bear our cookie and are not ours. */
  readonly strangeFlows: readonly string[];
  readonly unrestorable: State;
  /** Said with the plan when the health report of a pair's node is old or missing. */
  readonly reportRemark: string;
}

export function questions({ spec, applied, name }: Subject): readonly string[] {
  const named = [spec, ...(applied ? [applied] : [])];
  const each = (kind: string, names: readonly string[]): string[] =>
    [...new Set(names)].map((name) => `${kind} ${name}`);
  return [
    'forwarding',
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
    ...each(
      'input',
      named.map((tunnel) => bigipUnit(tunnel).address),
    ),
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
  const answers = readAnswers(device, text, asked);
  const answer = (question: string): Answer => answers.get(question)!;
  const named = [spec, ...(applied ? [applied] : [])];
  const sdn = readSdn(device, answer('addresses tun0'), answer('link tun0'), answer('port tun0'));
  const state: Record<string, string> = {};
  const unrestorable: Record<string, string> = {};

  for (const question of asked) {
    const [kind, name] = question.split(' ') as [string, string];
    if (kind === 'tunnel') readTunnel(device, question, answer(question), state, unrestorable);
    else if (kind === 'link' && name !== 'tun0' && isUp(device, answer(question))) state[question] = 'up';
    else if (kind === 'addresses' && name !== 'tun0') {
      const ours = named.map(({ tunnel }) => `${tunnel.node}/32`);
      for (const address of addresses(device, answer(question)))
        if (ours.includes(address)) state[`address ${name} ${address.slice(0, -3)}`] = '/32';
        else
          unrestorable[`tunnel ${name}`] = [unrestorable[`tunnel ${name}`], `address ${address}`]
            .filter(Boolean)
            .join(', ');
    } else if (kind === 'route') readRoute(device, name, answer(question), state);
    else if (kind === 'input') readInput(device, name, answer(question), state);
    else if (kind === 'nat') readNat(device, name, answer(question), state);
  }
  const claims = readClaims(device, answer('claims'));
  for (const address of claims.ours) state[`claim ${address}`] = marker(spec);
  const flows =
    sdn === null
      ? []
      : uniqueFlows(device, asked.filter((question) => question.startsWith('flows ')).map(answer), sdn.port);
  const pods = new Set(answer('pods').lines.flatMap(grouped));
  const snat =
    sdn === null
      ? NO_SDN_ADDRESS
      : settleSdnAddress(spec, applied, sdn, flows, addresses(device, answer('addresses tun0')), claims, pods, state);
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
      forwarding: answer('forwarding').lines[0]?.trim() === '1',
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

/** @throws NotUnderstood */
export function readInput(device: string, bigip: string, answer: Answer, state: Record<string, string>): void {
  if (answer.code !== 0) throw new NotUnderstood(`${device} would not list its INPUT chain: ${quoted(answer)}`);
  const number = (word: string): number | undefined =>
    answer.lines
      .map((line) => line.split(' '))
      .filter(([first]) => first === word)
      .map(([, n]) => Number(n))[0];
  // Presence is judged by `iptables -C`, the place by the listing; where they disagree nothing is believed.
  if ((number('present') === 1) !== (number('ours') !== undefined))
    throw new NotUnderstood(
      `${device}: iptables -C and -S disagree about the INPUT rule for ${bigip}: ${quoted(answer)}`,
    );
  if (number('present') !== 1) return;
  const [ours, reject] = [number('ours') ?? Infinity, number('reject') ?? Infinity];
  state[`input ${bigip}`] = ours <= reject && ours !== Infinity ? 'ahead' : 'behind';
}

function readSdn(device: string, addressAnswer: Answer, linkAnswer: Answer, portAnswer: Answer): Sdn | null {
  const [first] = addresses(device, addressAnswer);
  if (first === undefined) return null;
  const mac = / link\/ether ([0-9a-f:]{17}) /.exec(linkAnswer.lines.join(' '))?.[1];
  const port = portAnswer.lines[0]?.trim() ?? '';
  if (mac === undefined || portAnswer.code !== 0 || !/^[0-9]+$/.test(port))
    throw new NotUnderstood(
      `${device}: tun0 has no MAC address or no OpenFlow port: ${quoted(linkAnswer)}, ${quoted(portAnswer)}`,
    );
  return { gateway: first.split('/')[0]!, subnet: cidrText(parseCidr(first)!), port, mac };
}

/** `ip -o -4 addr show dev X`: each line has `inet A/N`. An absent device has no address. */
function addresses(device: string, answer: Answer): readonly string[] {
  if (answer.code !== 0 && !isAbsent(answer))
    throw new NotUnderstood(`${device} would not show addresses: ${quoted(answer)}`);
  return answer.lines.flatMap((line) => / inet ([0-9.]+\/[0-9]+) /.exec(line)?.[1] ?? []);
}

function isUp(device: string, answer: Answer): boolean {
  if (answer.code !== 0 && !isAbsent(answer))
    throw new NotUnderstood(`${device} would not show a link: ${quoted(answer)}`);
  return /<[^>]*\bUP\b[^>]*>/.test(answer.lines.join(' '));
}

/** Whether iproute2 says that there is no such interface. */
function isAbsent({ complaint }: Answer): boolean {
  return /does not exist|Cannot find device/.test(complaint);
}

/** `tun1: ip/ip remote R local L dev D ttl inherit`; an absent tunnel prints nothing and exits 0 (LX-1). */
function readTunnel(
  device: string,
  object: string,
  answer: Answer,
  state: Record<string, string>,
  unrestorable: Record<string, string>,
): void {
  if (answer.code !== 0) throw new NotUnderstood(`${device} would not show ${object}: ${quoted(answer)}`);
  const text = answer.lines.join(' ').trim();
  if (text === '') return;
  const parts = /^\S+: (\S+) remote (\S+) local (\S+)(?: dev (\S+))?(.*)$/.exec(text);
  if (!parts)
    throw new NotUnderstood(`${device}: ${object} is shown in a form that edge-ramp does not know: ${excerpt(text)}`);
  const [, mode, remote, local, dev, rest] = parts;
  state[object] =
    `${mode === 'ip/ip' ? '' : `mode ${mode} `}remote ${remote} local ${local}${dev === undefined ? '' : ` dev ${dev}`}`;
  const others = rest!.replace(/ ttl inherit/, '').trim();
  if (others !== '') unrestorable[object] = others;
}

function readRoute(device: string, to: string, answer: Answer, state: Record<string, string>): void {
  if (answer.code !== 0) throw new NotUnderstood(`${device} would not show the route to ${to}: ${quoted(answer)}`);
  const text = answer.lines.join(' ').trim();
  if (text === '') return;
  const [, dev] = /^\S+ dev (\S+) scope link(?: src \S+)?\s*$/.exec(text) ?? [];
  state[`route ${to}`] = dev === undefined ? text.replace(/^\S+ /, '') : `dev ${dev}`;
}

function readNat(device: string, source: string, answer: Answer, state: Record<string, string>): void {
  if (answer.code !== 0) throw new NotUnderstood(`${device} would not list its POSTROUTING chain: ${quoted(answer)}`);
  const rule = answer.lines.find((line) => line.includes(`-s ${source}/32 `));
  const to = rule && /--to-source ([0-9.]+)/.exec(rule)?.[1];
  if (to !== undefined) state[`nat ${source}`] = `to ${to}`;
}

/** First line: every claim in the CNI's directory; second: those that bear our mark; third: those that bear another tunnel's. */
function readClaims(device: string, answer: Answer): Claims {
  if (answer.code !== 0) throw new NotUnderstood(`${device} would not list the CNI's claims: ${quoted(answer)}`);
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

function uniqueFlows(device: string, answers: readonly Answer[], port: string): readonly Flow[] {
  const flows = new Map<string, Flow>();
  for (const answer of answers) {
    if (answer.code !== 0) throw new NotUnderstood(`${device} would not dump the flows of br0: ${quoted(answer)}`);
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
    return { pipeline: null, pipelineProblem: `${device} has no tun0: it is no member of the OpenShift SDN` };
  try {
    return { pipeline: recognise(device, flows, sdn, clusters), pipelineProblem: '' };
  } catch (error) {
    if (error instanceof Error && error.name === 'Refused') return { pipeline: null, pipelineProblem: error.message };
    throw error;
  }
}
