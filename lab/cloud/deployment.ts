import { resolve } from 'node:path';
import { readDocument, type CommandDocument } from './ssm/document';
import { ACCOUNT, readAssembly, REGION, type Assembly, type Resource } from './template';

/** The parameter of a tunnel, whatever the deployment is called. */
const TUNNEL = /^(\/[^/]+\/tunnels\/)[^/]+$/;

/** What one assembly deploys: its state machine, Command documents and parameters, read and checked. */
export class Deployment {
  readonly assembly: Assembly;
  readonly documents: ReadonlyMap<string, CommandDocument>;
  readonly machine: Resource;
  /** Values of the parameter store by name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** When it was deployed here, in milliseconds since the epoch. */
  readonly at: number;

  /** @param specs replace the declared tunnels */
  constructor(directory: string, specs?: readonly unknown[]) {
    this.at = Date.now();
    this.assembly = readAssembly(resolve(directory));
    this.documents = new Map(this.each('AWS::SSM::Document', readDocument));
    const [machine, ...others] = this.assembly.resources('AWS::StepFunctions::StateMachine');
    if (!machine || others.length > 0) throw new Error(`${directory} must declare exactly one state machine.`);
    this.machine = machine;
    const declared = this.each('AWS::SSM::Parameter', (parameter) => String(parameter.get('Value')));
    const path =
      declared.map(([name]) => TUNNEL.exec(name)?.[1]).find((each) => each !== undefined) ?? '/edge-ramp/tunnels/';
    const replaced = specs?.map((spec) => [path + (spec as { name: string }).name, JSON.stringify(spec)] as const);
    this.parameters = new Map([...declared.filter(([name]) => !replaced || !TUNNEL.test(name)), ...(replaced ?? [])]);
  }

  /** The tunnels, as JSON. */
  specs(): unknown[] {
    const tunnels = [...this.parameters].filter(([name]) => TUNNEL.test(name));
    return tunnels.map(([, value]) => JSON.parse(value) as unknown);
  }

  /** ARNs of the topics. */
  topics(): string[] {
    return this.assembly.resources('AWS::SNS::Topic').map(({ name }) => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`);
  }

  private each<T>(type: string, read: (resource: Resource) => T): (readonly [string, T])[] {
    return this.assembly.resources(type).map((resource) => [resource.name, read(resource)] as const);
  }
}
