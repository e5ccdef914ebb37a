// Modals: every kind of input that the app uses, errors at their field, and nothing typed ever lost.
import { renderBlocks } from './blocks.js';
import { element, renderText } from './mrkdwn.js';

const dialog = document.querySelector('#modal');
const pending = new Map();
let shown = '';
let current = null;
let act = async () => ({});
let people = [];

dialog.addEventListener('cancel', (event) => {
  event.preventDefault();
  close();
});

/** Shows the person's top modal, or none. Redraws only when the app or Slack changed it. */
export function showModal(view, everybody, perform) {
  act = perform;
  people = everybody;
  if (view === null) {
    shown = '';
    current = null;
    if (dialog.open) dialog.close();
    return;
  }
  const key = JSON.stringify([view.id, view.hash, view.errors, view.trouble]);
  current = view;
  if (key === shown) return;
  shown = key;
  const before = document.activeElement;
  const typing =
    dialog.contains(before) && 'selectionStart' in before
      ? { text: before.value, at: before.selectionStart }
      : null;
  const focused = before?.id ?? '';
  const scrolled = dialog.querySelector('.body')?.scrollTop ?? 0;
  draw(view);
  const opening = !dialog.open;
  if (opening) dialog.showModal();
  dialog.querySelector('.body').scrollTop = scrolled;
  const first = opening ? dialog.querySelector('input, select, textarea, footer button:last-child') : null;
  const target = dialog.querySelector('[aria-invalid="true"]') ?? first ?? document.getElementById(focused);
  if (!dialog.contains(target)) return;
  target.focus();
  if (typing === null || target.id !== focused || target.value === typing.text) return;
  // The app redrew the form while somebody was typing here: they go on where they were.
  target.value = typing.text;
  target.setSelectionRange(typing.at, typing.at);
  target.dispatchEvent(new Event('input'));
}

function draw(view) {
  const title = element('h2', renderText(view.form.title));
  title.id = 'modal-title';
  const body = view.form.blocks.flatMap((block) =>
    block.type === 'input'
      ? [field(view, block)]
      : renderBlocks([block], (blockId, actionId) =>
          act({ do: 'press', place: { viewId: view.id }, blockId, actionId }),
        ),
  );
  const cancel = element('button', view.form.close === undefined ? ['Close'] : renderText(view.form.close));
  cancel.type = 'button';
  cancel.addEventListener('click', close);
  const buttons = [cancel];
  if (view.form.submit !== undefined) {
    const submit = element('button', renderText(view.form.submit), 'primary');
    submit.type = 'submit';
    buttons.push(submit);
  }
  const trouble = view.trouble === null ? [] : [element('div', [view.trouble], 'alert')];
  const form = element('form', [
    element('header', [title]),
    element('div', [...trouble, ...body], 'body'),
    element('footer', buttons),
  ]);
  form.noValidate = true;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await Promise.all([...pending.values()].map((flush) => flush()));
    await act({ do: 'submit', viewId: view.id });
  });
  dialog.replaceChildren(form);
}

async function close() {
  pending.clear();
  await act({ do: 'close' });
}

function field(view, block) {
  const id = `in-${block.block_id}`;
  const label = element('label', renderText(block.label));
  // Boxes have labels of their own; this is that of them all.
  if (block.element.type === 'checkboxes') label.id = `${id}-label`;
  else label.htmlFor = id;
  if (block.optional === true) label.append(element('span', [' (optional)'], 'quiet'));
  const input = control(view, block, id);
  const error = view.errors[block.block_id];
  const notes = [];
  if (block.hint !== undefined) notes.push(note(`${id}-hint`, renderText(block.hint), 'hint-text'));
  if (error !== undefined) notes.push(note(`${id}-error`, [error], 'error'));
  const target = input.matches('input,select,textarea') ? input : input.querySelector('input');
  target.setAttribute('aria-describedby', notes.map((n) => n.id).join(' '));
  if (error !== undefined) target.setAttribute('aria-invalid', 'true');
  if (block.optional !== true) target.setAttribute('aria-required', 'true');
  return element('div', [label, input, ...notes], 'field');
}

