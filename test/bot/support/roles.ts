import { newVisitor, type ChatStage, type Visitor } from './visitor';

export type Role = 'support' | 'finance' | 'admin';

export async function grantRole(stage: ChatStage, userId: number, role: Role): Promise<void> {
  await stage.sql`
    insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')
    on conflict do nothing`;
}

/** Somebody who has said hello and holds these roles. */
export async function newOperator(
  stage: ChatStage,
  roles: readonly Role[],
  person: { name?: string; language?: string } = {},
): Promise<Visitor> {
  const visitor = newVisitor(stage, person);
  await visitor.write('/start');
  for (const role of roles) await grantRole(stage, visitor.id, role);
  return visitor;
}
