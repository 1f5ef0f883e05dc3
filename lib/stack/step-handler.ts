import type { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type PolicyStatementProps, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { arnOf, wildcardFinding } from './arns';
import { handlerBundle } from './handler-bundle';

export interface StepHandlerProps {
  /** The folder of lambdas/ whose handler.ts it runs. */
  readonly folder: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment?: Record<string, string>;
  /** MB; default 256. */
  readonly memory?: number;
  /** Whether X-Ray traces each of its calls; default true. */
  readonly traced?: boolean;
}

/** A handler, of a step of the run or beside it: a function, its log group, and a role that may do nothing but log and trace. */
export class StepHandler extends Construct {
  readonly function: LambdaFunction;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: StepHandlerProps) {
    super(scope, id);
    const { memory = 256, traced = true } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH });
    // A role of its own instead of the managed policy, which lets a function write to every log group.
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `edge-ramp: ${props.description}`,
    });
    logGroup.grantWrite(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      code: handlerBundle(props.folder),
      handler: 'index.handler',
      description: `edge-ramp: ${props.description}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memory,
      timeout: props.timeout,
      tracing: traced ? Tracing.ACTIVE : Tracing.DISABLED,
      role: this.role,
      logGroup,
      environment: props.environment ?? {},
    });
    if (traced)
      acknowledge(
        this.role,
        'AwsSolutions-IAM5[Resource::*]',
        'X-Ray knows no resources: a trace belongs to the account',
      );
  }

  /** Lets the handler call the services on these resources, under these conditions. */
  allow(right: PolicyStatementProps): void {
    this.role.addToPolicy(new PolicyStatement(right));
  }

  /**
   * Lets the handler call a service on every resource of this account and region that is named so.
   *
   * @param resource - with its wildcard: `execution:edge-ramp:*`
   * @param right - `because` says why it names no single resource
   */
  allowEvery(
    service: string,
    resource: string,
    { because, ...right }: PolicyStatementProps & { readonly because: string },
  ): void {
    this.allow({ ...right, resources: [arnOf(service, resource)] });
    this.acknowledge(wildcardFinding(service, resource), because);
  }

  /** Accepts a finding of cdk-nag on this handler's role. */
  acknowledge(finding: string, reason: string): void {
    acknowledge(this.role, finding, reason);
  }
}
