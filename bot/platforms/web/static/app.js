// Puts the page together.

import * as api from "./api.js";
import { Actions } from "./actions.js";
import { Composer } from "./composer.js";
import { Credits } from "./credits.js";
import { byId, h, notice, takeBack } from "./dom.js";
import { price } from "./format.js";
import { Live } from "./live.js";
import { Threads } from "./threads.js";

const EXAMPLES = [
  'a lighthouse at dusk, headline "OPEN LATE" --size wide',
  "a paper boat on a green river, morning fog --size tall",
  "two cups of tea on a windowsill, rain outside --count 2",
];
const PATIENCE_MILLISECONDS = 3000;
const CUT_OFF = "The connection is gone. Easel goes on drawing; this page catches up by itself.";

class Page {
  constructor() {
    this.actions = new Actions(this);
    this.threads = new Threads(this.actions);
    this.credits = new Credits({ onreceipt: (number) => this.actions.say(`/credits ${number}`) });
    this.composer = new Composer({ onsent: (answer) => this.take(answer) });
    this.live = new Live({
      onmessages: (messages) => this.show(messages),
      onjobs: (cards) => this.threads.progress(cards),
      onbalance: (balance) => this.credits.show(balance),
      onstate: (state) => this.connection(state),
    });
    byId("earlier").addEventListener("click", () => this.earlier());
    byId("examples").append(...EXAMPLES.map((line) => h("li", {}, this.example(line))));
  }

  example(line) {
    const [words, ...options] = line.split(/(?= --)/);
    const cost = h("span", { class: "cost", "data-line": line });
    return h("button", { type: "button", onclick: () => this.actions.say(line) }, h("span", {}, `${words} `, h("span", { class: "option" }, options.join("").trim())), cost);
  }

  // Says on each example what it costs, as soon as the first screen is seen.
  async priceExamples() {
    if (!this.threads.isEmpty) return;
    for (const place of document.querySelectorAll("#examples .cost")) {
      const found = await api.price({ text: place.dataset.line });
      place.textContent = found === null ? "" : `Draw · ${price(found)}`;
    }
  }

  async open() {
    try {
      const { messages, version, has_earlier: hasEarlier, you } = await api.feed();
      Object.assign(this.composer.limits, you);
      this.composer.options.offer(you.models);
      byId("offline").hidden = !you.is_offline;
      byId("earlier").hidden = !hasEarlier;
      this.credits.show(you.balance);
      this.show(messages);
      this.threads.toEnd();
      this.live.start(version);
      this.priceExamples();
      if (!this.composer.isTouch) this.composer.line.focus();
    } catch (problem) {
      notice(problem.message, { isProblem: true });
      setTimeout(() => this.open(), PATIENCE_MILLISECONDS);
    }
  }

  // Takes the answer to something that was said or pressed.
  take({ messages, notice: words, kind }) {
    this.show(messages);
    notice(words ?? "", { isProblem: kind === "refusal" || kind === "failure" });
  }

  show(messages) {
    this.threads.take(messages);
    byId("welcome").hidden = !this.threads.isEmpty;
  }

  async earlier() {
    try {
      const height = document.body.scrollHeight;
      const { messages, has_earlier: hasEarlier } = await api.earlier(this.threads.oldest);
      this.show(messages);
      byId("earlier").hidden = !hasEarlier;
      window.scrollBy({ top: document.body.scrollHeight - height });
    } catch (problem) {
      notice(problem.message, { isProblem: true });
    }
  }

  connection(state) {
    clearTimeout(this.patience);
    if (state === "open") {
      takeBack(CUT_OFF, api.UNREACHABLE);
      return;
    }
    this.patience = setTimeout(() => notice(CUT_OFF, { isProblem: true }), PATIENCE_MILLISECONDS);
  }
}

new Page().open();
