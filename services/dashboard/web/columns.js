// Columns that several tables share.
import {el} from './dom.js';
import {amount, dash, decimalsOf, durationText, exact, instrumentParts, moneyDecimals, timeText} from './format.js';

/// Symbol with its venue, or a market in words, "No: Will ...?", where the symbol says nothing.
export function instrumentCell({instrument, name}) {
  if (!instrument) return {text: dash, tone: 'none'};
  const {venue, symbol} = instrumentParts(instrument);
  if (isQuestion(name)) return {text: name, tone: '', title: instrument};
  return {text: `${name ? `${name} ${symbol}` : symbol} · ${venue}`, tone: '', title: instrument};
}

/// Whether a name says all; an outcome without its question does not.
export const isQuestion = (name) => Boolean(name?.includes(':'));

export const sideCell = (side) => side ? {text: side, tone: side === 'buy' ? 'long' : 'short'} : {text: dash, tone: 'none'};
export const exactCell = (value) => ({text: exact(value), tone: typeof value === 'number' ? '' : 'none'});
/// Prices that stand side by side, with as many decimals each.
export function priceCells(...prices) {
  const decimals = decimalsOf(prices);
  return prices.map((x) => amount(x, decimals));
}

export const moneyCell = (value, currency) => amount(value, moneyDecimals(currency), {isResult: true});
export const greekCell = (value, decimals) => amount(value, decimals, {isSide: true});
export const gammaCell = (value) => greekCell(value, 7); // per dollar: an option on bitcoin has little
export const percentCell = (value, decimals = 1) => amount(typeof value === 'number' ? value * 100 : value, decimals);
export const timeCell = (ms) => ({text: timeText(ms), tone: '', title: ms ? timeText(ms, true) : ''});

/// Where there is little room; the rest is in the title.
export const secondCell = (ms) => ({...timeCell(ms), text: ms ? timeText(ms).slice(0, 8) : dash, title: ms ? `${timeText(ms, true)}${timeText(ms).slice(8)}` : ''});

/// Colour is never the only sign: a mark says it, too.
export const marks = {good: '●', warning: '▲', bad: '✕', off: '○'};
export const statusCell = (level, word, title) => ({text: `${marks[level]} ${word}`, tone: `level-${level}`, title});

export const trustLevel = {live: 'good', resyncing: 'warning', stale: 'bad'};
export const trustCell = (trust) => statusCell(trustLevel[trust] ?? 'bad', trust ?? 'stale');

export const ageCell = (ms, now, late = 5000) => {
  if (!ms) return {text: dash, tone: 'none'};
  const age = Math.max(0, now - ms);
  return {text: durationText(age), tone: age > late ? 'warning' : ''};
};

export function select(label, values) {
  return el('select', {'aria-label': label}, ...values.map(([value, text]) => el('option', {value}, text)));
}
