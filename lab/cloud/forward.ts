import { request as open, type IncomingMessage, type ServerResponse } from 'node:http';

/** Hands a request on to the server at `url` as it came, and its answer back as it comes: checksums and signatures stay right. */
export function forward(url: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const { method = 'POST', headers, url: path = '/' } = request;
    open(`${url}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response).once('finish', resolve).once('error', reject);
    })
      .once('error', reject)
      .end(body);
  });
}
