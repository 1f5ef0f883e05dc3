import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duration } from 'aws-cdk-lib';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { digestOf } from '../tunnel/declaration/digest';
import { STEP_KINDS, documentSets, scriptsOf, type DocumentSet, type StepKind } from '../tunnel/plan/devices';
import { arnOf } from './arns';
import { PARAMETERS, type ParameterName } from './document-parameters';
import { namesOf } from './names';
import { APPLY_EXECUTION, BY_OC_EXECUTION, OBSERVE_EXECUTION } from './time-outs';

const SCRIPTS = join(__dirname, '..', '..', 'documents');

/** The most bytes that Systems Manager takes as one document. */
const LONGEST_DOCUMENT = 65_536;

interface DocumentDescription {
  readonly description: string;
  /** Files of documents/, in order; the first one begins with `#!/bin/bash`, since the agent runs the text by `sh -c`. */
  readonly scripts: readonly string[];
  /** What of them also belongs to the script that they put on a node: it stands in the text once, as the variable `shared`. */
  readonly shared?: readonly string[];
  /** What they find in variables, behind the prelude: the script that they put on a node or take there, or its digest. */
  readonly variables: Readonly<Record<string, string>>;
  readonly parameters: readonly string[];
  readonly timeout: Duration;
}

/** Two documents: one that looks, and one that changes. */
export interface DocumentPair {
  readonly observe: CommandDocument;
  readonly apply: CommandDocument;
}

/** The fixed scripts that may run on devices, as command documents. */
export class CommandDocuments extends Construct {
  private readonly pairs: ReadonlyMap<DocumentSet, DocumentPair>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.pairs = new Map(STEP_KINDS.flatMap((kind) => documentSets(kind).map((set) => [set, this.pair(kind, set)])));
  }

  of(set: DocumentSet): DocumentPair {
    return this.pairs.get(set)!;
  }

  private pair(kind: StepKind, set: DocumentSet): DocumentPair {
    const { what, files, changes = [], installs, parameters, byOc } = scriptsOf(kind);
    const digest = installs === undefined ? {} : { [`${installs.name}_digest`]: sha256(textOf(installs.files)) };
    const observe = {
      description: `Looks at ${what}.`,
      scripts: ['prelude.sh', ...files, `${kind}-observe.sh`],
      variables: digest,
      parameters: ['Tunnel', 'Fence', 'Questions', ...parameters.filter((name) => name !== 'Saved')],
      timeout: OBSERVE_EXECUTION,
    };
    const scripts = ['prelude.sh', ...files, ...changes, `${kind}-apply.sh`];
    const shared = installs?.files.filter((file) => scripts.includes(file)) ?? [];
    const own = installs?.files.filter((file) => !shared.includes(file)) ?? [];
    const apply = {
      description: `Changes ${what}.`,
      scripts,
      shared,
      variables: installs === undefined ? {} : { ...digest, [installs.name]: textOf(own) },
      parameters: ['Tunnel', 'Fence', 'Digest', 'Operations', ...parameters],
      timeout: APPLY_EXECUTION,
    };
    const reaching = (document: DocumentDescription): DocumentDescription =>
      set === kind || byOc === undefined
        ? document
        : {
            description: `${document.description.slice(0, -1)}, from the host that runs oc.`,
            scripts: ['prelude.sh', byOc.file],
            variables: { carried: scriptOf(document) },
            parameters: [...document.parameters, ...byOc.parameters],
            timeout: BY_OC_EXECUTION,
          };
    return {
      observe: new CommandDocument(this, `${set}-observe`, reaching(observe)),
      apply: new CommandDocument(this, `${set}-apply`, reaching(apply)),
    };
  }
}

/**
 * One command document. Its name carries a hash of its content: a right to send it is a right to send exactly this
 * text, and a run that began before a deployment is refused instead of running a newer script than it planned for.
 */
export class CommandDocument extends Construct {
  /** The physical name, by which it is sent. */
  readonly documentName: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, description: DocumentDescription) {
    super(scope, id);
    const content = documentContent(description);
    this.documentName = `${namesOf(this).prefix}-${id}-${digestOf(content)}`;
    this.arn = arnOf('ssm', `document/${this.documentName}`);
    new CfnDocument(this, 'Resource', { name: this.documentName, documentType: 'Command', content });
  }
}

function documentContent(description: DocumentDescription): object {
  const script = scriptOf(description);
  refuseUnfit(description.scripts, script);
  const content = {
    schemaVersion: '2.2',
    description: description.description,
    parameters: Object.fromEntries(
      description.parameters.map((name) => {
        const { description: what, pattern } = PARAMETERS[name as ParameterName];
        return [name, { type: 'String', description: what, allowedPattern: pattern, interpolationType: 'ENV_VAR' }];
      }),
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

/** The text of the scripts, with their variables behind the first one, or behind what is shared. */
function scriptOf({
  scripts,
  shared = [],
  variables,
}: Pick<DocumentDescription, 'scripts' | 'shared' | 'variables'>): string {
  const assigned = Object.entries(variables).map(([name, text]) => assignment(name, text));
  const first = shared.length > 0 ? shared : scripts.slice(0, 1);
  const text = textOf(first);
  const begin = shared.length > 0 ? `#!/bin/bash\n${assignment('shared', text)}eval "$shared"\n` : text;
  return `${begin}${assigned.join('')}${textOf(scripts.filter((file) => !first.includes(file)))}`;
}

function textOf(files: readonly string[]): string {
  return files.map((file) => readFileSync(join(SCRIPTS, file), 'utf8')).join('');
}

/**
 * A text of several lines is data, which the shell does not read. Its length is told, since up to a delimiter bash reads byte by byte: 20,000 calls of the
 * kernel for a keeper.
 * @throws Error: the text has the line that ends it
 */
function assignment(name: string, text: string): string {
  if (/^[0-9a-f]+$/.test(text)) return `${name}=${text}\n`;
  const end = `END-OF-${name.toUpperCase()}`;
  if (text.split('\n').includes(end)) throw new Error(`${name}: the script has a line ${end}`);
  return `IFS= read -r -N ${Buffer.byteLength(text)} ${name} <<'${end}'\n${text}${end}\n`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The device gets the script as it is in documents/. What Systems Manager would alter is refused here. */
function refuseUnfit(files: readonly string[], script: string): void {
  const name = files.join(' + ');
  if (!script.startsWith('#!/bin/bash\n')) throw new Error(`${name}: the first line must be #!/bin/bash`);
  if (/\{\{/.test(script)) throw new Error(`${name}: Systems Manager would replace text in double braces`);
}
