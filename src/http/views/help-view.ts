import { html } from 'hono/html';
import { lasting } from '../../wording/durations.ts';
import type { Html } from './frame.ts';
import { alert, button, codeField, textField } from './frame.ts';
import type { Typed } from './request-view.ts';
import { wrongIn } from './request-view.ts';
import type { TenantFacts } from './tenant-view.ts';
import { placeOf } from '../../wording/names.ts';

/** The form in which a customer asks for help. */

export interface HelpTyped extends Typed {
  readonly tried: string;
  readonly expected: string;
  readonly urgency: 'low' | 'normal' | 'high';
}

const URGENCIES = [
  ['low', 'Low: it can wait'],
  ['normal', 'Normal: it is in the way'],
  ['high', 'High: work is standing still'],
] as const;

/** Asking for help, and in one sentence what sending it means. */
export function askPage({ tenant, at }: TenantFacts, typed: HelpTyped, formId: string, goodMs: number): Html {
  return html`${alert(typed.problem, wrongIn(typed))}
    <p><a href="${at}">Back to ${placeOf(tenant)}</a></p>
    <h1>Ask for help in ${placeOf(tenant)}</h1>
    <p>
      By sending this you allow our support to enter this tenant for this issue, for at most ${hours(goodMs)}
      from now. You are told when somebody does, and can cancel it before and stop it at any time.
    </p>
    <form method="post" action="${at}/ask">
      <input type="hidden" name="form" value="${formId}" />
      ${textField('reason', 'What is wrong?', {
        value: typed.reason,
        problem: typed.reasonProblem,
        hint: 'What fails, where, since when, for whom.',
        required: true,
      })}
      ${textField('tried', 'What have you tried already?', { value: typed.tried, problem: null, hint: '', required: false })}
      ${textField('expected', 'What do you expect to happen?', {
        value: typed.expected,
        problem: null,
        hint: '',
        required: false,
      })}
      <fieldset>
        <legend>How urgent is it?</legend>
        ${URGENCIES.map(
          ([value, label]) =>
            html`<label class="choice"
              ><input
                type="radio"
                name="urgency"
                value="${value}"
                ${value === typed.urgency ? html`checked` : null}
              />
              ${label}</label
            >`,
        )}
      </fieldset>
      ${codeField(typed.codeProblem, typed.code)}
      <div class="buttons">${button('Ask for help', 'ask', 'go')}</div>
    </form>`;
}

/** Whole hours are said in hours. */
function hours(ms: number): string {
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS} hours` : lasting(ms);
}
const HOUR_MS = 3_600_000;
