/**
 * The parameters of the command documents. This table is the wall between what a person types and a shell that runs
 * as root: Run Command refuses a value that does not match before anything reaches a device, the agent checks again,
 * and hands the value over as an environment variable, never as text inside the script.
 *
 * No pattern admits a quote, a backslash, `$`, a backtick, `;`, `{` or `}`. All are anchored.
 *
 * The agent compiles patterns with Go's regexp, which refuses a repetition beyond 1000. So the two long parameters are
 * not bounded by their patterns: who sends them bounds them.
 */
export interface DocumentParameter {
  readonly pattern: string;
  readonly description: string;
}

const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';

export const PARAMETERS = {
  Tunnel: { pattern: '^[a-z][a-z0-9-]{0,31}$', description: 'The name of the tunnel.' },
  Fence: {
    pattern: '^[0-9]{1,16}$',
    description: 'The number of the lease: a device refuses a lower one than it has seen. 0: look only, do not stamp.',
  },
  Digest: { pattern: '^[0-9a-f]{16}$', description: 'The digest of the plan that the operations belong to.' },
  Management: {
    pattern: `^${BYTE}([.]${BYTE}){3}$`,
    description: 'The IPv4 address where the bastion reaches BIG-IP by SSH.',
  },
  User: { pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$', description: 'The user on BIG-IP.' },
  Secret: {
    pattern: '^[A-Za-z0-9/_+=.@-]{1,256}$',
    description: 'The name of the secret that holds the private key. The key itself never passes through here.',
  },
  HostKey: {
    pattern: '^(ssh-ed25519|ecdsa-sha2-nistp256|ssh-rsa) [A-Za-z0-9+/=]{40,1000}$',
    description: "BIG-IP's host key: any other one is refused.",
  },
  Kubeconfig: {
    pattern: '^/[A-Za-z0-9._/-]{1,200}$',
    description: "The path of oc's login on the admin host. The login itself never passes through here.",
  },
  Node: {
    pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$',
    description: 'The name of the node in the cluster that oc takes the script to.',
  },
  Saved: {
    pattern: '^[0-9a-f]{16}$',
    description: "The digest of BIG-IP's configuration as it was observed, by which saving tells others' changes.",
  },
  Questions: {
    pattern: '^[A-Za-z0-9 ./:,|_=-]*$',
    description: 'What to look at, by name: questions joined by a bar.',
  },
  Operations: {
    pattern: '^[A-Za-z0-9 ./:,|~_=>%@()\\[\\]+-]*$',
    description: 'What to change: operations joined by a bar, each one verb~object~from~to.',
  },
} as const satisfies Record<string, DocumentParameter>;

export type ParameterName = keyof typeof PARAMETERS;
