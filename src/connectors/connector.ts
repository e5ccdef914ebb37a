/** What carries access from the ledger into a product, and back out. Nothing here knows of Slack, or of who may ask. */

/** One access: what one session gives one person in one tenant. The facts are those that were approved. */
export interface Access {
  /** Chosen by us, once: the same id twice has one effect. */
  readonly id: string;
  /** The session's number for people, `TSA-42`. */
  readonly session: string;
  readonly tenant: { readonly id: string; readonly name: string; readonly environment: string };
  readonly scope: { readonly id: string; readonly name: string };
  readonly grantee: { readonly slackId: string; readonly email: string | null; readonly name: string };
  readonly allowedActions: string;
  readonly offLimits: string;
  readonly reason: string;
  readonly caseRef: string;
  /** Milliseconds since 1970, half-open: from `notBefore` on, and no more at `notAfter`. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What became of a call. Only `confirmed` says that something is so. */
export type Outcome =
  /**
   * The product says that it is done. `handle`: by what the product knows this access, to be given back with the next
   * call about it; `null`: by our id.
   */
  | { readonly kind: 'confirmed'; readonly receipt: string; readonly handle: string | null }
  /** The product will not, and nothing was done; why, in its words. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nothing was done, for now. After that many milliseconds, if the product said so. */
  | { readonly kind: 'try_again'; readonly afterMs: number | null; readonly why: string }
  /** It may have been done, or not. Only another answer will tell. */
  | { readonly kind: 'unknown'; readonly why: string };

export type NotConfirmed = Exclude<Outcome, { kind: 'confirmed' }>;

/** One access that a product says is open. What it does not know is `null`. */
export interface Held {
  readonly accessId: string | null;
  readonly handle: string | null;
  readonly tenantId: string | null;
  readonly scopeId: string | null;
  /** Who has it, in the product's words. */
  readonly grantee: { readonly slackId: string | null; readonly email: string | null; readonly name: string };
  readonly notAfter: number | null;
}

/** All that is open in the product, or why it cannot be told. Half a list is none. */
export type Listing = { readonly kind: 'listed'; readonly held: readonly Held[] } | NotConfirmed;

/** What an access that is to be closed, or made longer, is known by. */
export interface Known {
  /** What the product answered when it was opened; `null`: it never did, or knows our id. */
  readonly handle: string | null;
}

/** The way into one product. Each call tries once, and never throws for what the other side does. */
export interface Connector {
  /** Its name in the policy. */
  readonly name: string;
  readonly kind: string;
  /** Does the product end the access at `notAfter` by itself, with us dead? */
  readonly holdsTheEnd: boolean;
  /** Calls of one lane must not overlap: the later one would be overtaken. */
  lane(access: Access): string;
  open(access: Access): Promise<Outcome>;
  /** The new end is `access.notAfter`. Never a removal followed by an addition. */
  extend(access: Access, known: Known): Promise<Outcome>;
  /**
   * `neededBy`: ids of other accesses of this person in this lane whose sessions are not over. A product that knows no
   * ids keeps the person in for them.
   */
  close(access: Access, known: Known & { readonly neededBy: readonly string[] }): Promise<Outcome>;
  list(): Promise<Listing>;
  /** Closes what was found in a list and no session explains. */
  remove(held: Held): Promise<Outcome>;
}
