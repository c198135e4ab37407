// Values as text. Formats are those of a layout: {"kind":"money","decimals":2,"currency":"BTC"}. A value that is null or
// of the wrong type is shown as a dash, never as a guess.

export const dash = '–';

const minus = '−'; // as wide as a digit, other than the hyphen

function digits(value, decimals, most = decimals) {
  const text = Math.abs(value).toLocaleString('en-US', {minimumFractionDigits: decimals, maximumFractionDigits: most});
  const isZero = !/[1-9]/.test(text);
  return {text, sign: isZero ? 0 : Math.sign(value)};
}

function signed({text, sign}, showsPlus) {
  return (sign < 0 ? minus : sign > 0 && showsPlus ? '+' : '') + text;
}

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

export function timeText(ms, withDate = false) {
  if (!isNumber(ms)) return dash;
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return dash;
  const iso = at.toISOString();
  return withDate ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : iso.slice(11, 23);
}

export function durationText(ms) {
  if (!isNumber(ms)) return dash;
  const sign = ms < 0 ? minus : '';
  const x = Math.abs(ms);
  if (x < 1000) return `${sign}${Math.round(x)} ms`;
  if (x < 60_000) return `${sign}${(x / 1000).toFixed(1)} s`;
  const seconds = Math.floor(x / 1000);
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n) => String(n).padStart(2, '0');
  return sign + (d ? `${d}d ${two(h)}h` : h ? `${h}h ${two(m)}m` : `${m}m ${two(s)}s`);
}

// A number without a format: as many decimals as it has, up to six significant digits.
function plainNumber(value) {
  const decimals = Math.min(Math.max(5 - Math.floor(Math.log10(Math.abs(value) || 1)), 0), 10);
  const given = value.toFixed(decimals).replace(/^[^.]*\.?/, '').replace(/0+$/, '').length;
  return digits(value, Number.isInteger(value) ? 0 : given);
}

// What a value is about, by its name: the schema says how to write a number, not what is good.
const moneyNames = /(^|_)(pnl|profit|loss|return)(_|$)/i;
const sideNames = /(^|_)(size|position|delta|qty|quantity|exposure)(_|$)/i;
const longWords = /^(buy|long|bid)$/i;
const shortWords = /^(sell|short|ask)$/i;

/// A text in which long rows of digits, such as Polymarket's token ids, are told by their ends.
export const shortened = (text) => String(text).replace(/\d{30,}/g, (x) => `${x.slice(0, 6)}…${x.slice(-4)}`);

/// {text, tone}: the tone is '', 'profit', 'loss', 'long', 'short' or 'none'.
export function formatted(value, format, name = '') {
  const kind = format?.kind === 'plain' ? undefined : format?.kind; // plain: ours, a number without a format
  const decimals = Math.min(Math.max(format?.decimals ?? 0, 0), 12);
  if (kind === 'time') return {text: timeText(value, true), tone: isNumber(value) ? '' : 'none'};
  if (kind === 'duration') return {text: durationText(value), tone: isNumber(value) ? '' : 'none'};
  if (kind === 'number' || kind === 'money' || kind === 'percent' || (!kind && isNumber(value))) {
    if (!isNumber(value)) return {text: dash, tone: 'none'};
    const shown = Math.abs(value) >= 10_000 && kind === 'number' ? Math.min(decimals, 2) : decimals; // nobody reads more
    const parts = !kind ? plainNumber(value) : digits(kind === 'percent' ? value * 100 : value, shown);
    const isResult = moneyNames.test(name);
    const isSide = !isResult && sideNames.test(name);
    let text = signed(parts, isResult);
    if (kind === 'percent') text += ' %';
    if (kind === 'money' && format.currency) text += ' ' + format.currency;
    const tone = parts.sign === 0 ? '' : isResult ? (parts.sign > 0 ? 'profit' : 'loss') : isSide ? (parts.sign > 0 ? 'long' : 'short') : '';
    return {text, tone};
  }
  if (value === null || value === undefined || value === '') return {text: dash, tone: 'none'};
  const text = shortened(typeof value === 'object' ? JSON.stringify(value) : value);
  return {text, tone: longWords.test(text) ? 'long' : shortWords.test(text) ? 'short' : ''};
}

export const isNumeric = (format) => ['number', 'money', 'percent', 'duration', 'time', 'plain'].includes(format?.kind);

/// A number on an axis: short, and without a currency.
export function axisText(value, format) {
  const x = format?.kind === 'percent' ? value * 100 : value;
  const size = Math.abs(x);
  if (size >= 1e6) return signed(digits(x / 1e6, 2), false) + 'M';
  if (size >= 1e5) return signed(digits(x / 1e3, 0), false) + 'k';
  const text = size === 0 ? '0' : (x < 0 ? minus : '') + Number(size.toPrecision(6)).toLocaleString('en-US', {maximumFractionDigits: 8});
  return format?.kind === 'percent' ? text + ' %' : text;
}

/// A price or size in full: as many decimals as it has.
export function exact(value) {
  return isNumber(value) ? signed(digits(value, undefined, 9), false) : dash;
}

/// The decimals that the longest of some numbers has.
export const decimalsOf = (values) => Math.max(0, ...values.filter(isNumber).map((x) => (x.toFixed(9).replace(/0+$/, '').split('.')[1] ?? '').length));

/// A number with so many decimals; with a plus where it is a result. {text, tone}
export function amount(value, decimals, {isResult = false, isSide = false, unit = ''} = {}) {
  if (!isNumber(value)) return {text: dash, tone: 'none'};
  const parts = digits(value, decimals);
  const tones = isResult ? ['loss', '', 'profit'] : isSide ? ['short', '', 'long'] : ['', '', ''];
  return {text: signed(parts, isResult || isSide) + (unit && ' ' + unit), tone: tones[parts.sign + 1]};
}

/// Decimals that money of a currency is shown with.
export const moneyDecimals = (currency) => /USD/.test(currency) ? 2 : 6;

/// "deribit:BTC-PERPETUAL" -> {venue, symbol}; a Polymarket token is told by its ends.
export function instrumentParts(instrument) {
  const at = instrument.indexOf(':');
  const symbol = instrument.slice(at + 1);
  return {venue: instrument.slice(0, at), symbol: shortened(symbol)};
}

/// "pnl_today" -> "pnl today", for values that have no label.
export const labelOf = (key) => key.replaceAll('_', ' ');
