// What the tokens of prediction markets are about: a strategy speaks of them by number.
import {isQuestion} from './columns.js';
import {getJson} from './poll.js';

const patienceMs = 15_000; // until it is asked again what nobody knew
const most = 500;
const bareToken = /^\d{60,}$/;

class Names {
  constructor() {
    this.known = new Map(); // by instrument: {name, askedAt}
    this.wanted = [];
    this.onNews = () => {}; // names became known since they were asked for
  }

  /// The name of an instrument; empty if it is not known, or not yet: then it is asked for.
  of(text) {
    const instrument = bareToken.test(text) ? `polymarket:${text}` : text;
    if (!instrument.startsWith('polymarket:')) return '';
    const found = this.known.get(instrument);
    if (found && (isQuestion(found.name) || Date.now() - found.askedAt < patienceMs)) return found.name;
    if (this.known.size >= most) this.known.clear();
    this.known.set(instrument, {name: found?.name ?? '', askedAt: Date.now()});
    this.wanted.push(instrument);
    if (this.wanted.length === 1) this.ask();
    return found?.name ?? '';
  }

  /// One after the other: nobody waits for a name.
  async ask() {
    let hasNews = false;
    while (this.wanted.length) {
      try {
        const {quotes} = await getJson('/api/quotes', {text: this.wanted[0], limit: 1});
        if (quotes.length) this.known.set(this.wanted[0], {name: quotes[0].name, askedAt: Date.now()});
        hasNews ||= isQuestion(quotes[0]?.name);
      } catch { /* it is asked again */ }
      this.wanted.shift();
    }
    if (hasNews) this.onNews();
  }
}

/// Of the whole page.
export const names = new Names();

/// A text with markets in words in the place of their tokens, as far as they are known.
export const inWords = (text) => text.replace(/(?:polymarket:)?\d{60,}/g, (token) => {
  const name = names.of(token);
  return isQuestion(name) ? name : token;
});
