// What the server has told, by strategy: {summary, schema, state}. States are Maps, since a strategy may name a value
// "__proto__".

export class Store {
  constructor() { this.clear(); }

  clear() {
    this.strategies = new Map();
    this.upstreams = [];
    this.sections = new Map(); // "orders", "feeds": what is told beside the strategies; services/dashboard/boards.hpp
  }

  /// Takes an update in; see services/dashboard/strategy_board.hpp for its form.
  /// @returns the names of strategies that changed: Map of name to {isNew, hasNewSchema, keys: Set of changed values}
  apply(update) {
    if (update.type === 'full') this.clear();
    if (update.upstreams) this.upstreams = update.upstreams;
    for (const [name, value] of Object.entries(update.sections ?? {})) this.sections.set(name, value);
    const changed = new Map();
    for (const news of update.strategies) {
      const name = news.summary.name;
      const isNew = !this.strategies.has(name);
      if (isNew) this.strategies.set(name, {schema: [], state: new Map()});
      const known = this.strategies.get(name);
      known.summary = news.summary;
      if (news.schema) known.schema = news.schema;
      const keys = new Set(Object.keys(news.state));
      for (const key of keys) known.state.set(key, news.state[key]);
      if (news.keys) {
        known.state = new Map(news.keys.map((key) => [key, known.state.get(key)]));
      }
      changed.set(name, {isNew, hasNewSchema: Boolean(news.schema), hasNewKeys: Boolean(news.keys), keys});
    }
    return changed;
  }

  section(name, fallback) { return this.sections.get(name) ?? fallback; }

  /// In a stable order, however they arrived.
  names() { return [...this.strategies.keys()].sort((a, b) => a.localeCompare(b, 'en', {numeric: true})); }
}
