// The WebSocket, kept alive: reconnects by itself, soon at first and then with growing pauses.

const firstWaitMs = 500;
const longestWaitMs = 15_000;
const silenceMs = 12_000; // the server shows a sign of life every 5 s

export class Connection {
  /// onState({state: 'connecting' | 'live' | 'waiting', retryAt}), onUpdate(parsed message)
  constructor(url, {onState, onUpdate}) {
    this.url = url;
    this.onState = onState;
    this.onUpdate = onUpdate;
    this.failures = 0;
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.hurry(); });
    this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    this.retry = null;
    this.onState({state: 'connecting'});
    const socket = new WebSocket(this.url);
    this.socket = socket;
    const lost = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      clearTimeout(this.watch);
      socket.close();
      this.wait();
    };
    socket.onmessage = ({data}) => {
      if (this.socket !== socket) return;
      clearTimeout(this.watch);
      this.watch = setTimeout(lost, silenceMs);
      this.failures = 0;
      this.onState({state: 'live'});
      this.onUpdate(JSON.parse(data));
    };
    socket.onclose = lost;
    socket.onerror = lost;
    this.watch = setTimeout(lost, silenceMs);
  }

  wait() {
    const longest = Math.min(firstWaitMs * 2 ** this.failures++, longestWaitMs);
    const delay = longest * (0.5 + Math.random() / 2); // so that many pages do not return at once
    this.onState({state: 'waiting', retryAt: Date.now() + delay});
    this.retry = setTimeout(() => this.connect(), delay);
  }

  hurry() { if (this.retry) this.connect(); }
}
