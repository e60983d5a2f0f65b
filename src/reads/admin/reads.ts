import type { Database } from '../../../drizzle/client';
import { createCampaignReads } from './campaigns';
import type { AdminReads } from './contract';
import { exportPage } from './exports';
import { workflowsToldOf } from './failing';
import { findPeople } from './find';
import { messagesTo, messageTo } from './messages';
import { createCostTermReads } from './multipliers';
import { openItem, openItemPage } from './open-items';
import { personCard } from './person';
import { dailySales, salesReport } from './sales';
import { standing } from './standing';
import { createTariffReads } from './tariffs';
import { silentTopics } from './topics';

/** The administration's view of the database. */
export function createAdminReads(db: Database): AdminReads {
  return {
    ...createCampaignReads(db),
    ...createCostTermReads(db),
    ...createTariffReads(db),
    findPeople: (query) => findPeople(db, query),
    personCard: (userId) => personCard(db, userId),
    openItems: (after) => openItemPage(db, after),
    openItem: (openItemId) => openItem(db, openItemId),
    workflowsToldOf: () => workflowsToldOf(db),
    messagesTo: (userId) => messagesTo(db, userId),
    messageTo: (messageId) => messageTo(db, messageId),
    silentTopics: () => silentTopics(db),
    salesReport: (span) => salesReport(db, span),
    standing: () => standing(db),
    dailySales: (span, timeZone) => dailySales(db, span, timeZone),
    exportPage: (kind, before) => exportPage(db, kind, before),
  };
}
