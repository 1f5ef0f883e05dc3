import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { onlyMembers, ServiceError, type Operations } from './endpoint';

const MESSAGE = ['TopicArn', 'Subject', 'Message'];

/** What is published to a topic, as a mailbox would show it. */
export interface Notice {
  readonly subject: string;
  readonly message: string;
}

/** SNS: what is published to a topic goes to a file, a line each. */
export class Notices {
  /** @param topics the ARNs of the topics that there are @param onNotice is told each */
  constructor(
    private readonly file: string,
    private readonly topics: () => readonly string[],
    private readonly onNotice: (notice: Notice) => void = () => undefined,
  ) {}

  readonly operations: Operations = {
    '2010-03-31.Publish': (message) => {
      onlyMembers('Publish', message, MESSAGE);
      if (!this.topics().includes(String(message.TopicArn))) throw new ServiceError('NotFound', 'Topic does not exist');
      return this.publish(message);
    },
  };

  publish(message: Readonly<Record<string, unknown>>): { readonly MessageId: string } {
    appendFileSync(this.file, `${JSON.stringify(message)}\n`);
    this.onNotice({ subject: String(message['Subject']), message: String(message['Message']) });
    return { MessageId: randomUUID() };
  }
}
