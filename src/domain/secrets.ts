/** Keys that never leave the process. */
export interface Secrets {
  /** Mixed into the hashes of API keys and of the codes people carry in links. */
  readonly apiKeyPepper: string;
  /** Encrypts the keys of persons and the tokens of their saved methods. */
  readonly dataKey: string;
}
