// What the tokens of prediction markets are about: a strategy speaks of them by number.
import {isQuestion} from './columns.js';
import {getJson} from './poll.js';

const patienceMs = 15_000; // until it is asked again what nobody knew
const most = 500;

export class Names {
  constructor() {
    this.known = new Map(); // by instrument: {name, askedAt}
    this.wanted = [];
  }

  /// The name of an instrument; empty if it is not known, or not yet: then it is asked for.
  of(instrument) {
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
    while (this.wanted.length) {
      try {
        const {quotes} = await getJson('/api/quotes', {text: this.wanted[0], limit: 1});
        if (quotes.length) this.known.set(this.wanted[0], {name: quotes[0].name, askedAt: Date.now()});
      } catch { /* it is asked again */ }
      this.wanted.shift();
    }
  }
}
