import type { Database } from '../../../drizzle/client';
import type { AdminReads } from './contract';
import { findPeople } from './find';
import { openItem, openItemPage } from './open-items';
import { personCard } from './person';

/** The administration's view of the database. */
export function createAdminReads(db: Database): AdminReads {
  return {
    findPeople: (query) => findPeople(db, query),
    personCard: (userId) => personCard(db, userId),
    openItems: (after) => openItemPage(db, after),
    openItem: (openItemId) => openItem(db, openItemId),
  };
}
