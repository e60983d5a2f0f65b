import { request as plainly, type IncomingMessage } from 'node:http';
import { request as overTls } from 'node:https';

/** Where the proxy listens, and who vouches for it. */
export interface Door {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly authority: Buffer;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isPlain?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks under a host's name on a connection of its own, over TLS unless the call is plain. */
export function askThrough(
  { httpPort, httpsPort, authority }: Door,
  call: Call & { readonly host: string; readonly path: string },
): Promise<Answer> {
  const { host, path, method = 'GET' } = call;
  const headers = { host, ...call.headers };
  const options = { method, path, headers, agent: false, host: '127.0.0.1' } as const;
  return new Promise((resolve, reject) => {
    const asking = call.isPlain
      ? plainly({ ...options, port: httpPort })
      : overTls({ ...options, port: httpsPort, servername: host, ca: authority });
    asking.once('error', reject);
    asking.once('response', (response) => void read(response).then(resolve, reject));
    asking.end(call.body);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