function note(id, children, className) {
  const node = element('div', children, className);
  node.id = id;
  return node;
}

function control(view, block, id) {
  const part = block.element;
  const value = view.values[block.block_id]?.[part.action_id];
  const fill = (filled) =>
    act({ do: 'fill', viewId: view.id, blockId: block.block_id, actionId: part.action_id, value: filled });
  switch (part.type) {
    case 'plain_text_input':
      return textInput(part, value, id, fill);
    case 'static_select':
      return select(
        part.options.map((o) => [o, o.description]),
        value.selected_option?.value,
        id,
        part,
        (o) => fill({ type: 'static_select', selected_option: o }),
      );
    case 'users_select': {
      const everybody = people.map((p) => ({
        text: { type: 'plain_text', text: `${p.name} · ${p.title}` },
        value: p.id,
      }));
      return select(
        everybody.map((o) => [o]),
        value.selected_user,
        id,
        part,
        (o) => fill({ type: 'users_select', selected_user: o?.value ?? null }),
      );
    }
    case 'datetimepicker': {
      const input = document.createElement('input');
      Object.assign(input, { id, type: 'datetime-local', value: local(value.selected_date_time) });
      input.addEventListener('change', () =>
        fill({
          type: 'datetimepicker',
          selected_date_time: input.value === '' ? null : Math.floor(new Date(input.value) / 1000),
        }),
      );
      return input;
    }
    case 'file_input': {
      const input = document.createElement('input');
      Object.assign(input, { id, type: 'file', multiple: (part.max_files ?? 10) > 1 });
      if (part.filetypes !== undefined) input.accept = part.filetypes.map((kind) => `.${kind}`).join(',');
      input.addEventListener('change', () =>
        act({
          do: 'attach',
          viewId: view.id,
          blockId: block.block_id,
          actionId: part.action_id,
          files: [...input.files].map(({ name, type, size }) => ({ name, mimetype: type, size })),
        }),
      );
      const there = value.files.map((file) => file.name).join(', ');
      return element('div', [
        input,
        ...(there === '' ? [] : [element('p', [`Attached: ${there}`], 'hint-text')]),
      ]);
    }
    case 'checkboxes':
      return boxes(part, value, id, fill);
    case 'external_select':
      return typeahead(view, block, value, id, fill);
    default:
      return element('p', [`This page does not draw ${part.type} yet.`]);
  }
}

