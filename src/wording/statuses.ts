import type { Access } from '../access/state.ts';
import { asksCustomer } from '../access/state.ts';

/** Where a request stands, in a few words that a customer knows. */

/** One word for where it stands. */
export function statusWord(state: Access): string {
  switch (state.phase) {
    case 'pending':
    case 'unclaimed':
    case 'unconfirmed':
    case 'approved':
      return 'Pending';
    case 'active':
      return 'In progress';
    case 'ended':
      return (state.closeout?.next ?? null) === null ? 'Ended, summary to follow' : 'Not fixed yet';
    case 'closed':
      return state.closeout.fixed === 'yes' ? 'Resolved' : 'Closed';
    case 'denied':
      return 'Declined';
    case 'cancelled':
      return 'Cancelled';
    case 'lapsed':
      return 'Lapsed';
  }
}

/** Where a request stands, in a word or three: as in Slack, and before the start a little more. */
export function statusWords(state: Access): string {
  switch (state.phase) {
    case 'pending':
      return asksCustomer(state) ? 'Waits for your consent' : 'Waits for approval';
    case 'unconfirmed':
      return 'Emergency, not started';
    case 'approved':
      return 'Approved, not started';
    case 'active':
      return asksCustomer(state) ? 'In progress; asks you for more time' : statusWord(state);
    case 'unclaimed':
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return statusWord(state);
  }
}
