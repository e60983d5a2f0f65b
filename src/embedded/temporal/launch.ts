import type { Supervisor } from '../processes';
import type { Ports } from './ports';

/** What both kinds of server need to be started. */
export interface Launch {
  readonly supervisor: Supervisor;
  readonly ports: Ports;
  readonly postgresAdminUrl: string;
  readonly namespace: string;
  readonly restarts: boolean;
  /** Where the Web UI has encrypted payloads decoded. */
  readonly codecEndpoint?: string;
}
