import type { Found } from './secrets';

interface Excuse {
  readonly path: RegExp;
  /** What is excused there. */
  readonly what: RegExp;
  /** The texts that are excused; any when absent. */
  readonly found?: RegExp;
  readonly because: string;
}

/** Everything that looks like a secret and is none, each with its reason; an excuse that nothing needs is refused. */
export const EXCUSES: readonly Excuse[] = [
  {
    path: /^test\/(?:config|secret-files|tracing|http\/log|security\/secret-values)\.test\.ts$/,
    what: /address with a password|random enough|bot token/,
    because: 'invented passwords and a token of nobody, which a log or an error must not repeat',
  },
  {
    path: /^test\/(?:activities\/erasures|http\/pages|payments\/robokassa-signature)\.test\.ts$/,
    what: /private address/,
    found: /^10\.(?:0\.0\.1|1\.2\.3)$/,
    because: 'invented addresses of payers and probes, which nothing listens on',
  },
  {
    path: /^test\/payments\/(?:cloudpayments-notices|crypto-pay-signature|robokassa-links|robokassa-signature|stripe-notifications)\.test\.ts$/,
    what: /random enough/,
    found: /^(?:[\da-f]{32}|[\da-f]{64}|[A-Za-z\d/+]{43}=)$/,
    because: 'signatures of published examples, made with passwords that the same file invents',
  },
  {
    path: /^test\/payments\/support\/robokassa-xml\.ts$/,
    what: /random enough/,
    found: /^org\/2001\/XMLSchema-instance$/,
    because: 'the name of an XML namespace',
  },
  {
    path: /^test\/payments\/yookassa\.test\.ts$/,
    what: /address of a person/,
    found: /^a@b\.ru$/,
    because: 'an invented address for a receipt, as short as one may be',
  },
  {
    path: /^test\/sandbox\/telegram-strictness\.test\.ts$/,
    what: /random enough/,
    found: /^iVBORw0KGgo/,
    because: 'a picture of one pixel',
  },
  {
    path: /^src\/bot\/id22\.ts$/,
    what: /random enough/,
    found: /^0123456789ABC/,
    because: 'the alphabet of short ids, each character once',
  },
  {
    path: /^test\/replay\/histories\/.+\.json$/,
    what: /random enough/,
    found: /^[\da-f]{64}$/,
    because: 'SHA-256 digests of requests, terms and quotes in recorded workflows',
  },
  {
    path: /^test\/deploy\/image\.test\.ts$/,
    what: /random enough/,
    found: /^[\da-f]{32}$/,
    because: 'invented secrets of a configuration that production takes',
  },
  {
    path: /^deploy\/kubernetes\/base\/network\.yaml$/,
    what: /private address/,
    found: /\.0\.0$/,
    because: 'the private networks, which pods may not reach',
  },
  {
    path: /^test\/upgrades\/released\.json$/,
    what: /random enough/,
    found: /^[\da-f]{40,64}$/,
    because: 'digests of files that were released, by which a change is noticed',
  },
];

/** Why this is no secret; undefined when nobody says so. */
export function excusedBy({ path, what, found }: Found): Excuse | undefined {
  return EXCUSES.find(
    (excuse) =>
      excuse.path.test(path) && excuse.what.test(what) && (excuse.found?.test(found) ?? true),
  );
}
