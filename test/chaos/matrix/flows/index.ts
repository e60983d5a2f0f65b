import type { Flow } from './act';
import { dunning, renewalByCard, renewalFromWallet, trial } from './periods';
import { byCard, byStars, declined, gift, upgrade } from './purchases';
import { dispute, erasure, refund } from './returns';
import { hold, job, spend } from './work';

export type { Act, Flow } from './act';
export { actOn } from './act';

/** Every flow of the matrix by the name it has on the command line, with what the page calls it. */
export const FLOWS = {
  card: { title: 'top-up by card, through the chat', run: byCard },
  stars: { title: 'plan for Stars', run: byStars },
  declined: { title: 'declined card, then paid', run: declined },
  upgrade: { title: 'change of plan', run: upgrade },
  gift: { title: 'gift, bought and claimed', run: gift },
  renewal: { title: 'renewal by a saved card', run: renewalByCard },
  wallet: { title: 'renewal from the wallet', run: renewalFromWallet },
  dunning: { title: 'dunning to the end', run: dunning },
  trial: { title: 'trial to its end', run: trial },
  refund: { title: 'refund', run: refund },
  dispute: { title: 'dispute, lost', run: dispute },
  erasure: { title: 'erasure of a person', run: erasure },
  hold: { title: 'hold and capture', run: hold },
  spend: { title: 'spend and batch', run: spend },
  job: { title: 'job that reports its costs', run: job },
} as const satisfies Record<string, { readonly title: string; readonly run: Flow }>;

export type FlowName = keyof typeof FLOWS;
export const FLOW_NAMES = Object.keys(FLOWS) as FlowName[];
