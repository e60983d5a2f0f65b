import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A wire of ours between two processes, which sees what passes and can be cut. */
export interface Link {
  readonly port: number;
  /** Ends every connection at once and refuses new ones until mended. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

/** The sockets of a wire and whether anybody may connect. */
export class Wiring {
  private readonly sockets = new Set<Socket>();
  isCut = false;

  /** False when the wire is cut: the socket is gone then. */
  admit(socket: Socket): boolean {
    socket.on('error', () => socket.destroy());
    if (this.isCut) {
      socket.destroy();
      return false;
    }
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return true;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.isCut = false;
  }
}

/** A listening server as a link. */
export async function linkOf(server: Server, wiring: Wiring): Promise<Link> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => wiring.cut(),
    mend: () => wiring.mend(),
    stop: async () => {
      wiring.cut();
      server.close();
    },
  };
}
