import type { clockRu } from './ru';
import { timersEn } from './timers-en';

export const clockEn: Readonly<Record<keyof typeof clockRu, string>> = {
  ...timersEn,
  'admin.command.clock': 'Clock of a test customer',
  'admin.clock.usage':
    'Moves the clock of a customer of the sandbox forward, with all their workflows and the mock bank.\nYour own: <code>/clock +31d</code>\nSomebody’s: <code>/clock 7000000001 +6h</code>\nUnits: m minutes, h hours, d days, y years; five years at once at most.',
  'admin.clock.only_sandbox':
    'Clocks are moved in the sandbox only: where NODE_ENV is not production and the mock bank alone takes money.',
  'admin.clock.moving': '⏳ Moving the clock of {userId} by {jump}…',
  'admin.clock.moved': '<b>The clock of {userId} was moved</b>\nBefore: {from}\nAfter: {until}',
  'admin.clock.fired':
    '{count, plural, =0 {Nothing fell due on the way.} one {{count} event fell due on the way:} other {{count} events fell due on the way:}}',
  'admin.clock.event': '• {at} · {what} (<code>{workflowId}</code>)',
  'admin.clock.more': '… and {count} more',
  'admin.clock.busy':
    'The clock of {userId} is being moved already. Wait for it to end, then repeat.',
  'admin.clock.unknown_person': 'The bot has not met {userId} yet.',
  'admin.clock.fixed':
    'This workflow server cannot move clocks: it takes version 1.32.0 or later and the setting frontend.WorkflowTimeSkippingEnabled: true.\n<code>{problem}</code>',
  'admin.clock.failed':
    'The clock of {userId} could not be moved; it may have stopped half-way: {problem}',
};
