// static/js/calendar/drag.js: moving a card with the pointer. Mouse and pen drag at once, a finger after a long press.
import { toast } from "../frame.js";
import { clock, fill, movable } from "./moves.js";

const FAR_ENOUGH = 6; // px before a press becomes a drag
const LONG_PRESS = 450; // ms
const EDGE = 64; // px from the window's edge where the page begins to scroll

export function mountDrag(desk, mover) {
  let drag = null;

  desk.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".card");
    if (!card || event.button !== 0 || drag) return;
    drag = { card, x: event.clientX, y: event.clientY, id: event.pointerId, ghost: null, target: null, at: null, timer: 0 };
    if (event.pointerType === "touch") {
      drag.timer = setTimeout(() => { if (drag && movable(drag.card)) askInstead(); }, LONG_PRESS);
    }
  });

  // A finger that rests asks for the day in a dialog: dragging would fight with scrolling.
  function askInstead() {
    const { card } = drag;
    drag = null;
    navigator.vibrate?.(10);
    suppressClick();
    card.dispatchEvent(new CustomEvent("askday", { bubbles: true }));
  }

  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR_ENOUGH;
    if (event.pointerType === "touch") { if (far) { clearTimeout(drag.timer); drag = null; } return; }
    if (!drag.ghost && far) {
      if (!movable(drag.card)) { drag = null; suppressClick(); toast(mover.words.stays); return; }
      lift();
    }
    if (!drag.ghost) return;
    event.preventDefault();
    place(event.clientX, event.clientY);
  });

  function lift() {
    const { card } = drag;
    const box = card.getBoundingClientRect();
    const ghost = document.createElement("div");
    ghost.className = "drag";
    const copy = card.cloneNode(true);
    copy.removeAttribute("href");
    copy.classList.add("is-ghost");
    const label = document.createElement("span");
    label.className = "ghost-say";
    ghost.append(copy, label);
    ghost.style.setProperty("--w", `${Math.max(box.width, 160)}px`); // a script may set properties; markup may not
    document.body.append(ghost);
    card.classList.add("is-source");
    document.body.classList.add("is-dragging");
    Object.assign(drag, { ghost, label, dx: drag.x - box.left, dy: drag.y - box.top });
  }

  function place(x, y) {
    drag.ghost.style.setProperty("--x", `${x - drag.dx}px`);
    drag.ghost.style.setProperty("--y", `${y - drag.dy}px`);
    const under = document.elementFromPoint(x, y)?.closest(".day, .slot, .listing tr[data-day], .drawer") ?? null;
    if (under !== drag.target) {
      drag.target?.classList.remove("is-over");
      under?.classList.add("is-over");
      drag.target = under;
    }
    drag.at = under ? hourAt(under, y) : null;
    drag.label.textContent = under ? sayOf(under) : "";
    drag.label.hidden = !under;
    if (y < EDGE + 48) window.scrollBy(0, -12);
    else if (y > window.innerHeight - EDGE) window.scrollBy(0, 12);
  }

  /** The time that a height in a row of hours stands for ("14:15"), in quarters; null for what has no publish time. */
  function hourAt(under, y) {
    const row = under.closest(".hour[data-hour]");
    if (!row || !drag.card.dataset.slot) return null;
    const { top, height } = under.getBoundingClientRect();
    const quarters = Number(row.dataset.hours) * 4;
    const within = Math.min(Math.max(Math.floor(((y - top) / height) * quarters), 0), quarters - 1);
    return clock(Number(row.dataset.hour) * 60 + within * 15);
  }

  /** What would happen here, before the button is released. */
  function sayOf(under) {
    const { day, say } = under.dataset;
    if (!day) return mover.words.drawer;
    const name = say ?? day;
    const { slot } = drag.card.dataset;
    if (drag.at) return fill(mover.words.at, { day: name, time: drag.at, city: desk.dataset.city });
    if (slot) return fill(mover.words.keeps, { day: name, time: slot });
    return day < desk.dataset.today ? fill(mover.words.past, { day: name }) : name;
  }

  function drop(really) {
    if (!drag) return;
    clearTimeout(drag.timer);
    const { card, ghost, target, at } = drag;
    drag = null;
    if (!ghost) return;
    ghost.remove();
    card.classList.remove("is-source");
    target?.classList.remove("is-over");
    document.body.classList.remove("is-dragging");
    suppressClick();
    if (really && target) mover.move(card, target.dataset.day, target.dataset.say ?? target.dataset.day, at);
  }

  /** The release of a drag is no click on the card. */
  function suppressClick() {
    const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
    document.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 50);
  }

  desk.addEventListener("dragstart", (event) => { if (event.target.closest(".card")) event.preventDefault(); }); // the browser's own drag of a link
  document.addEventListener("pointerup", (event) => { if (drag && event.pointerId === drag.id) drop(true); });
  document.addEventListener("pointercancel", () => drop(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && drag?.ghost) drop(false); });
}
