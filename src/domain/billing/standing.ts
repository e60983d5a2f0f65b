/** Why a person may start nothing that moves money now. */
export type MoneyRefusal = 'user_blocked' | 'money_frozen' | 'erasing' | 'terms_not_accepted';
