// Listens to the server while the page can be seen; a browser allows few open streams per host.

export class Live {
  constructor({ onmessages, onjobs, onbalance, onstate }) {
    this.handlers = { messages: onmessages, jobs: onjobs, balance: onbalance };
    this.onstate = onstate;
    this.version = 0;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start(this.version)));
    window.addEventListener("pagehide", () => this.stop());
  }

  start(version) {
    this.stop();
    this.version = version;
    this.source = new EventSource(`/api/events?after=${version}`);
    this.source.onopen = () => this.onstate("open");
    this.source.onerror = () => {
      const isOver = this.source.readyState === EventSource.CLOSED;
      this.onstate(isOver ? "closed" : "waiting");
      if (isOver) this.again = setTimeout(() => this.start(this.version), 5000);
    };
    for (const [kind, handle] of Object.entries(this.handlers)) {
      this.source.addEventListener(kind, (event) => {
        this.version = Number(event.lastEventId) || this.version;
        handle(JSON.parse(event.data));
      });
    }
  }

  stop() {
    clearTimeout(this.again);
    this.source?.close();
  }
}
