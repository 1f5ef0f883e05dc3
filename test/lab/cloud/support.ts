import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, Hosts } from '../../../lab/hosts/host';

type Json = Record<string, unknown>;

const folders: string[] = [];

/** A folder that is removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-lab-'));
  folders.push(folder);
  return folder;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Hosts whose only own command is `hangs`: it never ends, and says so. `leave` takes a host off the network. */
export class FakeHosts implements Hosts {
  private readonly hosts: Map<string, Host>;
  private hangs: (() => void)[] = [];
  closed = false;

  constructor(instances: readonly string[]) {
    const bin = join(temporaryFolder(), 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'hangs'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
    const environment = { PATH: `${bin}:${process.env.PATH}`, HOME: bin, FROM_HOST: 'yes' };
    this.hosts = new Map(instances.map((name) => [name, { name, environment }]));
  }

  host = (name: string) => this.hosts.get(name);
  names = () => [...this.hosts.keys()];
  journal = () => [];
  dump = () => '';
  run = async () => ({ code: 0, out: '', err: '' });
  hung = () => new Promise<void>((resolve) => this.hangs.push(resolve));
  hang = () => this.hangs.forEach((resolve) => resolve());
  leave = (name: string) => this.hosts.delete(name);
  act = async () => {};
  save = () => {};
  close = async () => {
    this.closed = true;
  };
}

/** A Command document as the product declares them. */
export function documentResource(
  name: string,
  script: readonly string[],
  parameters: Json = {},
  timeoutSeconds: unknown = '60',
): Json {
  return {
    Type: 'AWS::SSM::Document',
    Properties: {
      Name: name,
      DocumentType: 'Command',
      Content: {
        schemaVersion: '2.2',
        parameters,
        mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: { runCommand: script, timeoutSeconds } }],
      },
    },
  };
}

/** A parameter of a Command document. */
export const parameter = (rest: Json = {}) => ({ type: 'String', interpolationType: 'ENV_VAR', ...rest });

/** Writes a cloud assembly of one stack; `handlers` are the texts of bundled CommonJS modules by logical id. */
export function writeAssembly(resources: Json, handlers: Readonly<Record<string, string>> = {}, timeout = 30): string {
  const folder = temporaryFolder();
  const files: Json = {};
  const functions: Json = {};
  for (const [id, text] of Object.entries(handlers)) {
    const hash = Buffer.from(id).toString('hex');
    mkdirSync(join(folder, `asset.${hash}`));
    writeFileSync(join(folder, `asset.${hash}`, 'index.js'), text);
    files[hash] = { source: { path: `asset.${hash}`, packaging: 'zip' } };
    functions[id] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${hash}.zip` },
        Handler: 'index.handler',
        Timeout: timeout,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Environment: { Variables: { TABLE: { Ref: 'Table' } } },
      },
    };
  }
  const write = (name: string, json: unknown) => writeFileSync(join(folder, name), JSON.stringify(json));
  write('manifest.json', {
    artifacts: {
      'Lab.assets': { type: 'cdk:asset-manifest', properties: { file: 'Lab.assets.json' } },
      Lab: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Lab.template.json' } },
    },
  });
  write('Lab.assets.json', { files });
  write('Lab.template.json', { Resources: { ...functions, ...resources } });
  return folder;
}

export const table: Json = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: 'tunnel', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'tunnel', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  },
};

/** Asks again until the answer is there. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never came');
}

export const text = (...path: string[]) => readFileSync(join(...path), 'utf8');
