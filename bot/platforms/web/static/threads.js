// Keeps the messages and shows them as threads, the newest at the bottom.

import { byId, h, speak } from "./dom.js";
import { cancelLabel, drawMessage, progress, showPartial } from "./cards.js";
import { plural, receipt } from "./format.js";

const SHOWN_FOLLOWING = 4;

export class Threads {
  constructor(actions) {
    this.actions = actions;
    this.place = byId("threads");
    this.messages = new Map();
    this.drawn = new Map();
    this.sections = new Map();
    this.opened = new Set();
    setInterval(() => this.tick(), 1000);
  }

  get isEmpty() {
    return this.messages.size === 0;
  }

  get oldest() {
    return Math.min(...Array.from(this.messages.values(), (message) => message.seq));
  }

  find(id) {
    return this.messages.get(id);
  }

  // Takes new and changed messages; an older version of a message changes nothing.
  take(messages) {
    const fresh = messages.filter((message) => !(this.messages.get(message.id)?.changed >= message.changed));
    if (!fresh.length) return;
    const isAtEnd = window.innerHeight + window.scrollY > document.body.scrollHeight - 160;
    const newest = Math.max(0, ...Array.from(this.messages.values(), (message) => message.seq));
    const roots = new Set();
    for (const message of fresh) {
      const before = this.messages.get(message.id);
      if (before) roots.add(before.root);
      this.announce(before, message);
      this.messages.set(message.id, message);
      this.redraw(message);
      roots.add(message.root);
    }
    for (const root of roots) this.arrange(root);
    this.sort();
    const isOwn = fresh.some((message) => message.author === "person" && message.seq > newest);
    if (isAtEnd || isOwn) this.toEnd();
  }

  // Takes where open jobs stand.
  progress(cards) {
    for (const card of cards) {
      const message = this.messages.get(card.job);
      if (message?.kind === "accepted") message.card = card;
    }
    this.tick();
  }

  toEnd() {
    requestAnimationFrame(() => window.scrollTo({ top: document.body.scrollHeight }));
  }

  tick() {
    for (const [id, element] of this.drawn) {
      const message = this.messages.get(id);
      if (message.kind !== "accepted" || !message.card || message.is_deleted) continue;
      const status = element.querySelector(".status");
      const frame = element.querySelector(".drawing");
      if (frame) showPartial(frame, message.card);
      const words = progress(message.card);
      if (status && status.textContent !== words) status.textContent = words;
      const line = element.querySelector(".receipt");
      if (line) line.textContent = receipt(message.card);
      const cancel = element.querySelector('[data-act="cancel"]');
      if (cancel && cancel.textContent !== cancelLabel(message.card)) cancel.textContent = cancelLabel(message.card);
    }
  }

  announce(before, message) {
    if (before?.kind !== "accepted" || message.is_deleted) return;
    if (message.kind === "result") speak(`Your picture is ready: ${message.pictures.map((picture) => picture.alt).join(". ")}`);
    else if (message.kind === "failure") speak(message.text);
  }

  redraw(message) {
    const old = this.drawn.get(message.id);
    const element = drawMessage(message, this.actions);
    this.drawn.set(message.id, element);
    if (!old) return;
    const hadFocus = old.contains(document.activeElement);
    const key = document.activeElement?.dataset?.key;
    old.replaceWith(element);
    if (hadFocus) (element.querySelector(`[data-key="${key}"]`) ?? element.querySelector("button") ?? byId("line")).focus();
  }

  arrange(root) {
    const members = Array.from(this.messages.values()).filter((message) => message.root === root).sort((a, b) => a.seq - b.seq);
    const section = this.sections.get(root) ?? h("section", { class: "thread", "data-root": root });
    if (!members.length) {
      section.remove();
      this.sections.delete(root);
      return;
    }
    this.sections.set(root, section);
    section.setAttribute("aria-label", `Thread: ${(members[0].text ?? "").slice(0, 80)}`);
    const first = members.findIndex((message, index) => index > 0 && message.author === "person");
    const split = first > 0 ? first : firstFurther(members);
    const elements = (list) => list.map((message) => this.drawn.get(message.id));
    const following = members.slice(split);
    const edits = following.length ? this.following(root, following, elements) : null;
    reconcile(section, [...elements(members.slice(0, split)), ...(edits ? [edits] : [])]);
  }

  following(root, members, elements) {
    const box = this.sections.get(root).querySelector(".edits") ?? h("div", { class: "edits" });
    const edits = members.filter((message) => message.card?.parent_number).length;
    const label = h("h2", { class: "edits-label" }, edits ? plural(edits, "edit", "edits") : plural(members.length, "answer", "answers"));
    const hidden = this.opened.has(root) ? 0 : Math.max(0, members.length - SHOWN_FOLLOWING);
    const isWorthHiding = hidden > 1;
    const show = isWorthHiding
      ? h("button", { type: "button", class: "quiet", onclick: () => { this.opened.add(root); this.arrange(root); } }, `Show ${hidden} earlier messages of this thread`)
      : null;
    reconcile(box, [label, ...(show ? [show] : []), ...elements(isWorthHiding ? members.slice(hidden) : members)]);
    return box;
  }

  sort() {
    const newest = (section) => Math.max(...Array.from(this.messages.values()).filter((message) => message.root === section.dataset.root).map((message) => message.seq));
    const sections = Array.from(this.sections.values()).map((section) => [newest(section), section]);
    reconcile(this.place, sections.sort((a, b) => a[0] - b[0]).map(([, section]) => section));
  }
}

// Where a thread without a second line of the person goes on after its first answer.
function firstFurther(members) {
  const answer = members.findIndex((message) => message.author === "easel");
  return answer < 0 ? members.length : answer + 1;
}

// Makes `children` the children of `parent`, moving only what is out of place, so that focus stays.
function reconcile(parent, children) {
  const wanted = new Set(children);
  for (const child of Array.from(parent.children)) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}
