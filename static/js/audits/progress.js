// static/js/audits/progress.js: how far the audit is, asked every two seconds. Without it the page is loaded again.

const EVERY_MS = 2000;
const LONGEST_MS = 30_000;

/** Wait twice as long after each failure, up to half a minute. */
export function nextDelay(delay, failed) {
  return failed ? Math.min(Math.max(delay, EVERY_MS) * 2, LONGEST_MS) : EVERY_MS;
}

let timer = 0;

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(() => ask(delay), delay);
}

async function ask(delay) {
  const box = document.querySelector("#progress[data-poll]");
  if (!box) return;
  let failed = document.hidden; // a hidden page asks seldom
  if (!document.hidden) {
    try {
      const answer = await fetch(box.dataset.poll, { credentials: "same-origin", redirect: "error" });
      if (answer.status === 204) { location.reload(); return; }
      failed = !answer.ok;
      if (answer.ok) box.outerHTML = await answer.text();
    } catch { failed = true; }
  }
  later(nextDelay(delay, failed));
}

later(EVERY_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) later(0); });
