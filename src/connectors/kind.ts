import type { Clock } from '../clock.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Connector } from './connector.ts';
import type { Caller } from './product-call.ts';

/** What a connector is given, whatever its kind. */
export interface ConnectorDeps {
  readonly call: Caller;
  readonly keyring: Keyring;
  /** Who says what our statements say: this installation's address. */
  readonly issuer: string;
  readonly clock: Clock;
}

/** A secret that a connector needs: the name of its environment variable, and what is put there. */
interface SecretWanted {
  readonly name: string;
  readonly looksRight: (value: string) => boolean;
  /** For the operator: what it is, and where it comes from. */
  readonly instead: string;
}

/** A connector as the policy describes it, before its secrets are there. */
export interface ConnectorPlan {
  readonly kind: string;
  readonly url: string;
  /** The scopes that it can give, by their ids; `null`: all of them. */
  readonly scopes: readonly string[] | null;
  readonly secrets: readonly SecretWanted[];
  /** `secret` knows the value of each name that was asked for. */
  connect(name: string, secret: (name: string) => string, deps: ConnectorDeps): Connector;
}
