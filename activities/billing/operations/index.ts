import type { ActionName } from '../../../src/domain/billing/operations';
import { issueKeyOperation, revokeKeyOperation, rotateKeyOperation } from './api-keys';
import { createPromo } from './create-promo';
import { createTariffVersion } from './create-tariff-version';
import type { AnyOperation } from './definition';
import { blockUser, unblockUser } from './blocking';
import { changeSetting } from './change-setting';
import { exportPeople } from './export-people';
import { grantTokens } from './grant-tokens';
import { offerPrices } from './offer-prices';
import { refundPayment } from './refund-payment';
import { releaseJobHold } from './release-hold';
import { resendMessage } from './resend-message';
import { grantRole, revokeRole } from './roles';
import { setCostRate } from './set-cost-rate';
import { setMultiplier } from './set-multiplier';
import { switchPromo } from './switch-promo';
import { switchTariff } from './switch-tariff';
import { startBroadcast } from './start-broadcast';
import { takeTokens } from './take-tokens';
import { writeOffDebt } from './write-off-debt';
import { writeOffItem } from './write-off-item';

/** Every audited admin action there is, by its name (OPS-10). A new one is a file here and a line in each list. */
const OPERATIONS: Readonly<Record<ActionName, AnyOperation>> = {
  grant_tokens: grantTokens,
  take_tokens: takeTokens,
  write_off_debt: writeOffDebt,
  refund: refundPayment,
  grant_role: grantRole,
  revoke_role: revokeRole,
  create_promo: createPromo,
  switch_promo: switchPromo,
  create_tariff_version: createTariffVersion,
  switch_tariff: switchTariff,
  offer_prices: offerPrices,
  block_user: blockUser,
  unblock_user: unblockUser,
  change_setting: changeSetting,
  set_multiplier: setMultiplier,
  set_cost_rate: setCostRate,
  start_broadcast: startBroadcast,
  write_off_item: writeOffItem,
  resend_message: resendMessage,
  export_people: exportPeople,
  issue_api_key: issueKeyOperation,
  rotate_api_key: rotateKeyOperation,
  revoke_api_key: revokeKeyOperation,
  release_hold: releaseJobHold,
};

/** The action of a name that came over the wire; undefined for names this build does not know. */
export function operationNamed(name: string): AnyOperation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name as ActionName] : undefined;
}
