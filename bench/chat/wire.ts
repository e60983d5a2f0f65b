import { Agent, request } from 'node:http';

export interface Wish {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** Below the five seconds after which the servers here hang up: a kept connection is never older than they allow. */
const IDLE_MS = 4_000;
const LONGEST_MS = 60_000;

/** HTTP over kept connections, as cheap as Node has it: whoever plays a thousand people shares the machine with them. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: IDLE_MS });

  ask(wish: Wish): Promise<Answer> {
    return this.attempt(wish).catch((error: unknown) => {
      if (!(error instanceof StaleConnection)) throw error;
      return this.attempt(wish);
    });
  }

  /** Sends JSON, takes JSON; throws unless the answer is a good one. */
  async post<T>(url: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const answer = await this.ask({ method: 'POST', url, headers, body: JSON.stringify(body) });
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as T;
  }

  async get<T>(url: string): Promise<T> {
    const answer = await this.ask({ url });
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as T;
  }

  close(): void {
    this.agent.destroy();
  }

  private attempt({ method = 'GET', url, headers = {}, body }: Wish): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const asking = request(url, {
        method,
        agent: this.agent,
        headers: { ...headers, ...length },
      });
      const patience = setTimeout(() => asking.destroy(new Error(`${url}: silence`)), LONGEST_MS);
      asking.on('close', () => clearTimeout(patience));
      asking.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = asking.reusedSocket && error.code === 'ECONNRESET';
        reject(isStale ? new StaleConnection() : error);
      });
      asking.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: told } = response;
          resolve({ status, location: told.location, text });
        });
      });
      asking.end(body);
    });
  }
}

/** The server hung up just as a kept connection was taken; nothing was asked. */
class StaleConnection extends Error {}

/** Reads server-sent events until closed; an end that nobody asked for is told. */
export function follow(
  url: string,
  { onEvent, onEnd }: { onEvent: (event: unknown) => void; onEnd: (error: Error) => void },
): () => void {
  let isClosed = false;
  const end = (error: Error): void => {
    if (!isClosed) onEnd(error);
    isClosed = true;
  };
  const asking = request(url, (response) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)));
      }
    });
    response.on('close', () => end(new Error(`${url} ended`)));
  });
  asking.on('error', end);
  asking.end();
  return () => {
    isClosed = true;
    asking.destroy();
  };
}
