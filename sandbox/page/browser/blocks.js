// Block Kit as DOM, for messages. The renderers on npm draw blocks to look at, with React and without inputs,
// typeaheads or confirmations; these few lines do what people press here.
import { element, renderText } from './mrkdwn.js';

/** Draws blocks; `press(blockId, actionId)` is called for a button, after its confirmation. */
export function renderBlocks(blocks, press, choose) {
  return blocks.flatMap((block) => {
    switch (block.type) {
      case 'section':
        return [section(block, press)];
      case 'context':
        return [
          element(
            'div',
            block.elements.map((e) => element('span', renderText(e))),
            'context',
          ),
        ];
      case 'header':
        return [element('h3', renderText(block.text))];
      case 'divider':
        return [element('hr')];
      case 'alert':
        return [element('div', renderText(block.text), 'alert')];
      case 'actions':
        return [
          element(
            'div',
            block.elements.map((e) => button(block, e, press)),
            'actions',
          ),
        ];
      default:
        return [];
    }
  });
}

function section(block, press) {
  const parts = block.text === undefined ? [] : [element('div', renderText(block.text))];
  if (block.fields !== undefined)
    parts.push(
      element(
        'div',
        block.fields.map((f) => element('div', renderText(f))),
        'fields',
      ),
    );
  if (block.accessory?.type === 'button') parts.push(button(block, block.accessory, press));
  return element('div', parts, 'section');
}

function list(block, part, choose) {
  const node = document.createElement('select');
  node.setAttribute('aria-label', part.placeholder?.text ?? 'Show');
  for (const option of part.options ?? []) {
    const item = element('option', renderText(option.text));
    item.value = option.value;
    item.selected = option.value === part.initial_option?.value;
    node.append(item);
  }
  node.addEventListener('change', () => {
    const option = part.options.find((o) => o.value === node.value);
    choose?.(block.block_id, part.action_id, {
      type: 'static_select',
      selected_option: { text: option.text, value: option.value },
    });
  });
  return node;
}

function button(block, part, press) {
  const node = element('button', renderText(part.text), part.style ?? '');
  node.type = 'button';
  if (part.accessibility_label !== undefined) node.setAttribute('aria-label', part.accessibility_label);
  node.addEventListener('click', async () => {
    if (part.confirm !== undefined && !(await confirmed(part.confirm))) return;
    node.disabled = true;
    await press(block.block_id, part.action_id);
    node.disabled = false;
  });
  return node;
}

/** Slack's "are you sure". */
function confirmed(question) {
  const dialog = document.querySelector('#confirm');
  const title = element('h2', renderText(question.title));
  title.id = 'confirm-title';
  const yes = element('button', renderText(question.confirm), 'primary');
  const no = element('button', renderText(question.deny));
  yes.value = 'yes';
  no.value = 'no';
  const form = element('form', [
    title,
    element('div', renderText(question.text)),
    element('div', [no, yes], 'actions end'),
  ]);
  form.method = 'dialog';
  dialog.replaceChildren(form);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
