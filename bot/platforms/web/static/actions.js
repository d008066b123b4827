// What happens when a button is pressed.

import * as api from "./api.js";
import { newEvent, notice } from "./dom.js";
import { ask, originalUrl, view } from "./dialogs.js";

const ABOUT_ONE_PICTURE = new Set(["edit", "vary", "original", "delete", "finish"]);

export class Actions {
  constructor(page) {
    this.page = page;
  }

  view(pictures, index, message) {
    view(pictures, index, { onchange: (chosen) => this.change(message, message.pictures[chosen]) });
  }

  change(message, picture) {
    const position = message.pictures.findIndex((shown) => shown.id === picture.id) + 1;
    const label = message.number === null ? "this picture" : `picture ${position} of #${message.number}`;
    this.page.composer.reply({ picture: picture.id, label, root: message.root });
  }

  async press(message, button, element) {
    const picture = ABOUT_ONE_PICTURE.has(button.act) ? await this.which(message, button) : button.picture;
    if (picture === undefined) return;
    const shown = message.pictures.find((other) => other.id === picture);
    if (button.act === "edit" && shown) this.change(message, shown);
    else if (button.act === "original" && picture) location.assign(originalUrl(picture));
    else if (button.act === "change_words") this.changeWords(message, button);
    else if (button.act === "say" && button.words) await this.say(button.words, { picture, root: message.root });
    else if (button.act === "delete") await this.remove(message, { ...button, picture }, element);
    else await this.send(message, { ...button, picture }, element);
  }

  // Sends a line as if it had been typed.
  async say(text, { picture = null, root = null } = {}) {
    await this.guarded(async () => this.page.take(await api.say({ event: newEvent(), text, picture, root })));
  }

  open(message, number, element) {
    return this.send(message, { act: "open", words: String(number) }, element);
  }

  // Puts a line back into the box, with the picture that it was about.
  changeWords(message, { words, picture }) {
    if (picture) this.page.composer.reply({ picture, label: "that picture", root: message.root });
    this.page.composer.fill(words ?? this.wordsBefore(message));
  }

  async remove(message, button, element) {
    const isSure = button.words === "sure" || (await this.isSure());
    if (isSure) await this.send(message, { ...button, words: "sure" }, element);
  }

  async send(message, { act, job, picture, words }, element) {
    element.disabled = true;
    await this.guarded(async () => {
      this.page.take(await api.press({ event: newEvent(), act, job, picture, words, message: message.id }));
    });
    element.disabled = false;
  }

  async guarded(call) {
    try {
      await call();
    } catch (problem) {
      notice(problem.message, { isProblem: true });
    }
  }

  // Asks which picture is meant when a message has several; undefined when nobody chose.
  async which(message, button) {
    if (button.picture || message.pictures.length < 2) return button.picture ?? message.pictures[0]?.id ?? null;
    const answers = message.pictures
      .map((picture, index) => ({ label: `Picture ${index + 1}`, value: picture.id, picture }))
      .filter(({ picture }) => button.act !== "original" || picture.has_original);
    return (await ask(`${button.label.replace("…", "")}: which picture?`, "Choose the one that you mean.", answers)) ?? undefined;
  }

  isSure() {
    return ask("Delete this picture?", "The picture is removed for good. Edits made from it and your statement stay.", [
      { label: "Keep it", value: false },
      { label: "Delete", value: true, isDanger: true },
    ]);
  }

  wordsBefore(message) {
    const asked = this.page.threads.find(message.answers);
    return asked?.author === "person" ? asked.text : "";
  }
}
