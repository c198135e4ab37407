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

/// Resolves with true, or null if it was called off. word: must be typed first, for what cannot be taken back.
export function confirmed(title, text, word = '') {
  return ask((close) => {
    const typed = el('input', {type: 'text', 'aria-label': `type ${word}`, autocomplete: 'off'});
    const go = button(title, 'danger', () => close(true));
    go.disabled = word !== '';
    typed.addEventListener('input', () => { go.disabled = typed.value !== word; });
    const off = button('Leave it', '', () => close(null));
    if (!word) off.autofocus = true;
    return el('div', {class: 'ask'}, el('h2', {}, title), el('p', {}, text),
      word ? el('label', {}, `Type ${word} to go on `, typed) : null, el('p', {class: 'buttons'}, off, go));
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
