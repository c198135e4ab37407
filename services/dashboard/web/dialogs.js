// Questions to the operator, as modal dialogs that the keyboard reaches.
import {el} from './dom.js';

function ask(build) {
  return new Promise((resolve) => {
    const dialog = el('dialog');
    const close = (value) => { dialog.close(); dialog.remove(); resolve(value); };
    dialog.addEventListener('cancel', (event) => { event.preventDefault(); close(null); });
    dialog.append(build(close));
    document.body.append(dialog);
    dialog.showModal();
  });
}

const button = (text, kind, onClick) => {
  const made = el('button', {type: kind === 'submit' ? 'submit' : 'button', class: kind === 'danger' ? 'danger' : undefined}, text);
  if (onClick) made.addEventListener('click', onClick);
  return made;
};

// {name, label, kind: 'select' | 'text' | 'check', values: [[value, text]], value}
function inputOf({kind, values, value, label}) {
  if (kind === 'select') return el('select', {'aria-label': label}, ...values.map(([x, text]) => el('option', {value: x}, text)));
  return el('input', {type: kind === 'check' ? 'checkbox' : 'text', 'aria-label': label, value, maxlength: kind === 'text' ? '200' : undefined, autocomplete: 'off'});
}

/// Resolves with what was entered, by the fields' names, or null if it was called off. word: must be typed first, for
/// what cannot be taken back.
export function confirmed(title, text, {word = '', fields = []} = {}) {
  return ask((close) => {
    const inputs = fields.map((x) => [x, inputOf(x)]);
    const entered = () => Object.fromEntries(inputs.map(([x, input]) => [x.name, x.kind === 'check' ? input.checked : input.value.trim()]));
    const typed = el('input', {type: 'text', 'aria-label': `type ${word}`, autocomplete: 'off', class: 'word'});
    const go = button(title, 'danger', () => close(entered()));
    const check = () => { go.disabled = (word !== '' && typed.value !== word) || inputs.some(([x, input]) => x.kind === 'text' && !input.value.trim()); };
    for (const x of [typed, ...inputs.map(([, input]) => input)]) x.addEventListener('input', check);
    check();
    const off = button('Leave it', '', () => close(null));
    if (!word && !fields.length) off.autofocus = true;
    const lines = inputs.map(([x, input]) => x.kind === 'check' ? el('label', {class: 'tick'}, input, x.label) : el('label', {}, x.label, input));
    return el('div', {class: 'ask'}, el('h2', {}, title), el('p', {}, text), ...lines,
      word ? el('label', {}, `Type ${word} to go on`, typed) : null, el('p', {class: 'buttons'}, off, go));
  });
}

/// Resolves with the text, or null. isSecret: not to be read over a shoulder.
export function askText(title, text, isSecret = false) {
  return ask((close) => {
    const typed = el('input', {type: isSecret ? 'password' : 'text', 'aria-label': title, autocomplete: isSecret ? 'current-password' : 'off', required: ''});
    const form = el('form', {class: 'ask'}, el('h2', {}, title), el('p', {}, text), typed, el('p', {class: 'buttons'}, button('Cancel', '', () => close(null)), button('OK', 'submit')));
    form.addEventListener('submit', (event) => { event.preventDefault(); close(typed.value); });
    return form;
  });
}
