// The box: words, pictures to send along, and the picture that is being changed.

import * as api from "./api.js";
import { byId, h, image, newEvent, notice, pictureUrl } from "./dom.js";
import { takeDrops } from "./drops.js";
import { Options } from "./options.js";
import { LivePrice } from "./price.js";

const DRAFT = "easel.draft";
const TARGET = "easel.target";
const MEGABYTE = 1024 * 1024;

export class Composer {
  constructor({ onsent }) {
    this.onsent = onsent;
    this.files = [];
    this.target = null;
    this.event = newEvent();
    this.isSending = false;
    this.limits = { uploads_max: 16, upload_bytes_max: 25 * MEGABYTE, text_max: 32000 };
    this.form = byId("composer");
    this.line = byId("line");
    this.isTouch = matchMedia("(pointer: coarse)").matches;
    this.options = new Options({ onchoice: (change) => this.choose(change) });
    this.price = new LivePrice();
    this.listen();
    this.line.value = sessionStorage.getItem(DRAFT) ?? "";
    this.target = JSON.parse(sessionStorage.getItem(TARGET) ?? "null");
    this.refresh();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.line.addEventListener("input", () => this.changed());
    this.line.addEventListener("keydown", (event) => {
      const isSend = event.key === "Enter" && !event.shiftKey && !event.isComposing && !this.isTouch;
      if (isSend) {
        event.preventDefault();
        this.send();
      } else if (event.key === "Escape" && this.target) this.reply(null);
    });
    this.line.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) {
        event.preventDefault();
        this.attach(event.clipboardData.files);
      }
    });
    byId("attach").addEventListener("click", () => byId("files").click());
    byId("files").addEventListener("change", (event) => {
      this.attach(event.target.files);
      event.target.value = "";
    });
    takeDrops(this.form, (files) => this.attach(files));
  }

  // What was changed since a failed try is another order.
  changed() {
    this.event = newEvent();
    sessionStorage.setItem(DRAFT, this.line.value);
    sessionStorage.setItem(TARGET, JSON.stringify(this.target));
    this.refresh();
  }

  fill(words) {
    this.line.value = words;
    this.changed();
    this.line.focus();
  }

  // Takes what was chosen in the options; the focus stays there.
  choose(change) {
    this.line.value = change(this.line.value);
    this.price.isSpoken = true;
    this.changed();
  }

  // Changes the picture of `target` (picture, label, root, and its size and privacy where they are known) by the
  // next line; null for a new picture.
  reply(target) {
    this.target = target;
    this.changed();
    this.line.focus();
  }

  attach(files) {
    for (const file of files) {
      if (this.files.length >= this.limits.uploads_max) {
        notice(`At most ${this.limits.uploads_max} pictures go into one message.`, { isProblem: true });
        break;
      }
      if (file.size > this.limits.upload_bytes_max) {
        notice(`${file.name} is larger than ${this.limits.upload_bytes_max / MEGABYTE} MB. Attach a smaller copy.`, { isProblem: true });
        continue;
      }
      this.files.push(file);
    }
    this.changed();
    this.line.focus();
  }

  // Attaches what came with an earlier line, in place of what is attached.
  attachAgain(files) {
    if (!files.length) return;
    this.files = files;
    this.changed();
  }

  async send() {
    const text = this.line.value.trim();
    if (this.isSending || (!text && !this.files.length)) return;
    if (text.length > this.limits.text_max) {
      notice(`That is too long. Keep it under ${this.limits.text_max.toLocaleString("en")} characters.`, { isProblem: true });
      return;
    }
    this.setSending(true);
    try {
      const order = { event: this.event, text, files: this.files, root: this.target?.root, picture: this.target?.picture };
      const answer = await api.say(order);
      if (this.event === order.event) this.clear();
      this.onsent(answer);
    } catch (problem) {
      if (problem.isCertain) this.event = newEvent();
      notice(problem.message, { isProblem: true });
    } finally {
      this.setSending(false);
    }
  }

  clear() {
    this.files = [];
    this.target = null;
    this.line.value = "";
    notice("");
    this.changed();
  }

  setSending(isSending) {
    this.isSending = isSending;
    this.line.readOnly = isSending;
    this.form.setAttribute("aria-busy", String(isSending));
    this.refresh();
  }

  refresh() {
    byId("send").disabled = this.isSending || (!this.line.value.trim() && !this.files.length);
    this.line.placeholder = this.target ? "What should change?" : "Describe a picture…";
    this.line.style.height = "auto";
    this.line.style.height = `${this.line.scrollHeight}px`;
    this.options.show(this.line.value, this.target);
    this.price.ask({ text: this.line.value.trim(), picture: this.target?.picture, files: this.files.map((file) => file.name) });
    this.showTarget();
    this.showFiles();
  }

  showTarget() {
    const chip = byId("changing");
    chip.hidden = !this.target;
    chip.replaceChildren(...(this.target ? [
      image(pictureUrl(this.target.picture, "thumbnail"), "", () => h("span")),
      h("span", {}, `Changing ${this.target.label}`),
      h("button", { type: "button", class: "remove", "aria-label": "Make a new picture instead", onclick: () => this.reply(null) }, "✕"),
    ] : []));
  }

  showFiles() {
    const list = byId("attached");
    if (list.shown === this.files.map((file) => file.name + file.size).join("/")) return;
    list.shown = this.files.map((file) => file.name + file.size).join("/");
    list.hidden = !this.files.length;
    for (const preview of list.querySelectorAll("img")) URL.revokeObjectURL(preview.src);
    list.replaceChildren(...this.files.map((file, index) => h("li", { title: file.name },
      image(URL.createObjectURL(file), file.name, () => h("span", { class: "name" }, file.name)),
      h("button", { type: "button", class: "remove", "aria-label": `Remove ${file.name}`, onclick: () => this.detach(index) }, "✕"))));
  }

  detach(index) {
    this.files = this.files.filter((_, position) => position !== index);
    this.changed();
    this.line.focus();
  }
}
