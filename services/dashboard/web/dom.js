// Elements. Whatever comes from outside becomes a text node: no name, label or value is ever read as HTML.
/// el('td', {class: 'number'}, 'text', child, ...)
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== null) made.setAttribute(name, value);
  made.append(...children.filter((x) => x !== null && x !== undefined));
  return made;
}

/// Writes a formatted value where it stands; a changed one is lit up shortly, unless so much changes that it would be
/// noise (isCalm).
export function show(target, {text, tone, title}, isCalm = false) {
  if (target.textContent !== text) {
    const isFirst = target.textContent === '';
    target.textContent = text;
    if (!isFirst && !isCalm) target.animate?.([{backgroundColor: 'var(--flash)'}, {backgroundColor: 'transparent'}], {duration: calm.matches ? 0 : 700});
  }
  if (target.dataset.tone !== tone) target.dataset.tone = tone;
  if (title !== undefined && target.title !== title) target.title = title;
}
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/// A framed part of a page, with a heading.
export function card(title, kind, ...children) {
  return el('article', {class: `card ${kind}`, 'aria-label': title || undefined}, title ? el('h3', {}, title) : null, ...children);
}