/** Seconds since 1970 as a browser's picker takes them, in this reader's zone. */
function local(seconds) {
  if (seconds === null) return '';
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function textInput(part, value, id, fill) {
  const input = document.createElement(part.multiline === true ? 'textarea' : 'input');
  input.id = id;
  input.value = value.value ?? '';
  if (part.max_length !== undefined) input.maxLength = part.max_length;
  if (part.placeholder !== undefined) input.placeholder = part.placeholder.text;
  let timer;
  const send = async () => {
    clearTimeout(timer);
    pending.delete(id);
    await fill({ type: 'plain_text_input', value: input.value });
  };
  input.addEventListener('input', () => {
    pending.set(id, send);
    clearTimeout(timer);
    timer = setTimeout(send, 200);
  });
  input.addEventListener('blur', () => pending.get(id)?.());
  return input;
}

function boxes(part, value, id, fill) {
  const ticked = new Set(value.selected_options.map((option) => option.value));
  const send = () =>
    fill({
      type: 'checkboxes',
      selected_options: part.options
        .filter((option) => ticked.has(option.value))
        .map(({ text, value: which }) => ({ text, value: which })),
    });
  const group = element(
    'div',
    part.options.map((option, i) => {
      const box = document.createElement('input');
      Object.assign(box, { id: `${id}-${i}`, type: 'checkbox' });
      box.checked = ticked.has(option.value);
      box.addEventListener('change', () => {
        if (box.checked) ticked.add(option.value);
        else ticked.delete(option.value);
        send();
      });
      const about =
        option.description === undefined ? [] : [element('small', renderText(option.description))];
      return element('label', [box, element('span', [...renderText(option.text), ...about])], 'box');
    }),
  );
  group.setAttribute('role', 'group');
  group.setAttribute('aria-labelledby', `${id}-label`);
  return group;
}

function select(options, chosen, id, part, choose) {
  const node = document.createElement('select');
  node.id = id;
  const empty = element('option', [part.placeholder?.text ?? 'Choose …']);
  empty.value = '';
  empty.disabled = true;
  empty.selected = chosen === undefined || chosen === null;
  node.append(empty);
  for (const [option, description] of options) {
    const item = element('option', [
      description === undefined ? option.text.text : `${option.text.text} — ${description.text}`,
    ]);
    item.value = option.value;
    item.selected = option.value === chosen;
    node.append(item);
  }
  node.addEventListener('change', async () => {
    await flushAll();
    const option = options.find(([o]) => o.value === node.value)?.[0];
    await choose(option === undefined ? null : { text: option.text, value: option.value });
  });
  return node;
}

/** What is typed elsewhere is sent first: the app may redraw the form after a choice. */
async function flushAll() {
  await Promise.all([...pending.values()].map((flush) => flush()));
}

function typeahead(view, block, value, id, fill) {
  const part = block.element;
  const input = document.createElement('input');
  const list = element('ul', [], 'listbox');
  list.id = `${id}-list`;
  list.setAttribute('role', 'listbox');
  list.hidden = true;
  Object.assign(input, {
    id,
    value: value.selected_option?.text.text ?? '',
    placeholder: part.placeholder?.text ?? '',
    autocomplete: 'off',
  });
  for (const [name, is] of [
    ['role', 'combobox'],
    ['aria-expanded', 'false'],
    ['aria-controls', list.id],
    ['aria-autocomplete', 'list'],
  ])
    input.setAttribute(name, is);
  let options = [];
  let active = -1;
  let asked = 0;

  const mark = (next) => {
    active = next;
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === active)));
    list.children[active]?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', active >= 0 ? `${id}-${active}` : '');
  };
  const open = (is) => {
    list.hidden = !is;
    input.setAttribute('aria-expanded', String(is));
  };
  const pick = async (option) => {
    input.value = option.text;
    open(false);
    await flushAll();
    await fill({
      type: 'external_select',
      selected_option: { text: { type: 'plain_text', text: option.text }, value: option.value },
    });
  };
  const ask = async (text) => {
    const turn = (asked += 1);
    const answer = await act({
      do: 'suggest',
      viewId: current?.id ?? view.id,
      blockId: block.block_id,
      actionId: part.action_id,
      text,
    });
    if (turn !== asked || document.activeElement !== input) return;
    options = answer.options ?? [];
    list.replaceChildren(
      ...options.map((option, i) => {
        const item = element('li', [
          option.text,
          ...(option.description === '' ? [] : [element('small', [option.description])]),
        ]);
        item.id = `${id}-${i}`;
        item.setAttribute('role', 'option');
        item.addEventListener('mousedown', (event) => {
          event.preventDefault();
          pick(option);
        });
        return item;
      }),
    );
    if (options.length === 0) list.append(element('li', ['No results'], 'quiet'));
    mark(options.length > 0 ? 0 : -1);
    open(true);
  };
  input.addEventListener('click', () => {
    input.select();
    ask('');
  });
  input.addEventListener('input', () => ask(input.value));
  input.addEventListener('blur', () => open(false));
  input.addEventListener('keydown', (event) => {
    if (list.hidden) {
      if (event.key === 'ArrowDown') ask('');
      return;
    }
    if (event.key === 'ArrowDown') mark(Math.min(active + 1, options.length - 1));
    else if (event.key === 'ArrowUp') mark(Math.max(active - 1, 0));
    else if (event.key === 'Enter' && options[active] !== undefined) pick(options[active]);
    else if (event.key === 'Escape') open(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return element('div', [input, list], 'typeahead');
}
