import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, type Duration, Stack } from 'aws-cdk-lib';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { PARAMETERS, type ParameterName } from './document-parameters';
import { namesOf } from './names';
import { APPLY_EXECUTION, OBSERVE_EXECUTION } from './time-outs';

const SCRIPTS = join(__dirname, '..', '..', 'documents');

/** The most bytes that Systems Manager takes as one document. */
const LONGEST_DOCUMENT = 65_536;

interface DocumentDescription {
  readonly description: string;
  /** Files of documents/, in order; the first one begins with `#!/bin/bash`, since the agent runs the text by `sh -c`. */
  readonly scripts: readonly string[];
  readonly parameters: readonly ParameterName[];
  readonly timeout: Duration;
}

/** What observing and changing a ramp node share. */
const RAMP = ['ramp-objects.sh', 'vip-report.sh', 'ramp-report.sh'] as const;

/** What observing and changing BIG-IP share. */
const BIGIP = ['bigip-listing.sh', 'bigip-session.sh'] as const;

const REACH_BIGIP = ['Management', 'User', 'Secret', 'HostKey'] as const;

/** Every command document, by the name that its physical name begins with. */
const DOCUMENTS = {
  'bigip-observe': {
    description: 'Looks at BIG-IP through its bastion.',
    scripts: ['prelude.sh', ...BIGIP, 'bigip-observe.sh'],
    parameters: ['Tunnel', 'Fence', 'Questions', ...REACH_BIGIP],
    timeout: OBSERVE_EXECUTION,
  },
  'bigip-apply': {
    description: 'Changes BIG-IP through its bastion.',
    scripts: ['prelude.sh', ...BIGIP, 'bigip-apply.sh'],
    parameters: ['Tunnel', 'Fence', 'Digest', 'Operations', ...REACH_BIGIP, 'Saved'],
    timeout: APPLY_EXECUTION,
  },
  'ramp-observe': {
    description: 'Looks at a ramp node.',
    scripts: ['prelude.sh', ...RAMP, 'ramp-observe.sh'],
    parameters: ['Tunnel', 'Fence', 'Questions'],
    timeout: OBSERVE_EXECUTION,
  },
  'ramp-apply': {
    description: 'Changes a ramp node.',
    scripts: ['prelude.sh', ...RAMP, 'ramp-apply.sh'],
    parameters: ['Tunnel', 'Fence', 'Digest', 'Operations'],
    timeout: APPLY_EXECUTION,
  },
  'cluster-observe': {
    description: 'Looks at the OpenShift cluster from the host that runs oc.',
    scripts: ['prelude.sh', 'vip-check.sh', 'cluster-objects.sh', 'cluster-observe.sh'],
    parameters: ['Tunnel', 'Fence', 'Questions', 'Kubeconfig'],
    timeout: OBSERVE_EXECUTION,
  },
  'cluster-apply': {
    description: 'Changes the OpenShift cluster from the host that runs oc.',
    scripts: ['prelude.sh', 'vip-check.sh', 'cluster-objects.sh', 'cluster-apply.sh'],
    parameters: ['Tunnel', 'Fence', 'Digest', 'Operations', 'Kubeconfig'],
    timeout: APPLY_EXECUTION,
  },
} as const satisfies Record<string, DocumentDescription>;

/** The two documents of one kind of device. */
export interface DocumentPair {
  readonly observe: CommandDocument;
  readonly apply: CommandDocument;
}

/** The fixed scripts that may run on devices, as command documents. */
export class CommandDocuments extends Construct {
  readonly bigip: DocumentPair;
  readonly ramp: DocumentPair;
  readonly cluster: DocumentPair;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const document = (kind: keyof typeof DOCUMENTS) => new CommandDocument(this, kind, DOCUMENTS[kind]);
    this.bigip = { observe: document('bigip-observe'), apply: document('bigip-apply') };
    this.ramp = { observe: document('ramp-observe'), apply: document('ramp-apply') };
    this.cluster = { observe: document('cluster-observe'), apply: document('cluster-apply') };
  }
}

/**
 * One command document. Its name carries a hash of its content: a right to send it is a right to send exactly this
 * text, and a run that began before a deployment is refused instead of running a newer script than it planned for.
 */
class CommandDocument extends Construct {
  /** The physical name, by which it is sent. */
  readonly documentName: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, description: DocumentDescription) {
    super(scope, id);
    const content = documentContent(description);
    this.documentName = `${namesOf(this).prefix}-${id}-${contentHash(content)}`;
    this.arn = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'document',
      resourceName: this.documentName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    new CfnDocument(this, 'Resource', { name: this.documentName, documentType: 'Command', content });
  }
}

function documentContent(description: DocumentDescription): object {
  const script = description.scripts.map((file) => readFileSync(join(SCRIPTS, file), 'utf8')).join('');
  refuseUnfit(description.scripts, script);
  const content = {
    schemaVersion: '2.2',
    description: description.description,
    parameters: Object.fromEntries(
      description.parameters.map((name) => [
        name,
        {
          type: 'String',
          description: PARAMETERS[name].description,
          allowedPattern: PARAMETERS[name].pattern,
          interpolationType: 'ENV_VAR',
        },
      ]),
    ),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: 'run',
        inputs: { runCommand: script.split('\n'), timeoutSeconds: String(description.timeout.toSeconds()) },
      },
    ],
  };
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes > LONGEST_DOCUMENT)
    throw new Error(`${description.scripts.join(' + ')}: ${bytes} bytes as a document; Systems Manager takes 65536`);
  return content;
}

/** The script goes to the device as it stands in documents/: what would be altered on the way is refused here. */
function refuseUnfit(files: readonly string[], script: string): void {
  const name = files.join(' + ');
  if (!script.startsWith('#!/bin/bash\n')) throw new Error(`${name}: the first line must be #!/bin/bash`);
  if (/\{\{/.test(script)) throw new Error(`${name}: Systems Manager would replace what stands in double braces`);
}

function contentHash(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
