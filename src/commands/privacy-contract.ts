/** What people and the worker ask about the books and about personal data. */
export interface PrivacyCommands {
  /** Starts the keeper of the books unless it runs. */
  ensureKeeper(): Promise<void>;
}
