import type { Flow } from './act';
import { referral, wishes } from './chats';
import { dunning, renewalByCard, renewalFromWallet, trial } from './periods';
import { byCard, byStars, declined, gift, upgrade } from './purchases';
import { dispute, erasure, refund } from './returns';
import { hold, job, spend } from './work';

export type { Act, Flow } from './act';
export { actOn } from './act';

interface FlowEntry {
  readonly title: string;
  readonly run: Flow;
  /** It says by itself when it begins; what leads to it is struck in other flows. */
  readonly hasPrelude?: true;
}

/** Every flow of the matrix by the name it has on the command line, with what the page calls it. */
export const FLOWS = {
  card: { title: 'top-up by card, through the chat', run: byCard },
  stars: { title: 'plan for Stars', run: byStars },
  declined: { title: 'declined card, then paid', run: declined },
  upgrade: { title: 'change of plan', run: upgrade, hasPrelude: true },
  gift: { title: 'gift, bought and claimed', run: gift },
  renewal: { title: 'renewal by a saved card', run: renewalByCard },
  wallet: { title: 'renewal from the wallet', run: renewalFromWallet, hasPrelude: true },
  dunning: { title: 'dunning to the end', run: dunning, hasPrelude: true },
  trial: { title: 'trial to its end', run: trial },
  refund: { title: 'refund', run: refund, hasPrelude: true },
  dispute: { title: 'dispute, lost', run: dispute, hasPrelude: true },
  erasure: { title: 'erasure of a person', run: erasure, hasPrelude: true },
  hold: { title: 'hold and capture', run: hold, hasPrelude: true },
  spend: { title: 'spend and batch', run: spend, hasPrelude: true },
  job: { title: 'job that reports its costs', run: job, hasPrelude: true },
  referral: { title: 'somebody brought by a friend', run: referral },
  wishes: { title: 'plan cancelled and kept, in the chat', run: wishes, hasPrelude: true },
} as const satisfies Record<string, FlowEntry>;

export type FlowName = keyof typeof FLOWS;
export const FLOW_NAMES = Object.keys(FLOWS) as FlowName[];
