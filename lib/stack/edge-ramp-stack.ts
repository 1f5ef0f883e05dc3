import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CommandDocuments } from './command-documents';
import { DeclaredTunnels, type DeclaredTunnelsProps } from './declared-tunnels';
import { EdgeRampMachine } from './state-machine';
import { StepHandlers } from './step-handlers';
import { tunnelTable } from './tunnel-table';

export interface EdgeRampStackProps extends StackProps, DeclaredTunnelsProps {}

/** All of edge-ramp in one account and region. */
export class EdgeRampStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeRampStackProps) {
    super(scope, id, { description: 'edge-ramp: tunnels between BIG-IP and the Pods of OpenShift clusters', ...props });

    new DeclaredTunnels(this, 'DeclaredTunnels', { tunnels: props.tunnels });
    const documents = new CommandDocuments(this, 'Documents');
    const handlers = new StepHandlers(this, 'Steps', documents);
    const table = tunnelTable(this);
    const { machine } = new EdgeRampMachine(this, 'StateMachine', { handlers, table });

    new CfnOutput(this, 'StateMachineArn', { value: machine.stateMachineArn, description: 'What an operator starts' });
    new CfnOutput(this, 'TableName', { value: table.tableName, description: 'Leases, records and last results' });
  }
}
