import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from '../../support/until';

/** The compiled tree, as production runs it; `npm test` builds it. */
const COMPILED = join(__dirname, '..', '..', '..', 'dist', 'src', 'main');

/** A process and all that it said. */
export interface Program {
  readonly name: string;
  said(): string;
  /** Resolves when it has said this. */
  saying(words: string): Promise<unknown>;
  readonly ended: Promise<number | null>;
  stop(): Promise<unknown>;
}

export function startProgram(
  name: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Program {
  return watch(
    name,
    spawn(process.execPath, [join(COMPILED, `${name}.js`), ...args], { env: envOf(env) }),
  );
}

/** Runs some lines of code in the place of a process. */
export function startCode(code: string, env: Readonly<Record<string, string>>): Program {
  const text = code.replaceAll('COMPILED', COMPILED);
  return watch('code', spawn(process.execPath, ['-e', text], { env: envOf(env) }));
}

/** Nothing of whoever runs the tests. */
function envOf(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env };
}

function watch(name: string, child: ChildProcess): Program {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    name,
    said: () => said,
    saying: async (words) => {
      const isSaid = async () => said.includes(words);
      await until(`${name}: ${words}`, isSaid, 90_000).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${said.slice(-3_000)}`);
      });
    },
    ended,
    stop: () => {
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), 15_000);
      return ended.finally(() => clearTimeout(cut));
    },
  };
}

/** Every payment provider at once, at its worst: it refuses, and repeats all that it was sent in its refusal. */
export interface Parrot {
  readonly url: string;
  /** All that it was sent. */
  heard(): string;
  stop(): void;
}

export async function startParrot(): Promise<Parrot> {
  let heard = '';
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = JSON.stringify([request.url, request.headers, Buffer.concat(chunks).toString()]);
      heard += sent;
      response.writeHead(400, { 'content-type': 'application/json', 'x-echo': 'a' });
      response.end(JSON.stringify(refusalWith(`Invalid credentials: ${sent}`)));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, heard: () => heard, stop: () => void server.close() };
}

/** The shapes of refusals of all providers in one. */
function refusalWith(words: string): object {
  return {
    ...{ type: 'error', code: 'invalid_request', description: words, Success: false, ok: false },
    ...{ Message: words, message: words, name: words, error_description: words, parameter: words },
    error: { type: 'invalid_request_error', code: 400, name: words, message: words },
    details: [{ issue: words, description: words }],
    Model: { ReasonCode: 5_051, CardHolderMessage: words },
  };
}
