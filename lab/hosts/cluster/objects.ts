import { Refusal } from '../answer';
import { runs, type Cluster, type Config, type DebugPod, type Metadata } from './cluster';

/** The kinds of object that `oc` is asked about here. */
interface Kind {
  readonly words: readonly string[];
  /** What messages call one, and many. */
  readonly one: string;
  readonly many: string;
}
const kind = (one: string, many: string, ...words: readonly string[]): Kind => ({ one, many, words });
const DC = ['deploymentconfig.apps.openshift.io', 'deploymentconfigs.apps.openshift.io'] as const;
const SCC = 'securitycontextconstraints.security.openshift.io';
export const KINDS = {
  node: kind('node', 'nodes', 'node', 'nodes', 'no'),
  account: kind('serviceaccount', 'serviceaccounts', 'serviceaccount', 'serviceaccounts', 'sa'),
  config: kind(...DC, 'dc', 'deploymentconfig', 'deploymentconfigs'),
  pod: kind('pod', 'pods', 'pod', 'pods', 'po'),
  scc: kind(SCC, SCC, 'scc', 'securitycontextconstraints'),
} as const;
export type KindName = keyof typeof KINDS;

export const kindCalled = (word: string): KindName | undefined =>
  (Object.keys(KINDS) as KindName[]).find((kind) => KINDS[kind].words.includes(word));

/** The labels and annotations of an object that can have them changed. */
export function metadataOf(cluster: Cluster, kind: KindName, name: string): Metadata {
  const all: Partial<Record<KindName, Readonly<Record<string, Metadata>>>> = {
    node: cluster.nodes,
    account: cluster.accounts,
    config: cluster.configs,
  };
  const found = all[kind]?.[name];
  if (!found) throw new Refusal('ocNotFound', KINDS[kind].many, name);
  return found;
}

/** The deployment configs of a namespace, or of all (""): key and name. Those of `default` have their name for a key, others NAMESPACE/NAME. */
const configsIn = ({ configs }: Cluster, namespace: string): (readonly [string, string, Config])[] =>
  Object.entries(configs)
    .filter(([, config]) => ['', config.namespace ?? 'default'].includes(namespace))
    .map(([key, config]) => [key, key.split('/').at(-1)!, config]);

/** An object as the API gives it, as far as it is modelled. */
export interface ApiObject {
  readonly metadata: Fields & { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Fields & { readonly nodeName?: string };
  readonly status?: Fields & { readonly phase?: string };
  readonly [field: string]: unknown;
}
type Fields = Readonly<Record<string, unknown>>;

/** All objects of a kind, of one namespace or of all (""). Maps without an entry are left out, as the API does. */
export function objects(cluster: Cluster, kind: KindName, namespace: string, absent: readonly string[]): ApiObject[] {
  const about = (name: string, { labels, annotations }: Metadata, where?: string) => ({
    name,
    ...(where ? { namespace: where } : {}),
    ...(Object.keys(labels).length ? { labels } : {}),
    ...(Object.keys(annotations).length ? { annotations } : {}),
  });
  const inDefault = namespace === '' || namespace === 'default';
  switch (kind) {
    case 'node':
      return Object.entries(cluster.nodes).map(([name, node]) => ({
        metadata: about(name, node),
        spec: node.unschedulable ? { unschedulable: true } : {},
        status: {
          addresses: [{ type: 'InternalIP', address: node.address }],
          conditions: [{ type: 'Ready', status: absent.includes(node.instance) ? 'Unknown' : 'True' }],
        },
      }));
    case 'account':
      return Object.entries(inDefault ? cluster.accounts : {}).map(([name, account]) => ({
        metadata: about(name, account, 'default'),
      }));
    case 'scc':
      return [
        {
          metadata: { name: 'privileged' },
          allowHostNetwork: true,
          users: cluster.privileged,
          groups: ['system:cluster-admins', 'system:nodes', 'system:masters'],
        },
        { metadata: { name: 'restricted' }, allowHostNetwork: false, users: [], groups: ['system:authenticated'] },
      ];
    case 'config':
      return configsIn(cluster, namespace).map(([key, name, config]) => ({
        metadata: about(name, config, config.namespace ?? 'default'),
        spec: {
          replicas: config.replicas,
          selector: config.labels,
          strategy: { type: 'Recreate' },
          template: {
            metadata: { labels: config.labels },
            spec: {
              containers: [
                {
                  name: `${name}-keepalived`,
                  env: Object.entries(config.env).map(([key, value]) => ({ name: key, ...(value ? { value } : {}) })),
                },
              ],
              ...(config.hostNetwork === false ? {} : { hostNetwork: true }),
              ...(Object.keys(config.selector).length ? { nodeSelector: config.selector } : {}),
              serviceAccount: config.account,
              serviceAccountName: config.account,
            },
          },
        },
        status: {
          replicas: config.replicas,
          availableReplicas: cluster.pods.filter((pod) => pod.config === key && runs(cluster, pod, absent)).length,
        },
      }));
    case 'pod':
      return cluster.pods
        .filter((pod) => namespace === '' || pod.namespace === namespace)
        .map((pod) => ({
          metadata: {
            name: pod.name,
            namespace: pod.namespace,
            labels: pod.labels,
            ...(pod.owner
              ? { ownerReferences: [{ kind: pod.owner.kind, name: pod.owner.name, controller: true }] }
              : {}),
          },
          spec: {
            ...(pod.node ? { nodeName: pod.node } : {}),
            ...(pod.debug ? { containers: [debugged(pod.debug)] } : {}),
          },
          status: {
            phase: pod.debug?.phase ?? (pod.node ? 'Running' : 'Pending'),
            ...(pod.debug?.waiting ? { containerStatuses: [{ state: { waiting: pod.debug.waiting } }] } : {}),
          },
        }));
  }
}

const debugged = ({ image, env }: DebugPod) => ({
  name: 'container-00',
  image,
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

/** Sorted, those of a label selector (`key`, `key=value`) and a field selector; of fields, only what the API has for Pods. */
export function selected(all: readonly ApiObject[], labels: string, fields: string): ApiObject[] {
  const parts = (list: string): [string, string | undefined][] =>
    list
      .split(',')
      .filter(Boolean)
      .map((part) => [part.split(/==?/)[0]!, part.split(/==?/)[1]]);
  const field = (object: ApiObject, name: string): string => {
    const values: Record<string, string | undefined> = {
      'spec.nodeName': object.spec?.nodeName ?? '',
      'status.phase': object.status?.phase,
      'metadata.name': object.metadata.name,
    };
    return values[name] ?? refuseField(name);
  };
  const key = ({ metadata }: ApiObject): string => `${String(metadata['namespace'])}/${metadata.name}`;
  const sorted = [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1)); // as the API's storage gives them
  return sorted.filter(
    (object) =>
      parts(labels).every(([key, value]) => {
        const has = object.metadata.labels?.[key];
        return has !== undefined && (value === undefined || has === value);
      }) && parts(fields).every(([name, value]) => field(object, name) === value),
  );
}

function refuseField(name: string): never {
  throw new Refusal('notModelled', 'oc', `--field-selector ${name}`);
}
