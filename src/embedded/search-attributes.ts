import type { SearchAttributeType } from '@temporalio/common';

/** Name of a custom search attribute → its type, as the server must know it before a workflow may use it. */
export type SearchAttributeTypes = Readonly<Record<string, SearchAttributeType>>;
