import type { Hosts } from '../../hosts/host';
import { onlyMembers, ServiceError, type Input, type Operations } from '../endpoint';
import { page } from '../pages';

/** The agent that the lab's hosts run: the first that gives parameters as environment variables. */
const AGENT = '3.3.2746.0';
const ROLE = 'tag:edge-ramp:role';
const PAGING = { max: 'MaxResults', token: 'NextToken', usual: 10, most: 50, badToken: 'InvalidNextToken' };

interface Spec {
  readonly bigip?: readonly { readonly bastion?: string }[];
  readonly cluster?: { readonly admin?: string };
}

/** The machines that are registered with SSM: those that the declarations name, and whatever else has an agent. */
export class Instances {
  /** Instance ids that SSM knows although their host may be gone. */
  readonly registered: ReadonlySet<string>;
  private readonly bastions: ReadonlySet<string | undefined>;
  private readonly admins: ReadonlySet<string | undefined>;

  /** @param now milliseconds since the epoch */
  constructor(
    specs: readonly unknown[],
    private readonly hosts: Hosts,
    private readonly now: () => number = Date.now,
  ) {
    const declared = specs as readonly Spec[];
    this.registered = new Set(JSON.stringify(specs).match(/\b(i|mi)-[0-9a-f]+\b/g) ?? []);
    this.bastions = new Set(declared.flatMap(({ bigip = [] }) => bigip.map(({ bastion }) => bastion)));
    this.admins = new Set(declared.map(({ cluster }) => cluster?.admin));
  }

  readonly operations: Operations = {
    'AmazonSSM.DescribeInstanceInformation': (input) => this.describe(input),
  };

  /** Answers SSM's DescribeInstanceInformation; dates are epoch seconds. */
  describe(input: Input): { readonly InstanceInformationList: readonly InstanceInformation[]; NextToken?: string } {
    onlyMembers('DescribeInstanceInformation', input, ['Filters', 'MaxResults', 'NextToken']);
    const filters = ((input.Filters ?? []) as { Key: string; Values: readonly string[] }[]).map(filterOf);
    const all = [...new Set([...this.registered, ...this.hosts.names().filter((name) => this.hosts.host(name))])];
    const wanted = all.filter((id) => filters.every((matches) => matches(id, this.roles(id)))).sort();
    const { items, rest } = page(wanted, input, PAGING);
    return { InstanceInformationList: items.map((id) => this.information(id)), ...rest };
  }

  private information(id: string): InstanceInformation {
    return {
      InstanceId: id,
      PingStatus: this.hosts.host(id) ? 'Online' : 'ConnectionLost',
      LastPingDateTime: this.now() / 1000,
      AgentVersion: AGENT,
      IsLatestVersion: true,
      PlatformType: 'Linux',
      ResourceType: id.startsWith('mi-') ? 'ManagedInstance' : 'EC2Instance',
    };
  }

  /** The values of the tag that the product's roles go by. AWS has one for a key; the lab lets a host be two things. */
  private roles(id: string): readonly string[] {
    const roles = [...(this.bastions.has(id) ? ['bastion'] : []), ...(this.admins.has(id) ? ['admin'] : [])];
    return roles.length > 0 ? roles : ['ramp'];
  }
}

interface InstanceInformation {
  readonly InstanceId: string;
  readonly PingStatus: 'Online' | 'ConnectionLost';
  readonly LastPingDateTime: number;
  readonly AgentVersion: string;
  readonly IsLatestVersion: boolean;
  readonly PlatformType: string;
  readonly ResourceType: string;
}

/** @throws ServiceError for a filter that the lab does not have, and for one without values */
function filterOf({ Key: key, Values: values }: { Key: string; Values: readonly string[] }) {
  if (!Array.isArray(values) || values.length === 0)
    throw new ServiceError('ValidationException', `The filter ${key} needs at least one value.`);
  if (key === 'InstanceIds') return (id: string) => values.includes(id);
  if (key === ROLE) return (_: string, roles: readonly string[]) => roles.some((role) => values.includes(role));
  throw new ServiceError('InvalidFilterKey', `The lab does not implement the filter ${key}.`);
}
