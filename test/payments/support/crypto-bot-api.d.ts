// The package names its types in a way that this project's module resolution does not read.
declare module 'crypto-bot-api' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Invoice {
    readonly id: number;
    readonly status: string;
    readonly currency: string;
    readonly amount: string;
    readonly payload: unknown;
  }

  export default class CryptoBotApi {
    constructor(token: string);
    on(event: 'paid', listener: (invoice: Invoice) => void): void;
    /** Takes a parsed body, or reads the request itself; a wrong signature is answered with 401. */
    middleware(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}
