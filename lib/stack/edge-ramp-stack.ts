import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { CONTRACT } from '../tunnel/run/outcome';
import { DeclaredTunnels, type DeclaredTunnelsProps } from './declared-tunnels';
import { Monitoring } from './monitoring/monitoring';
import { namesOf } from './names';
import { NodePolicies } from './node-policies';
import { sharedResources } from './shared';
import { EdgeRampMachine } from './state-machine';
import { StepHandlers } from './step-handlers';
import { Triggers } from './triggers';
import { watchFunction } from './watch';

export interface EdgeRampStackProps extends StackProps, DeclaredTunnelsProps {}

/** One deployment of edge-ramp. */
export class EdgeRampStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeRampStackProps) {
    super(scope, id, { description: 'edge-ramp: tunnels between BIG-IP and the Pods of OpenShift clusters', ...props });

    new DeclaredTunnels(this, 'DeclaredTunnels', { tunnels: props.tunnels });
    const shared = sharedResources(this);
    const handlers = new StepHandlers(this, 'Steps', shared);
    const { machine } = new EdgeRampMachine(this, 'StateMachine', { ...shared, handlers });
    const watch = watchFunction(this, { ...shared, machine, tunnels: props.tunnels.length });
    const { react } = new Triggers(this, 'Triggers', { ...shared, machine, watch });
    const { dashboardName } = new Monitoring(this, 'Monitoring', { ...shared, machine, react, watch });
    new NodePolicies(this, 'Offered', { tunnels: props.tunnels });

    new StringParameter(this, 'Deployment', {
      parameterName: namesOf(this).deployment,
      description: 'What the command line needs to know of this deployment',
      stringValue: this.toJsonString({
        contract: CONTRACT,
        stateMachine: machine.stateMachineArn,
        table: shared.table.tableName,
        notices: shared.notices.topicArn,
      }),
    });
    new CfnOutput(this, 'StateMachineArn', { value: machine.stateMachineArn, description: 'What an operator starts' });
    new CfnOutput(this, 'DashboardName', { value: dashboardName, description: 'How the tunnels fare' });
    new CfnOutput(this, 'TableName', {
      value: shared.table.tableName,
      description: 'Leases, records and last results',
    });
  }
}
