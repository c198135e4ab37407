// What the page asks for instead of being told: one request at a time, so that a slow server is never asked in advance.

export async function getJson(path, query = {}) {
  const text = new URLSearchParams(Object.entries(query).filter(([, x]) => x !== '' && x !== null && x !== undefined)).toString();
  const answer = await fetch(text ? `${path}?${text}` : path, {credentials: 'same-origin', cache: 'no-store'});
  const said = await answer.json().catch(() => ({error: `${answer.status} ${answer.statusText}`}));
  if (!answer.ok) throw Object.assign(new Error(said.error ?? answer.statusText), {status: answer.status});
  return said;
}

export async function postJson(path, body) {
  const answer = await fetch(path, {method: 'POST', credentials: 'same-origin', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.error ?? `${answer.status} ${answer.statusText}`), {status: answer.status});
  return said;
}

export class Poll {
  /// ask(): {path, query} or null for nothing; onAnswer(object), onFault(Error)
  constructor(everyMs, ask, onAnswer, onFault = () => {}) {
    Object.assign(this, {everyMs, ask, onAnswer, onFault, isOn: false, round: 0});
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.now(); });
  }

  set(isOn) {
    if (this.isOn === isOn) return;
    this.isOn = isOn;
    this.now();
  }

  /// At once, as after a filter has changed; the answer to an older question is dropped.
  async now() {
    const round = ++this.round;
    clearTimeout(this.timer);
    if (!this.isOn || document.hidden) return;
    const what = this.ask();
    try {
      if (what) {
        const answer = await getJson(what.path, what.query);
        if (round === this.round) this.onAnswer(answer);
      }
    } catch (fault) {
      if (round === this.round) this.onFault(fault);
    }
    if (round === this.round) this.timer = setTimeout(() => this.now(), this.everyMs);
  }
}
