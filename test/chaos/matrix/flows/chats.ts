import { referralCode } from '../../../../drizzle/carried-codes';
import { DAY, HOUR, payAndSettle } from '../../../support/payments';
import { TEST_SECRETS } from '../../../support/secrets';
import { untilPaid } from '../../../support/shop';
import { until } from '../../../support/until';
import { press, say, type Act, type Flow } from './act';
import { arrive, funded, orderInChat, shows } from './purchases';

/** Somebody follows a friend's link, pays, and the friend is rewarded a fortnight later. */
export const referral: Flow = async (act) => {
  const { stack } = act;
  const friend = await act.person();
  const newcomer = act.stranger();
  await arrive(act, newcomer, `ref_${referralCode(TEST_SECRETS.apiKeyPepper, friend)}`);
  const order = await orderInChat(act, newcomer);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await untilReferral(act, newcomer, 'held');
  await stack.advance(newcomer, 14 * DAY + HOUR);
  await untilReferral(act, newcomer, 'paid');
};

async function untilReferral({ stack }: Act, newcomer: number, state: string): Promise<void> {
  await until(`the reward is ${state}`, async () => {
    const [row] = await stack.sql`select state from referrals where referee_id = ${newcomer}`;
    return row?.['state'] === state;
  });
}

/** Somebody mutes the reminders of a plan, cancels it, and keeps it after all. */
export const wishes: Flow = async (act) => {
  const { stack } = act;
  const { userId } = await funded(act, 300);
  act.begins();
  await arrive(act, userId);
  await say(act, userId, { text: '/subscription', until: shows(act, userId, 'No reminders') });
  const plan = (where: string) => async () => {
    const rows = await stack.sql.unsafe(
      `select 1 from subscriptions where user_id = $1 and ${where}`,
      [userId],
    );
    return rows.length > 0;
  };
  await press(act, userId, { text: 'No reminders', until: plan('is_muted') });
  await press(act, userId, { text: 'Cancel', until: shows(act, userId, 'Yes, cancel') });
  await press(act, userId, { text: 'Yes, cancel', until: plan(`state = 'cancelling'`) });
  await press(act, userId, { text: 'Keep the sub', until: plan(`state = 'active'`) });
};
