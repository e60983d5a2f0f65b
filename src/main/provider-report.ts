import type { UnconfiguredProvider } from '../config/provider-settings';
import type { CabinetEntry, CredentialCheck, PaymentProvider } from '../payments/provider';
import type { PaymentProviders } from '../payments/registry';

/** What is looked at: the providers that are offered, those that are not, and where the world reaches us. */
export interface ProviderQuestions {
  readonly providers: PaymentProviders;
  readonly unconfigured: readonly UnconfiguredProvider[];
  /** Without a slash at the end. */
  readonly publicBaseUrl: string;
  /** Five seconds when absent. */
  readonly timeoutMs?: number;
}

export interface ProviderReport {
  readonly isFine: boolean;
  readonly lines: readonly string[];
}

interface Finding {
  readonly isFine: boolean;
  readonly text: string;
}

/**
 * Tries the credentials of every provider, whether its notifications would arrive, and says what to enter in its
 * cabinet. Changes nothing anywhere and never shows a secret.
 */
export async function reportProviders(questions: ProviderQuestions): Promise<ProviderReport> {
  const { publicBaseUrl, unconfigured } = questions;
  const door = await knock(`${publicBaseUrl}/health`, questions, isAlive);
  const sections = await Promise.all(
    [...questions.providers.values()].map((provider) => section(provider, questions)),
  );
  const findings = sections.flatMap((each) => each.findings);
  const lines = [
    `${publicBaseUrl}: ${mark(door)}`,
    ...sections.flatMap((each) => each.lines),
    ...unconfigured.flatMap(({ name, missing }) => ['', `${name}`, `  ✗ ${lackOf(missing)}`]),
  ];
  const isFine = unconfigured.length === 0 && [door, ...findings].every((each) => each.isFine);
  return { isFine, lines };
}

interface Section {
  readonly findings: readonly Finding[];
  readonly lines: readonly string[];
}

async function section(provider: PaymentProvider, questions: ProviderQuestions): Promise<Section> {
  const entries = provider.cabinet(questions.publicBaseUrl);
  const credentials = credentialsFinding(await tried(provider));
  const findings =
    entries.length === 0 ? [credentials] : [credentials, await webhookFinding(provider, questions)];
  return {
    findings,
    lines: ['', provider.name, ...findings.map((each) => `  ${mark(each)}`), ...cabinet(entries)],
  };
}

/** An adapter does not throw; if one does all the same, the others are still looked at. */
async function tried(provider: PaymentProvider): Promise<CredentialCheck> {
  try {
    return await provider.check();
  } catch {
    return { kind: 'unknown', reason: 'the check itself failed' };
  }
}

function credentialsFinding(check: CredentialCheck): Finding {
  switch (check.kind) {
    case 'valid':
      return { isFine: true, text: `credentials work: ${check.account}` };
    case 'invalid':
      return { isFine: false, text: `credentials are refused: ${check.reason}` };
    case 'unknown':
      return { isFine: false, text: `credentials could not be tried: ${check.reason}` };
  }
}

/** An empty notification is refused as unreadable by whoever knows the provider, and by nobody else. */
function webhookFinding({ name }: PaymentProvider, questions: ProviderQuestions): Promise<Finding> {
  const url = `${questions.publicBaseUrl}/webhook/${name}`;
  return knock(url, { ...questions, method: 'POST' }, isOurRefusal);
}

interface Knocking {
  readonly timeoutMs?: number;
  readonly method?: 'GET' | 'POST';
}

interface Heard {
  readonly status: number;
  readonly text: string;
}

async function knock(
  url: string,
  { timeoutMs = 5_000, method = 'GET' }: Knocking,
  isRight: (heard: Heard) => boolean,
): Promise<Finding> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, signal, redirect: 'manual' });
    const heard = { status: response.status, text: await response.text() };
    return isRight(heard)
      ? { isFine: true, text: `${url} is reached` }
      : { isFine: false, text: `${url} answers ${heard.status}, which is not this product` };
  } catch {
    return { isFine: false, text: `${url} is not reached from here` };
  }
}

function isOurRefusal({ status, text }: Heard): boolean {
  return status === 400 && text.includes('The notification cannot be');
}

function isAlive({ status, text }: Heard): boolean {
  return status === 200 && text.includes('"alive"');
}

function cabinet(entries: readonly CabinetEntry[]): readonly string[] {
  if (entries.length === 0) return ['  nothing to enter in a cabinet'];
  return [
    '  enter in the cabinet:',
    ...entries.map(({ field, value }) => `    ${field}: ${value}`),
  ];
}

function lackOf(missing: readonly string[]): string {
  return `not offered: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set`;
}

function mark({ isFine, text }: Finding): string {
  return `${isFine ? '✓' : '✗'} ${text}`;
}
