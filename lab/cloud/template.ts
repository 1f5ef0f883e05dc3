import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = Record<string, unknown>;

/** One resource of the synthesized templates. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  /** Physical name: the declared one, or stack and logical id. */
  readonly name: string;
  /** A property as a deployment in the lab's account would resolve it. @throws for an intrinsic or reference the lab does not know */
  get(property: string): unknown;
}
export interface Assembly {
  /** Resources of one type, in the order of the templates. */
  resources(type: string): Resource[];
  /** The folder of a zipped asset by its S3 key. */
  asset(key: string): string;
}

export const REGION = 'local-1';
export const ACCOUNT = '000000000000';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** For each type that others may refer to: the property that names it, its ARN, and whether Ref gives the ARN, or something that the lab has not. */
const KNOWN: Readonly<Record<string, { name: string; arn: string; refIsArn?: true; noRef?: true }>> = {
  'AWS::Lambda::Function': { name: 'FunctionName', arn: 'lambda:R:A:function:' },
  'AWS::StepFunctions::StateMachine': { name: 'StateMachineName', arn: 'states:R:A:stateMachine:', refIsArn: true },
  'AWS::DynamoDB::Table': { name: 'TableName', arn: 'dynamodb:R:A:table/' },
  'AWS::SSM::Document': { name: 'Name', arn: 'ssm:R:A:document/' },
  'AWS::SSM::Parameter': { name: 'Name', arn: 'ssm:R:A:parameter' },
  'AWS::SNS::Topic': { name: 'TopicName', arn: 'sns:R:A:', refIsArn: true },
  'AWS::SecretsManager::Secret': { name: 'Name', arn: 'secretsmanager:R:A:secret:', refIsArn: true },
  'AWS::Events::Rule': { name: 'Name', arn: 'events:R:A:rule/' },
  'AWS::SQS::Queue': { name: 'QueueName', arn: 'sqs:R:A:', noRef: true }, // its URL
  'AWS::IAM::Role': { name: 'RoleName', arn: 'iam::A:role/' },
  'AWS::IAM::ManagedPolicy': { name: 'ManagedPolicyName', arn: 'iam::A:policy/', refIsArn: true },
  'AWS::CloudWatch::Alarm': { name: 'AlarmName', arn: 'cloudwatch:R:A:alarm:' },
  'AWS::CloudWatch::Dashboard': { name: 'DashboardName', arn: 'cloudwatch::A:dashboard/' },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: 'logs:R:A:log-group:' },
};

/** ARN of a thing in the lab's account, from `service:R:A:rest` with R and A standing for region and account. */
const arn = (pattern: string, name: string) =>
  `arn:aws:${pattern.replace(':R:', `:${REGION}:`).replace(':A:', `:${ACCOUNT}:`)}${name}`;

/**
 * Reads a cloud assembly, the folder that `cdk synth` writes.
 * @throws Error of one sentence when there is none or it cannot be read
 */
export function readAssembly(directory: string): Assembly {
  const read = (file: string) => {
    try {
      return JSON.parse(readFileSync(join(directory, file), 'utf8')) as Json;
    } catch {
      throw new Error(`There is no readable ${file} in ${directory}: run \`npx cdk synth\` first.`);
    }
  };
  const artifacts = Object.entries(
    (read('manifest.json').artifacts ?? {}) as Record<string, { type: string; properties: Json }>,
  );
  const assets: Record<string, string> = {};
  const stacks: Stack[] = [];
  for (const [name, { type, properties }] of artifacts) {
    if (type === 'aws:cloudformation:stack')
      stacks.push(
        new Stack(
          (properties.stackName as string | undefined) ?? name,
          read(String(properties.templateFile)).Resources as Templates,
        ),
      );
    if (type === 'cdk:asset-manifest') {
      const files = read(String(properties.file)).files as Record<string, { source: { path: string } }>;
      for (const [hash, { source }] of Object.entries(files)) {
        assets[hash] = join(directory, source.path);
        if (source.path.endsWith('.nested.template.json'))
          stacks.push(new Stack(source.path, read(source.path).Resources as Templates));
      }
    }
  }
  return {
    resources: (type) => stacks.flatMap((stack) => stack.resources(type)),
    asset: (key) => {
      const folder = assets[key.replace(/\.zip$/, '')];
      if (!folder) throw new Error(`${directory} has no asset ${key}: run \`npx cdk synth\` again.`);
      return folder;
    },
  };
}

type Templates = Record<string, { Type: string; Properties?: Json }>;

class Stack {
  constructor(
    private readonly name: string,
    private readonly templates: Templates,
  ) {}

  resources(type: string): Resource[] {
    return Object.entries(this.templates)
      .filter(([, template]) => template.Type === type)
      .map(([id, { Properties = {} }]) => ({
        id,
        type,
        name: this.physicalName(id),
        get: (property: string) => this.resolve(Properties[property]),
      }));
  }

  private resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length > 0 || !(key === 'Ref' || key.startsWith('Fn::')))
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.resolve(item)]));
    return this.intrinsic(key, argument);
  }

  private intrinsic(key: string, argument: unknown): unknown {
    switch (key) {
      case 'Ref':
        return this.ref(argument as string);
      case 'Fn::GetAtt':
        return this.attribute(
          ...((typeof argument === 'string' ? argument.split(/\.(.*)/, 2) : argument) as [string, string]),
        );
      case 'Fn::Join': {
        const [separator, parts] = this.resolve(argument) as [string, string[]];
        return parts.join(separator);
      }
      case 'Fn::Sub': {
        const [text, values] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Json];
        return text.replace(/\$\{([^!][^}]*)\}/g, (_, name: string) => {
          if (Object.hasOwn(values, name)) return String(this.resolve(values[name]));
          const [id, attribute] = name.split(/\.(.*)/, 2) as [string, string?];
          return attribute === undefined ? this.ref(id) : this.attribute(id, attribute);
        });
      }
      default:
        throw new Error(`The template of ${this.name} uses ${key}, which the lab does not implement.`);
    }
  }

  private ref(id: string): string {
    if (id === 'AWS::StackName') return this.name;
    if (Object.hasOwn(PSEUDO, id)) return PSEUDO[id]!;
    const { refIsArn, noRef } = this.known(id);
    if (noRef) throw new Error(`The lab does not know what a reference to ${id} gives.`);
    return refIsArn ? this.attribute(id, 'Arn') : this.physicalName(id);
  }

  private attribute(id: string, attribute: string): string {
    const known = this.known(id);
    if (attribute === 'Name' || attribute.endsWith('Name')) return this.physicalName(id);
    if (attribute !== 'Arn' && attribute !== 'TopicArn')
      throw new Error(`The lab does not know the attribute ${attribute} of ${id}.`);
    return arn(known.arn, this.physicalName(id));
  }

  private known(id: string) {
    const type = this.templates[id]?.Type;
    const known = type === undefined ? undefined : KNOWN[type];
    if (!known)
      throw new Error(
        `The template of ${this.name} refers to ${id} (${type ?? 'no resource'}), which the lab does not know.`,
      );
    return known;
  }

  private physicalName(id: string): string {
    const { Type: type, Properties = {} } = this.templates[id]!;
    const declared = KNOWN[type] && this.resolve(Properties[KNOWN[type].name]);
    return typeof declared === 'string' ? declared : `${this.name}-${id}`;
  }
}
