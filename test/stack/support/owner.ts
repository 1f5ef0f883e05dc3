import { contextOf } from '../../../lambdas/read-request/run-context';
import { VARIABLES } from '../../../lib/stack/workflow/variables';
import type { Declared } from '../../../lib/tunnel/declaration/tunnel';
import { readMemory } from '../../../lib/tunnel/run/memory';
import { readPairItem } from '../../../lib/tunnel/run/pair';
import { machine } from './machine';
import type { TestTable } from './table';
import { evaluate } from './walk';

/** A run as far as the table knows it: its ARN, and the variables that its writes use. */
export class Owner {
  variables: Record<string, any> = {
    ...VARIABLES,
    request: {
      tunnel: 'edge-a',
      action: 'apply',
      trigger: null,
      repair: null,
      awaits: null,
      asked: null,
      specDigest: 'a',
      spec: {},
    },
    plan: {
      ...VARIABLES.plan,
      digest: '0123456789abcdef',
      records: { original: '{"o":1}', before: '{"b":1}', applied: '{"a":1}' },
    },
  };
  constructor(
    private readonly table: TestTable,
    readonly arn: string,
  ) {
    this.variables['execution'] = arn;
  }

  /** Is a run of that tunnel from here on. */
  of(spec: Declared): this {
    this.variables['request'] = { ...this.variables['request'], tunnel: spec.name, spec };
    return this;
  }

  /** Reads the item as Read request does, and sets the variables that it sets. */
  async reads(): Promise<void> {
    const item = async (key: string) =>
      (await this.table.call('GetItem', { Key: { tunnel: { S: key } }, ConsistentRead: true })).Item;
    const opening = await contextOf(
      this.variables['request'],
      readMemory(await item(this.variables['request'].tunnel)),
      { execution: this.arn, waited: 0 },
      { describe: async () => undefined, pair: async (key) => readPairItem(await item(key)), now: () => new Date() },
    );
    const { Assign } = machine.States['Read request']!;
    Object.assign(this.variables, await evaluate(Assign, this.variables, { result: { Payload: opening } }));
  }

  /** Does what a state does to the table, and sets the variables that it sets. */
  async does(name: string): Promise<any> {
    const state = machine.States[name]!;
    const states = { input: {}, context: { Execution: { Id: this.arn } } };
    const result = await this.table.call('UpdateItem', await evaluate(state.Arguments, this.variables, states));
    Object.assign(this.variables, await evaluate(state.Assign, this.variables, { ...states, result }));
    return result.Attributes;
  }

  async holds(): Promise<this> {
    await this.reads();
    await this.does('Take lease');
    return this;
  }
}

export const ownerIn = (table: TestTable, arn: string): Owner => new Owner(table, arn);
