// Made from the routes by `npm run clients:generate`; a change here is overwritten.
export interface paths {
    "/users/{userId}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a person has and may spend
         * @description Scope: balance:read.
         */
        get: operations["getBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/can-spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a spend would succeed
         * @description The decision of the spend itself, without its effect. Scope: balance:read.
         */
        get: operations["canSpend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/spend/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a spend would do
         * @description The decision of the spend and the lots it would burn. It moves nothing and needs no Idempotency-Key. Scope: balance:read or spend:write.
         */
        post: operations["previewSpend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Spend tokens of a person
         * @description Answers when the tokens have moved. A repeat with the same key moves nothing. Scope: spend:write.
         */
        post: operations["spendTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/spends/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Many spends at once, each by itself
         * @description Every item has its own idempotency_key and its own outcome; one that is refused changes nothing for the others. An item and the same spend alone are one request. Scope: spend:write.
         */
        post: operations["spendBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/charges/{chargeId}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give tokens of a charge back, as a whole or in part
         * @description They go back to the lots they came from with their expiry; a debt is repaid first. Only the client that charged may do it. Scope: spend:write.
         */
        post: operations["refundSpend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reserve tokens for a job
         * @description The checks of a spend. The tokens lie reserved until the hold is captured or released, or until its lease ends without a word: then it is settled by `on_expiry`, once. Scope: hold:write.
         */
        post: operations["placeHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{holdId}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the job goes on, and what it has cost so far
         * @description The lease is extended from now on. The reported total never decreases. Scope: hold:write.
         */
        post: operations["heartbeatHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{holdId}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Charge what the job cost and release the rest
         * @description Everything held when no amount is given. More than held only with `post_paid`: it takes other tokens, then debt down to the floor. Never refused because of what became of the user meanwhile. Scope: hold:write.
         */
        post: operations["captureHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{holdId}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give the tokens back
         * @description They return to the same lots with their expiry. Scope: hold:write.
         */
        post: operations["releaseHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{holdId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A hold, while it lasts and ever after
         * @description Scope: hold:write or history:read.
         */
        get: operations["getHold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/track-costs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report what jobs have cost, one event or up to 1,000
         * @description Every event is named by its source and event_id and needs no Idempotency-Key: a repeat changes nothing and is answered from the books, another body under the same name is refused. Totals are those of the job so far: the highest counts. Delivered work is charged whatever the balance, down to the overdraft limit. Scope: track:write.
         */
        post: operations["reportTrackCosts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/tracks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Charged work by track, model, day, user or client
         * @description A client sees what it charged itself; a key with the scope `analytics:all` sees everything. Spans are half-open, by the business time of the charge; what was given back later is taken off where it was charged. Live, without a cache. `spent` of the totals equals the ledger's spend transfers for the same filter. Scope: analytics:read or analytics:all.
         */
        get: operations["analyseTracks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reported costs by step
         * @description A client sees what it charged itself; a key with the scope `analytics:all` sees everything. Spans are half-open, by the business time of the charge; what was given back later is taken off where it was charged. Live, without a cache. The rows' `cost` sums to `requested` of the totals: what no step was named for is a row without a node. Scope: analytics:read or analytics:all.
         */
        get: operations["analyseNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Movements of a wallet, the newest first
         * @description Scope: history:read.
         */
        get: operations["listTransfers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/charges/{chargeId}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why a charge is what it is
         * @description Computes it again from what was reported to the entries it left. What does not add up is shown to the operators. Scope: history:read.
         */
        get: operations["explainCharge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A person’s own limits and what is used of them
         * @description Days and months are those of the person’s time zone. Scope: balance:read or limits:write.
         */
        get: operations["getUserLimits"];
        /**
         * Set a person’s own limits
         * @description Replaces both. A limit that begins now counts what was spent in its window before. Scope: limits:write.
         */
        put: operations["setUserLimits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The limits of the calling client and of its key
         * @description Days and months are those of UTC. Scope: balance:read or limits:write.
         */
        get: operations["getCallerLimits"];
        /**
         * Set the limits of the calling client and of its key
         * @description Scope: limits:write.
         */
        put: operations["setCallerLimits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}/checkouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open an order to pay
         * @description The price is frozen and the invoice opened. A repeat with the same key gives the same invoice. Scope: checkout:write.
         */
        post: operations["openCheckout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{paymentId}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A payment and all that went back of it
         * @description Scope: refund:read or refund:write.
         */
        get: operations["listRefunds"];
        put?: never;
        /**
         * Give a payment back, as a whole or in part
         * @description Above the limit the money moves only after the consent of other operators. Scope: refund:write.
         */
        post: operations["refundPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        SpendQuestion: {
            /**
             * @description Tokens: decimal text, or a JSON number without an exponent; at most six places.
             * @example 9.84
             */
            amount: string | number;
        };
        SpendBatch: {
            items: components["schemas"]["SpendItem"][];
        };
        SpendItem: {
            user_id: string | number;
            /**
             * @description Tokens: decimal text, or a JSON number without an exponent; at most six places.
             * @example 9.84
             */
            amount: string | number;
            description: string;
            track?: string;
            /** @description Kept with the charge; at most 8 kB of JSON. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description The Idempotency-Key of this item */
            idempotency_key: string;
        };
        /**
         * @description The bare report, `{"type":"track_cost", …}` or `{"type":"bot_output","output_type":"track_cost", …}`, the report flat beside the type or under `data` or `payload`; or `{"events":[…]}` of them.
         * @example {
         *       "event_id": "0197a3c1",
         *       "source": "runner-1",
         *       "user_id": 7000000001,
         *       "track": "presentation",
         *       "task_ref": "task-4711",
         *       "total_cost": "0.05",
         *       "currency": "RUB",
         *       "node_costs": {
         *         "outline": "0.02",
         *         "slides": "0.03"
         *       },
         *       "final": true
         *     }
         */
        TrackReport: ({
            events?: unknown[];
        } & {
            [key: string]: unknown;
        }) | {
            /** @description Unique within the source */
            event_id: string;
            /** @description Who reports, such as the name of a runner */
            source: string;
            user_id: number;
            /** @description The kind of job */
            track: string;
            /** @description The job; the event is a job of its own without it */
            task_ref?: string;
            /**
             * Format: uuid
             * @description The hold that the job settles
             */
            hold_id?: string;
            model?: string;
            /** @description What the job has cost so far */
            total_cost: string | number;
            /** @default RUB */
            currency?: string;
            api_calls?: number;
            free_requests?: number;
            prompt_tokens?: number;
            completion_tokens?: number;
            total_tokens?: number;
            node_costs?: {
                [key: string]: string | number;
            };
            /** Format: date-time */
            occurred_at?: string;
            /**
             * @description False for a report of a running job
             * @default true
             */
            final?: boolean;
        } | {
            events: {
                /** @description Unique within the source */
                event_id: string;
                /** @description Who reports, such as the name of a runner */
                source: string;
                user_id: number;
                /** @description The kind of job */
                track: string;
                /** @description The job; the event is a job of its own without it */
                task_ref?: string;
                /**
                 * Format: uuid
                 * @description The hold that the job settles
                 */
                hold_id?: string;
                model?: string;
                /** @description What the job has cost so far */
                total_cost: string | number;
                /** @default RUB */
                currency?: string;
                api_calls?: number;
                free_requests?: number;
                prompt_tokens?: number;
                completion_tokens?: number;
                total_tokens?: number;
                node_costs?: {
                    [key: string]: string | number;
                };
                /** Format: date-time */
                occurred_at?: string;
                /**
                 * @description False for a report of a running job
                 * @default true
                 */
                final?: boolean;
            }[];
        };
        /** @description Tokens a day and a month; null or absent for no limit */
        LimitWish: {
            day?: (string | number) | null;
            month?: (string | number) | null;
        };
        /** @description What is absent stays as it is */
        CallerLimitWish: {
            client?: components["schemas"]["LimitWish"];
            key?: components["schemas"]["LimitWish"];
        };
        CheckoutWish: components["schemas"]["TopupWish"] | components["schemas"]["TariffWish"];
        /** @description Tokens for an amount of money */
        TopupWish: {
            amount_minor: number;
            /** @default RUB */
            currency?: string;
            /** @description How to pay; the first that takes the currency when absent */
            provider?: string;
        };
        /** @description A pack or a subscription of the catalogue */
        TariffWish: {
            tariff_slug: string;
            /** @description The first the tariff has a price in when absent */
            currency?: string;
            /** @description How to pay; the first that takes the currency when absent */
            provider?: string;
        };
        Balance: {
            user_id: number;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            balance: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            balance_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            held: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            held_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            available: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            available_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            debt: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            debt_utok: string;
            lots_expiring: components["schemas"]["ExpiringLot"][];
            subscription: components["schemas"]["SubscriptionState"] | null;
            /** @description Whether a spend of the least amount would succeed */
            can_spend: boolean;
            /** @description What a spend would be refused with; null when it would succeed */
            reason_code: ("user_blocked" | "money_frozen" | "subscription_required" | "invalid_amount" | "spend_limit_reached" | "insufficient_balance") | null;
        };
        ExpiringLot: {
            /** Format: uuid */
            lot_id: string;
            origin: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            held: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            held_utok: string;
            /** Format: date-time */
            expires_at: string;
        };
        SubscriptionState: {
            state: string;
            /** @enum {string} */
            access: "full" | "restricted" | "none";
            /** Format: date-time */
            period_end: string;
        };
        /** @description RFC 9457 */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            /** @enum {string} */
            code: "validation_error" | "invalid_amount" | "idempotency_key_required" | "unauthorized" | "forbidden_scope" | "user_blocked" | "money_frozen" | "subscription_required" | "user_not_found" | "hold_not_found" | "not_found" | "method_not_allowed" | "insufficient_balance" | "spend_limit_reached" | "request_in_progress" | "hold_closed" | "hold_expired" | "conflict" | "idempotency_mismatch" | "rate_limited" | "unavailable";
            request_id: string;
            /** @description For people, in the language they asked for */
            user_message: string;
        } & {
            [key: string]: unknown;
        };
        SpendProspect: {
            can_spend: boolean;
            /** @description What a spend would be refused with; null when it would succeed */
            reason_code: ("user_blocked" | "money_frozen" | "subscription_required" | "invalid_amount" | "spend_limit_reached" | "insufficient_balance") | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            available: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            available_utok: string;
            /** @description The limit that the spend would pass */
            limit: components["schemas"]["ReachedLimit"] | null;
        };
        ReachedLimit: {
            /** @enum {string} */
            scope: "user" | "key" | "client";
            /** @enum {string} */
            window: "day" | "month";
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            limit: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            limit_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            used: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            used_utok: string;
            /** Format: date-time */
            resets_at: string;
        };
        SpendPreview: {
            can_spend: boolean;
            /** @description What a spend would be refused with; null when it would succeed */
            reason_code: ("user_blocked" | "money_frozen" | "subscription_required" | "invalid_amount" | "spend_limit_reached" | "insufficient_balance") | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            available: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            available_utok: string;
            /** @description The limit that the spend would pass */
            limit: components["schemas"]["ReachedLimit"] | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            balance_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            balance_after_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            available_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            available_after_utok: string;
            /** @description What it would burn of which lot, in this order; empty when it would be refused */
            lots: {
                /** Format: uuid */
                lot_id: string;
                /**
                 * @description Tokens as decimal text
                 * @example 9.84
                 */
                amount: string;
                /**
                 * @description Micro-tokens (10⁻⁶ token), an integer as text
                 * @example 9840000
                 */
                amount_utok: string;
            }[];
        };
        /** @description A charge with what it left and the lots it burned */
        Spend: {
            /** Format: uuid */
            spend_id: string;
            transfer_id: string | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            balance_before: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            balance_before_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            balance_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            balance_after_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            available_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            available_after_utok: string;
            lots: components["schemas"]["SpentLot"][];
        };
        SpentLot: {
            /** Format: uuid */
            lot_id: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
        };
        SpendBatchResult: {
            results: components["schemas"]["SpendItemResult"][];
        };
        /** @description Either a body or a problem */
        SpendItemResult: {
            idempotency_key: string;
            status: number;
            replayed: boolean;
            body: components["schemas"]["Spend"] | null;
            problem: ({
                type: string;
                title: string;
                status: number;
                /** @enum {string} */
                code: "validation_error" | "invalid_amount" | "idempotency_key_required" | "unauthorized" | "forbidden_scope" | "user_blocked" | "money_frozen" | "subscription_required" | "user_not_found" | "hold_not_found" | "not_found" | "method_not_allowed" | "insufficient_balance" | "spend_limit_reached" | "request_in_progress" | "hold_closed" | "hold_expired" | "conflict" | "idempotency_mismatch" | "rate_limited" | "unavailable";
                detail: string;
            } & {
                [key: string]: unknown;
            }) | null;
        };
        /** @description `returned` came back to the wallet, `lapsed` to lots whose time was over, `waived` off what was never collected; `left` can still go back. */
        SpendRefund: {
            /** Format: uuid */
            spend_id: string;
            transfer_id: string | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            returned: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            returned_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            lapsed: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            lapsed_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            waived: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            waived_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            left: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            left_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            balance_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            balance_after_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            available_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            available_after_utok: string;
            lots: {
                /** Format: uuid */
                lot_id: string;
                /**
                 * @description Tokens as decimal text
                 * @example 9.84
                 */
                amount: string;
                /**
                 * @description Micro-tokens (10⁻⁶ token), an integer as text
                 * @example 9840000
                 */
                amount_utok: string;
            }[];
        };
        Hold: {
            /** Format: uuid */
            hold_id: string;
            user_id: number;
            /** @enum {string} */
            state: "active" | "captured" | "released" | "expired";
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            reported: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            reported_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            captured: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            captured_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            released: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            released_utok: string;
            /** Format: date-time */
            lease_until: string;
            /** @enum {string} */
            on_expiry: "capture_reported" | "capture_estimate" | "release";
            track: string | null;
            description: string | null;
            /** Format: date-time */
            created_at: string;
            ended_by: ("capture" | "release" | "expiry" | "track" | "cancel" | "operator") | null;
            ended_at: string | null;
            charge: components["schemas"]["HoldCharge"] | null;
        };
        /** @description What the settlement took; absent when all was released */
        HoldCharge: {
            /** Format: uuid */
            charge_id: string;
            transfer_id: string | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            requested: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            requested_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            uncollected: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            uncollected_utok: string;
        };
        TrackAnswer: components["schemas"]["TrackOutcome"] | components["schemas"]["TrackOutcomes"];
        TrackOutcome: {
            event_id: string;
            /**
             * @description `charged`: its job is settled. `reported`: it is in the books and moved nothing. `pending`: no rate says what it is worth yet. `late`: more than was charged, too late to charge it.
             * @enum {string}
             */
            status: "charged" | "reported" | "pending" | "late";
            replayed: boolean;
            charge_id: string | null;
            transfer_id: string | null;
            raw_cost: string;
            currency: string;
            rub_per_unit: string;
            multiplier: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            cost: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            cost_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            charged: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            charged_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            uncollected: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            uncollected_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            job_charged: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            job_charged_utok: string;
            nodes: components["schemas"]["TrackNode"][];
            nodes_overstated: boolean;
            label: ("free" | "local_model") | null;
        };
        /** @description A step and its share; together they are the cost */
        TrackNode: {
            node: string;
            raw_cost: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            cost: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            cost_utok: string;
        };
        TrackOutcomes: {
            results: (components["schemas"]["TrackOutcome"] | components["schemas"]["TrackRefusal"])[];
        };
        TrackRefusal: {
            event_id: string | null;
            /** @constant */
            status: "refused";
            problem: {
                type: string;
                title: string;
                status: number;
                /** @enum {string} */
                code: "validation_error" | "invalid_amount" | "idempotency_key_required" | "unauthorized" | "forbidden_scope" | "user_blocked" | "money_frozen" | "subscription_required" | "user_not_found" | "hold_not_found" | "not_found" | "method_not_allowed" | "insufficient_balance" | "spend_limit_reached" | "request_in_progress" | "hold_closed" | "hold_expired" | "conflict" | "idempotency_mismatch" | "rate_limited" | "unavailable";
                detail: string;
            } & {
                [key: string]: unknown;
            };
        };
        WorkReport: {
            from: string;
            to: string;
            zone: string;
            /** @enum {string} */
            group: "track" | "model" | "day" | "user" | "client";
            totals: components["schemas"]["WorkFigures"];
            rows: components["schemas"]["WorkRow"][];
            next_cursor: string | null;
        };
        WorkFigures: {
            /** @description Charges, also those of nothing */
            count: number;
            /** @description Charges with a report of their cost */
            reported_count: number;
            /** @description Reported, free because requests were free */
            free_count: number;
            /** @description Reported, free because a local model did it */
            local_count: number;
            /** @description free_count + local_count of reported_count */
            free_share: string;
            /** @description As reported, by currency */
            raw_cost: {
                [key: string]: string;
            };
            /**
             * @description Rubles, exact decimal text
             * @example 12.00005
             */
            raw_cost_rub: string;
            /**
             * @description spent, a token for a ruble, less raw_cost_rub
             * @example 12.00005
             */
            margin_rub: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            requested: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            requested_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            charged: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            charged_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            uncollected: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            uncollected_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            waived: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            waived_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            reversed: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            reversed_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            spent: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            spent_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            average: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            average_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            p50: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            p50_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            p95: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            p95_utok: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            prompt_tokens: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            completion_tokens: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            total_tokens: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            api_calls: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            free_requests: string;
        };
        WorkRow: {
            /** @description Charges, also those of nothing */
            count: number;
            /** @description Charges with a report of their cost */
            reported_count: number;
            /** @description Reported, free because requests were free */
            free_count: number;
            /** @description Reported, free because a local model did it */
            local_count: number;
            /** @description free_count + local_count of reported_count */
            free_share: string;
            /** @description As reported, by currency */
            raw_cost: {
                [key: string]: string;
            };
            /**
             * @description Rubles, exact decimal text
             * @example 12.00005
             */
            raw_cost_rub: string;
            /**
             * @description spent, a token for a ruble, less raw_cost_rub
             * @example 12.00005
             */
            margin_rub: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            requested: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            requested_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            charged: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            charged_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            uncollected: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            uncollected_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            waived: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            waived_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            reversed: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            reversed_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            spent: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            spent_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            average: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            average_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            p50: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            p50_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            p95: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            p95_utok: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            prompt_tokens: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            completion_tokens: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            total_tokens: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            api_calls: string;
            /**
             * @description An integer as text
             * @example 1200
             */
            free_requests: string;
            key: string | null;
            name: string | null;
        };
        NodeReport: {
            from: string;
            to: string;
            zone: string;
            /** @enum {string} */
            group: "node" | "track_node";
            totals: components["schemas"]["WorkFigures"];
            rows: components["schemas"]["NodeRow"][];
            next_cursor: string | null;
        };
        NodeRow: {
            node: string | null;
            track: string | null;
            count: number;
            /**
             * @description Rubles, exact decimal text
             * @example 12.00005
             */
            raw_cost_rub: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            cost: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            cost_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            average: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            average_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            p50: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            p50_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            p95: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            p95_utok: string;
        };
        TransferPage: {
            transfers: components["schemas"]["Transfer"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description One line of a wallet; a negative amount left it */
        Transfer: {
            /** Format: uuid */
            transfer_id: string;
            kind: string;
            label: {
                ru: string;
                en: string;
            };
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            amount: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            amount_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            balance_after: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            balance_after_utok: string;
            charge_id: string | null;
            /** @description What a charge was for */
            description: string | null;
            track: string | null;
            /** Format: date-time */
            at: string;
        };
        /** @description A charge computed again from event to entries */
        Explanation: {
            /** Format: uuid */
            charge_id: string;
            user_id: number;
            kind: string;
            description: string;
            track: string | null;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            requested: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            requested_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            charged: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            charged_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            uncollected: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            uncollected_utok: string;
            /** Format: date-time */
            at: string;
            transfer_id: string | null;
            balance_before: string | null;
            balance_before_utok: string | null;
            balance_after: string | null;
            balance_after_utok: string | null;
            events: components["schemas"]["CostReport"][];
            lots: {
                /** Format: uuid */
                lot_id: string;
                origin: string;
                /**
                 * @description Tokens as decimal text
                 * @example 9.84
                 */
                amount: string;
                /**
                 * @description Micro-tokens (10⁻⁶ token), an integer as text
                 * @example 9840000
                 */
                amount_utok: string;
                expires_at: string | null;
            }[];
            entries: {
                account: string;
                asset: string;
                /**
                 * @description Micro-tokens (10⁻⁶ token), an integer as text
                 * @example 9840000
                 */
                amount_units: string;
            }[];
            reversed_by: string[];
            checks: {
                name: string;
                holds: boolean;
            }[];
            /** @description False when something does not add up; operators know */
            is_sound: boolean;
        };
        CostReport: {
            event_id: string;
            source: string;
            raw_cost: string;
            currency: string;
            multiplier: string;
            rounding: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            cost: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            cost_utok: string;
            /** Format: date-time */
            occurred_at: string;
            final: boolean;
        };
        UserLimits: {
            user_id: number;
            day: components["schemas"]["Limit"] | null;
            month: components["schemas"]["Limit"] | null;
        };
        Limit: {
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            limit: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            limit_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            used: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            used_utok: string;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            left: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            left_utok: string;
            /** Format: date-time */
            resets_at: string;
        };
        CallerLimits: {
            client: components["schemas"]["Limits"];
            key: components["schemas"]["Limits"];
        };
        Limits: {
            day: components["schemas"]["Limit"] | null;
            month: components["schemas"]["Limit"] | null;
        };
        Checkout: {
            /** Format: uuid */
            invoice_id: string;
            invoice_no: number;
            state: string;
            provider: string;
            /** @description Null where one pays inside Telegram */
            payment_url: string | null;
            amount_minor: number;
            currency: string;
            exponent: number;
            /**
             * @description Tokens as decimal text
             * @example 9.84
             */
            tokens: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            tokens_utok: string;
            /** Format: date-time */
            expires_at: string;
        };
        PaymentRefunds: {
            /** Format: uuid */
            payment_id: string;
            provider: string;
            state: string;
            user_id: number | null;
            invoice_no: number | null;
            amount_minor: number;
            currency: string;
            exponent: number;
            refunds: components["schemas"]["Refund"][];
        };
        Refund: {
            /** Format: uuid */
            refund_id: string;
            workflow_id: string;
            /** @enum {string} */
            state: "proposed" | "frozen" | "sent" | "unknown" | "done" | "refused";
            amount_minor: number;
            /** @enum {string} */
            policy: "unspent_only" | "full_with_debt" | "goodwill";
            reason: string;
            /** Format: date-time */
            created_at: string;
            plan: components["schemas"]["RefundPlan"] | null;
        };
        RefundPlan: {
            currency: string;
            paid_minor: number;
            refunded_minor: number;
            refund_minor: number;
            provider_fee_minor: number;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            bought_utok: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            spent_utok: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            taken_utok: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            bonus_utok: string;
            /**
             * @description Micro-tokens (10⁻⁶ token), an integer as text
             * @example 9840000
             */
            debt_utok: string;
            is_full: boolean;
        };
        OpenedRefund: {
            /** Format: uuid */
            refund_id: string;
            workflow_id: string;
            /** @enum {string} */
            state: "proposed" | "frozen" | "sent" | "unknown" | "done" | "refused";
            amount_minor: number;
            /** @enum {string} */
            policy: "unspent_only" | "full_with_debt" | "goodwill";
            reason: string;
            /** Format: date-time */
            created_at: string;
            plan: components["schemas"]["RefundPlan"] | null;
            approvals_required: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getBalance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance at this moment */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Balance"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    canSpend: {
        parameters: {
            query: {
                /** @description Tokens: decimal text, or a JSON number without an exponent; at most six places. */
                amount: string | number;
            };
            header?: never;
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the spend would be answered */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendProspect"];
                };
            };
            /** @description validation_error, invalid_amount */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewSpend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpendQuestion"];
            };
        };
        responses: {
            /** @description What the spend would do now */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendPreview"];
                };
            };
            /** @description validation_error, invalid_amount */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    spendTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Tokens: decimal text, or a JSON number without an exponent; at most six places.
                     * @example 9.84
                     */
                    amount: string | number;
                    description: string;
                    track?: string;
                    /** @description Kept with the charge; at most 8 kB of JSON. */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The tokens have moved */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Spend"];
                };
            };
            /** @description validation_error, idempotency_key_required, invalid_amount */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope, user_blocked, money_frozen, subscription_required */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, insufficient_balance, spend_limit_reached */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    spendBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpendBatch"];
            };
        };
        responses: {
            /** @description The outcome of every item, in the order of the items */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendBatchResult"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refundSpend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description `spend_id` of a spend */
                chargeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description All that is left when absent
                     * @example 9.84
                     */
                    amount?: string | number;
                    reason: string;
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The tokens are back */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendRefund"];
                };
            };
            /** @description validation_error, idempotency_key_required, invalid_amount */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, conflict */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    placeHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Tokens: decimal text, or a JSON number without an exponent; at most six places.
                     * @example 9.84
                     */
                    amount: string | number;
                    lease_seconds: number;
                    /** @enum {string} */
                    on_expiry?: "capture_reported" | "capture_estimate" | "release";
                    track?: string;
                    description?: string;
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The tokens are reserved */
            201: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description validation_error, idempotency_key_required */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope, user_blocked, money_frozen, subscription_required */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, spend_limit_reached, insufficient_balance */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeatHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                holdId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Tokens: decimal text, or a JSON number without an exponent; at most six places.
                     * @example 9.84
                     */
                    reported_total?: string | number;
                    extend_seconds?: number;
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The hold as it stands */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description validation_error, idempotency_key_required */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description hold_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, hold_expired, hold_closed */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    captureHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                holdId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Tokens: decimal text, or a JSON number without an exponent; at most six places.
                     * @example 9.84
                     */
                    amount?: string | number;
                    post_paid?: boolean;
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The hold as it stands */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description validation_error, idempotency_key_required */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description hold_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, hold_closed */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                holdId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The hold as it stands */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description validation_error, idempotency_key_required */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description hold_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, hold_closed */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                holdId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hold as it stands */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description hold_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportTrackCosts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrackReport"];
            };
        };
        responses: {
            /** @description What became of every event */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrackAnswer"];
                };
            };
            /** @description validation_error, invalid_amount */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found, hold_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    analyseTracks: {
        parameters: {
            query?: {
                /** @description An instant (ISO 8601), or a day of the zone, which means its midnight */
                from?: string;
                /** @description An instant (ISO 8601), or a day of the zone, which means its midnight */
                to?: string;
                /** @description IANA zone whose midnights part the days */
                zone?: string;
                track?: string;
                user_id?: string;
                /** @description Needs the scope analytics:all unless it is your own */
                client_id?: string;
                cursor?: string;
                limit?: number;
                group?: "track" | "model" | "day" | "user" | "client";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Totals and one page of groups */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkReport"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    analyseNodes: {
        parameters: {
            query?: {
                /** @description An instant (ISO 8601), or a day of the zone, which means its midnight */
                from?: string;
                /** @description An instant (ISO 8601), or a day of the zone, which means its midnight */
                to?: string;
                /** @description IANA zone whose midnights part the days */
                zone?: string;
                track?: string;
                user_id?: string;
                /** @description Needs the scope analytics:all unless it is your own */
                client_id?: string;
                cursor?: string;
                limit?: number;
                group?: "node" | "track_node";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Totals and one page of steps */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeReport"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTransfers: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferPage"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainCharge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `spend_id` of a spend */
                chargeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole story */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUserLimits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limits at this moment */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserLimits"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setUserLimits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitWish"];
            };
        };
        responses: {
            /** @description The limits are in force */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserLimits"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallerLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limits at this moment */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallerLimits"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setCallerLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallerLimitWish"];
            };
        };
        responses: {
            /** @description The limits are in force */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallerLimits"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openCheckout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Telegram user id */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckoutWish"];
            };
        };
        responses: {
            /** @description The order with its link */
            201: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description validation_error, idempotency_key_required */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description user_not_found, not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, conflict */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRefunds: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Our id of the payment */
                paymentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment with its refunds */
            200: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentRefunds"];
                };
            };
            /** @description validation_error */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refundPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Our id of the payment */
                paymentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    amount_minor?: number;
                    /** @enum {string} */
                    policy?: "unspent_only" | "full_with_debt" | "goodwill";
                    /** @description Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed. */
                    idempotency_key?: string;
                };
            };
        };
        responses: {
            /** @description The refund with every figure of its plan */
            201: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Present when this request had its effect before */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedRefund"];
                };
            };
            /** @description validation_error, idempotency_key_required */
            400: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description forbidden_scope */
            403: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_in_progress, conflict */
            409: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_mismatch */
            422: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    /** @description The limits that hold: `q` calls within `w` seconds */
                    "RateLimit-Policy"?: string;
                    /** @description What is left: `r` calls, for `t` seconds */
                    RateLimit?: string;
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    /** @description Whole seconds to wait, at least one */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
