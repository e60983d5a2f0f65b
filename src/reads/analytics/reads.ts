import type { Database } from '../../../drizzle/client';
import type { AnalyticsReads } from './contract';
import { jobs } from './jobs';
import { nodes } from './nodes';
import { work, workByDay } from './work';

export function analyticsReads(db: Database): AnalyticsReads {
  return {
    work: (question) => work(db, question),
    nodes: (question) => nodes(db, question),
    workByDay: (filter, timeZone) => workByDay(db, filter, timeZone),
    jobs: (userId, cursor) => jobs(db, userId, cursor),
  };
}
