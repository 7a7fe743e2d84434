// static/js/calendar/moves.js: moving an item to a day. Every gesture ends here; the server decides and draws the cells anew.
import { send, toast } from "../frame.js";

/** "Tue {day}" and {day: "15 Dec"} give "Tue 15 Dec": sentences come translated from the page. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export class Mover {
  constructor(desk) {
    this.desk = desk;
    this.words = document.getElementById("words")?.dataset ?? {};
    this.said = document.getElementById("said");
    this.undoToken = null;
    this.busy = new Set(); // one move of an item at a time: the next needs the version that this one makes
  }

  /** Say something to whoever listens, without showing it. */
  say(text) {
    this.said.textContent = "";
    requestAnimationFrame(() => { this.said.textContent = text; });
  }

  /** Move the item of a card to `day` ("2026-12-16", "" for the drawer). Asks first where a publish time is set. */
  async move(card, day, dayName) {
    if (!("movable" in card.dataset)) { this.say(this.desk.dataset.sayStays); return false; }
    const id = card.dataset.item;
    const from = card.closest("[data-day]")?.dataset.day ?? null;
    if (this.busy.has(id) || from === day) return false;
    let slot = "stays";
    if (card.dataset.slot && day) {
      slot = await this.ask(fill(this.words.slotTitle, { slot: card.dataset.slot }), fill(this.words.slotText, { day: dayName }), this.words.slotYes, this.words.slotNo);
      if (!slot) return false;
      slot = slot === "yes" ? "moves" : "stays";
    }
    return this.post(card, `/items/${id}/day`, { day, version: card.dataset.version, publish_time: slot }, dayName);
  }

  /** Take the last move back. */
  async undo() {
    const token = this.undoToken;
    if (!token) return;
    this.undoToken = null;
    await this.post(null, "/undos", { token }, "");
  }

  async post(card, url, fields, dayName) {
    const id = card?.dataset.item;
    if (id) { this.busy.add(id); for (const same of this.cardsOf(id)) same.setAttribute("aria-busy", "true"); }
    let answer;
    try {
      answer = await send(url, { ...fields, month: this.desk.dataset.month });
    } catch {
      answer = { ok: false, status: 0, body: { says: this.desk.dataset.sayFailed } };
    } finally {
      if (id) { this.busy.delete(id); for (const same of this.cardsOf(id)) same.removeAttribute("aria-busy"); }
    }
    const { body } = answer;
    this.redraw(body, id);
    if (body.version) for (const same of this.cardsOf(body.item)) same.dataset.version = body.version; // in other lists too
    if (answer.ok) {
      this.undoToken = body.undo ?? null;
      toast(body.says, body.undo ? { label: this.desk.dataset.sayUndo, key: "Z", run: () => this.undo() } : undefined);
      return true;
    }
    if (body.stale && card) return this.settle(body, id, fields, dayName);
    await this.tell(body.says || this.desk.dataset.sayFailed, body.hint);
    return false;
  }

  /** Somebody was faster: show theirs, offer mine. */
  async settle(body, id, fields, dayName) {
    const mine = await this.ask(this.words.staleTitle, body.says, fill(this.words.staleYes, { day: dayName }), this.words.staleNo, true);
    if (mine !== "yes") return false;
    return this.post(this.cardsOf(id)[0] ?? null, `/items/${id}/day`, { ...fields, version: body.version }, dayName);
  }

  cardsOf(id) {
    return this.desk.querySelectorAll(`.card[data-item="${id}"]`);
  }

  /** Put the cells and the drawer as the server drew them; the keyboard stays with the item. */
  redraw(body, id) {
    const active = document.activeElement;
    const held = active?.closest?.(".card")?.dataset.item ?? (active?.closest?.(".day") ? id : null);
    for (const [day, html] of Object.entries(body.cells ?? {})) {
      const old = this.desk.querySelector(`.month [data-day="${day}"]`);
      if (!old) continue;
      const box = document.createElement("template");
      box.innerHTML = html;
      const cell = box.content.querySelector(".day");
      cell.tabIndex = old.tabIndex;
      const note = old.querySelector(".day-note");
      const number = old.querySelector(".day-n");
      if (note) cell.querySelector(".day-head .day-n").after(note);
      if (number) cell.querySelector(".day-n").replaceWith(number);
      for (const card of cell.querySelectorAll(".card")) card.tabIndex = -1;
      old.replaceWith(cell);
    }
    if (body.item) { // where somebody else took it away from, nobody drew the cell anew
      for (const card of this.desk.querySelectorAll(`.month .card[data-item="${body.item}"]`)) {
        if (card.closest("[data-day]").dataset.day !== body.day) card.closest("li").remove();
      }
    }
    if (body.drawer) {
      const drawer = this.desk.querySelector(".drawer");
      drawer.innerHTML = body.drawer;
      const badge = this.desk.querySelector("[data-drawer] .badge");
      if (badge) badge.textContent = drawer.querySelectorAll(".card").length || "";
      drawer.dispatchEvent(new CustomEvent("redrawn", { bubbles: true }));
    }
    if (held) (this.desk.querySelector(`.month .card[data-item="${held}"]`) ?? this.desk.querySelector(`.month [data-day="${body.day}"]`))?.focus();
  }

  /** A question with two answers and "leave it": "yes", "no" or "". */
  ask(title, text, yes, no, onlyTwo = false) {
    const dialog = document.getElementById("ask");
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("[data-text]").textContent = text;
    const [first, second, leave] = dialog.querySelectorAll("[data-answer]");
    first.textContent = yes;
    second.textContent = no;
    first.hidden = !yes;
    second.hidden = !no;
    leave.hidden = onlyTwo;
    return new Promise((resolve) => {
      const done = (event) => {
        const button = event.target.closest("[data-answer]");
        if (event.type === "click" && !button) return;
        dialog.removeEventListener("click", done);
        dialog.removeEventListener("close", done);
        if (dialog.open) dialog.close();
        resolve(button?.dataset.answer ?? "");
      };
      dialog.addEventListener("click", done);
      dialog.addEventListener("close", done);
      dialog.showModal();
    });
  }

  /** An error stays until it is read: never a toast. */
  tell(says, hint) {
    return this.ask(says, hint ?? "", "", this.words.close, true);
  }
}
