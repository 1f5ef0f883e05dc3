import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An execution as DescribeExecution tells it; dates are ISO text. */
export interface ExecutionRecord {
  readonly ExecutionArn: string;
  readonly StateMachineArn: string;
  readonly Name: string;
  readonly Status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  readonly StartDate: string;
  readonly StopDate?: string;
  readonly Input: string;
  readonly Output?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

/** Remembers executions in a folder, a file each, so that another process can still look them up. */
export class Executions {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
      const left = this.read(file);
      // its process is gone: nobody carries it on
      if (left?.Status === 'RUNNING') this.write({ ...left, Status: 'ABORTED', StopDate: new Date().toISOString() });
    }
  }

  write(record: ExecutionRecord): void {
    const file = join(this.directory, `${record.Name}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2));
    renameSync(`${file}.new`, file);
  }

  find(arn: string): ExecutionRecord | undefined {
    const record = this.read(`${arn.split(':').at(-1)!.replaceAll('/', '')}.json`);
    return record?.ExecutionArn === arn ? record : undefined;
  }

  private read(file: string): ExecutionRecord | undefined {
    try {
      return JSON.parse(readFileSync(join(this.directory, file), 'utf8')) as ExecutionRecord;
    } catch {
      return undefined;
    }
  }
}
