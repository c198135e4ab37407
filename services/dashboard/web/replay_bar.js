// Pause, speed and position of a replay, while one runs.
import {el} from './dom.js';
import {amount, timeText} from './format.js';

const speeds = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1000];
const jumps = [[-300, '−5 m'], [-60, '−1 m'], [60, '+1 m'], [300, '+5 m']];

export class ReplayBar {
  /// act(action, more): a command to be sent
  constructor(place, act) {
    this.place = place;
    const make = (text, label, onClick) => {
      const made = el('button', {type: 'button', class: 'small', 'aria-label': label}, text);
      made.addEventListener('click', onClick);
      return made;
    };
    this.toggle = make('pause', 'pause or resume the replay', () => act(this.now?.is_paused ? 'resume_replay' : 'pause_replay'));
    this.speed = el('select', {'aria-label': 'speed of the replay'}, ...speeds.map((x) => el('option', {value: String(x)}, `${x}×`)));
    this.speed.addEventListener('input', () => act('set_replay_speed', {factor: Number(this.speed.value)}));
    this.position = el('b', {class: 'figure', 'aria-label': 'recorded time'});
    this.bar = el('progress', {max: '1', value: '0', 'aria-label': 'part of the recording that was read'});
    this.percent = el('span', {class: 'muted figure'});
    this.state = el('span', {class: 'muted'});
    this.to = el('input', {type: 'text', size: '19', placeholder: 'YYYY-MM-DD hh:mm:ss', 'aria-label': 'recorded time (UTC) to go to', pattern: '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d(:\\d\\d)?', required: ''});
    const seek = (ms) => act('seek_replay', {to_ms: ms});
    const form = el('form', {}, this.to, el('button', {type: 'submit', class: 'small'}, 'go'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const ms = Date.parse(this.to.value.replace(' ', 'T') + 'Z');
      if (Number.isFinite(ms)) seek(ms);
    });
    place.append(el('b', {}, 'replay'), this.toggle, this.speed,
      make('start', 'go to the beginning of the recording', () => this.now && seek(this.now.first_ms)),
      ...jumps.map(([s, text]) => make(text, `go ${text}`, () => this.now && seek(Math.max(this.now.first_ms, this.now.position_ms + s * 1000)))),
      this.position, this.bar, this.percent, form, this.state);
  }

  update(store) {
    const now = this.now = store.section('replay', null);
    this.place.hidden = !now;
    if (!now) return;
    const isConnected = store.section('controls', null)?.targets?.replay === 'connected';
    for (const x of this.place.querySelectorAll('button, select, input')) x.disabled = !isConnected;
    this.toggle.textContent = now.is_paused ? 'resume' : 'pause';
    if (document.activeElement !== this.speed) {
      if (![...this.speed.options].some((x) => Number(x.value) === now.speed)) this.speed.append(el('option', {value: String(now.speed)}, `${now.speed}×`));
      this.speed.value = String(now.speed);
    }
    this.position.textContent = timeText(now.position_ms, true);
    this.bar.value = now.fraction;
    this.percent.textContent = `${amount(now.fraction * 100, 0).text} % read`;
    this.state.textContent = now.is_over ? 'at its end' : now.is_paused ? 'paused' : isConnected ? '' : 'no control endpoint';
  }
}
