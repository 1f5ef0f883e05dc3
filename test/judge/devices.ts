import { ALIVE, DEAD, answerText, type Said } from '../lib/tunnel/answer-text';
import { bigipSays } from '../lib/tunnel/bigip-answer';
import { rampSays } from '../lib/tunnel/ramp-answer';
import { set, type World } from '../lib/tunnel/world';
import type { Command } from './recorded';

/** A thing that tunnels of one cluster share: what it is, and who claims it with what. */
interface Thing {
  readonly is: string;
  readonly claims: Readonly<Record<string, string>>;
}

/** A cluster by the questions that are put to it. Whatever is not named is not there. */
export interface Cluster {
  readonly things: Readonly<Record<string, Thing>>;
  readonly failovers: Readonly<Record<string, string>>;
}

/** The devices of one tunnel while a recording is made. Operations have the effect that they announce. */
export class Devices {
  /** Which node has the virtual IP; undefined: none. */
  holder: string | undefined;
  /** A balancer inside the SDN, which pings its Pod without a tunnel. */
  balancer: string | undefined;

  constructor(
    readonly tunnel: string,
    readonly worlds: Record<string, World>,
    public cluster: Cluster = { things: {}, failovers: {} },
  ) {}

  clone(): Devices {
    const copy = new Devices(this.tunnel, structuredClone(this.worlds), structuredClone(this.cluster));
    copy.holder = this.holder;
    copy.balancer = this.balancer;
    return copy;
  }

  answer({ device: about, questions = [] }: Command): string {
    const [kind, name] = about.split(' ') as [string, string];
    // The node's address is on the interface that is declared, whichever that is.
    const device = questions
      .map((question) => /^input \S+ (\S+)$/.exec(question)?.[1])
      .find((found) => found !== undefined);
    const says = (question: string): Said => {
      if (kind === 'cluster') return this.clusterSays(question);
      const world = this.worlds[name]!;
      return kind === 'bigip' ? bigipSays(world, question) : this.nodeSays(name, world, question, device);
    };
    return answerText(questions.map(says));
  }

  private nodeSays(name: string, world: World, question: string, device?: string): Said {
    const keeper = Object.entries(world.ramp).find(([object]) => object.startsWith('keeper '))?.[1];
    const source = /set_field:([0-9.]+)->ip_src/.exec(keeper ?? '')?.[1] ?? '-';
    switch (question.split(' ')[0]) {
      case 'vip':
        return [question, [this.holder === undefined ? 'nowhere' : this.holder === name ? 'here' : 'elsewhere'], 0];
      case 'trace':
        return [question, [`Datapath actions: ${keeper === undefined ? 'drop' : `set(ipv4(src=${source})),4`}`], 0];
      case 'heard':
      case 'await':
        return [question, [], 0];
      case 'ping':
        if (this.balancer === name) return [question, world.alive ? ALIVE : DEAD, world.alive ? 0 : 1];
        return this.holder === undefined || this.holder === name ? rampSays(world, question) : [question, [], '-'];
      default:
        return rampSays(world, question, device);
    }
  }

  private thing(object: string): Thing {
    return this.cluster.things[object] ?? { is: object.startsWith('scheduling ') ? 'on' : '-', claims: {} };
  }

  private clusterSays(question: string): Said {
    const [kind, name] = question.split(' ') as [string, string];
    const { failovers } = this.cluster;
    switch (kind) {
      case 'client':
        return [question, ['ipfailover cordon manage-node '], 0];
      case 'node':
        return [question, [this.thing(`scheduling ${name}`).is === 'off' ? 'off' : 'on'], 0];
      case 'pods':
        return [question, ['1', 'default/router-1'], 0];
      case 'ipfailover':
        return [question, failovers[name] === undefined ? [] : [`value ${failovers[name]}`, 'available 2'], 0];
      case 'ipfailovers':
        return [question, Object.entries(failovers).map(([each, value]) => listed(each, value)), 0];
      default: {
        const { is, claims } = this.thing(question);
        const { [this.tunnel]: first, ...others } = claims;
        const value =
          is === '-' && first === undefined ? [] : [`is ${is}${first === undefined ? '' : ` first ${first}`}`];
        return [question, [...value, ...Object.entries(others).map((claim) => `claim ${claim.join(' ')}`)], 0];
      }
    }
  }

  /** Carries out what was sent, at most so many operations. @returns how many there were */
  carryOut(commands: readonly Command[], most = Infinity): number {
    let done = 0;
    for (const { device, operations = [], parameters } of commands) {
      const [kind, name] = device.split(' ') as ['bigip' | 'ramp' | 'cluster', string];
      const world = this.worlds[name];
      if (kind === 'bigip' && world !== undefined && operations.length > 0 && done < most)
        world.saved ??= parameters['Saved'];
      for (const [verb, object, , to] of operations as [string, string, string, string][]) {
        if (verb === 'drain' || verb === 'keep' || done >= most) continue;
        done += 1;
        const value = to === '-' ? undefined : to;
        if (kind === 'cluster') this.change(object, value);
        else if (object === 'config saved') world!.saved = value;
        else world![kind] = set(world![kind], object, value);
      }
    }
    return done;
  }

  private change(object: string, to: string | undefined): void {
    const [kind, name] = object.split(' ') as [string, string];
    const { things, failovers } = this.cluster;
    if (kind === 'ipfailover') {
      this.cluster = { things, failovers: set(failovers, name, to) };
      return;
    }
    const { [this.tunnel]: _first, ...others } = this.thing(object).claims;
    const [, is = '-', , first] = to?.split(' ') ?? [];
    const claims = first === undefined ? others : { ...others, [this.tunnel]: first };
    this.cluster = { failovers, things: { ...things, [object]: { is, claims } } };
  }
}

/** An ipfailover object as it stands among all of them. */
function listed(name: string, value: string): string {
  const word = (each: string): string => new RegExp(`(?:^| )${each} (\\S+)`).exec(value)?.[1] ?? '-';
  const owner = word('owner').replace('edge-ramp:', '');
  return `default/${name} ${word('vip')} ${word('offset')} ${word('account')} ${word('selector')} ${owner}`;
}
