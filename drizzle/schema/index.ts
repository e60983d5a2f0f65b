export * from './users';
export * from './catalogue';
export * from './orders';
export * from './ledger';
export * from './subscriptions';
export * from './control';
