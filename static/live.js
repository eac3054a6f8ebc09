// Jobs that change by themselves: swapped gently, said aloud once, asked for rarely when unseen.
(() => {
  "use strict";
  const HIDDEN_EVERY_MS = 15000;
  const MOST_PAUSE_MS = 30000;
  const announcer = document.getElementById("announcer");
  const offline = document.getElementById("offline");
  let asked = 0;
  let failures = 0;

  // What the reader has opened stays open when its card is brought up to date.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === "open" && (node.nodeName === "DIALOG" || node.nodeName === "DETAILS"));

  const states = () =>
    new Map([...document.querySelectorAll("[data-job]")].map((job) => [job.dataset.job, job]));
  const status = new Map();
  const announce = () => {
    for (const [id, job] of states()) {
      const before = status.get(id);
      if (before && before !== job.dataset.status) {
        announcer.textContent = `#${id}: ${job.querySelector("[data-status-word]").textContent}`;
      }
      status.set(id, job.dataset.status);
    }
  };
  announce();
  document.addEventListener("htmx:afterSettle", announce);

  // The element of an event is another one where its own was swapped away.
  const isPoll = (event) => event.detail.requestConfig.elt.hasAttribute("data-poll");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPoll(event)) return;
    const pause = failures ? Math.min(2000 * 2 ** failures, MOST_PAUSE_MS) : 0;
    const wait = Math.max(document.hidden ? HIDDEN_EVERY_MS : 0, pause);
    if (Date.now() - asked < wait) event.preventDefault();
    else asked = Date.now();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isPoll(event)) return;
    if (event.detail.xhr.status === 401) location.reload();
    failures = event.detail.successful ? 0 : failures + 1;
    offline.hidden = failures === 0;
  });
})();
