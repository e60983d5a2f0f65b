/** What the page knows, and its way to the sandbox. Views read `cloud` and are redrawn through `cloud.changed`. */
export const cloud = {
  bots: [],
  people: new Map(),
  groups: new Map(),
  chats: new Map(),
  messages: new Map(),
  commands: [],
  callbackSeconds: 30,
  botId: undefined,
  personId: undefined,
};

export function bot() {
  return cloud.bots.find((it) => it.id === cloud.botId);
}

export function person() {
  return cloud.people.get(cloud.personId);
}

export function fullName({ firstName, lastName }) {
  return lastName ? `${firstName} ${lastName}` : firstName;
}

export function chatOf(personId) {
  return cloud.chats.get(`${cloud.botId}:${personId}`);
}

export async function call(method, path, body) {
  const response = await fetch(`/sandbox${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

/** An action of the person being played, towards the bot being shown. */
export function act(path, body = {}) {
  return call('POST', path, { botId: cloud.botId, personId: cloud.personId, ...body });
}

export async function loadState() {
  const state = await call('GET', '/state');
  cloud.bots = state.bots;
  cloud.people = new Map(state.people.map((it) => [it.id, it]));
  cloud.groups = new Map(state.groups.map((it) => [it.id, it]));
  cloud.chats = new Map(state.chats.map((it) => [`${it.botId}:${it.chatId}`, it]));
  cloud.callbackSeconds = state.callbackSeconds;
  if (bot() === undefined) cloud.botId = cloud.bots[0]?.id;
}

export async function loadMessages() {
  cloud.messages = new Map();
  if (cloud.botId === undefined || cloud.personId === undefined) return;
  const { botId, personId } = cloud;
  const list = await call('GET', `/chats/${personId}/messages?botId=${botId}`);
  if (botId !== cloud.botId || personId !== cloud.personId) return;
  for (const stored of list) cloud.messages.set(stored.message.message_id, stored);
}

export async function loadCommands() {
  cloud.commands = [];
  if (cloud.botId === undefined || cloud.personId === undefined) return;
  cloud.commands = await call(
    'GET',
    `/commands?botId=${cloud.botId}&personId=${cloud.personId}`,
  ).catch(() => []);
}

export function markRead() {
  const chat = chatOf(cloud.personId);
  if (!chat?.unreadCount || document.visibilityState !== 'visible') return;
  chat.unreadCount = 0;
  void call('POST', '/read', { botId: cloud.botId, chatId: cloud.personId });
}

/** Listens to everything that happens; `onReconnect` runs when the sandbox is back after a restart. */
export function listen(onEvent, onReconnect) {
  const source = new EventSource('/sandbox/events');
  let isFirst = true;
  source.addEventListener('message', (event) => onEvent(JSON.parse(event.data)));
  source.addEventListener('open', () => {
    if (!isFirst) onReconnect();
    isFirst = false;
  });
}
