/** One shop at Robokassa. */
export interface RobokassaSettings {
  readonly merchantLogin: string;
  readonly password1: string;
  readonly password2: string;
  /** Signs refunds; without it there are none. */
  readonly password3: string | undefined;
  /** One of ROBOKASSA_HASHES, as chosen in the cabinet. */
  readonly hash: string;
  /** The shop's test passwords are in use: nobody pays, and only notifications tell what happened. */
  readonly isTest: boolean;
  /** Sends the receipt of 54-FZ with each order in rubles. */
  readonly isReceiptEnabled: boolean;
  /** Robokassa has agreed to charge saved cards of this shop; false when absent. */
  readonly isRecurringEnabled?: boolean;
  /** How the token of a refund is sent: as it is, or as a JSON string; as it is when absent. */
  readonly refundBody?: 'jwt' | 'json';
  /** Payment page and status, without a slash at the end. */
  readonly baseUrl: string;
  /** Refunds, without a slash at the end. */
  readonly servicesUrl: string;
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
}

export const TIMEOUT_MS = 10_000;

/** What Robokassa settles in. It converts other currencies at the rate of the day, so no sum of theirs could be compared. */
export const CURRENCY = 'RUB';
