// Jobs that change by themselves: swapped gently, said aloud once, asked for rarely when unseen.
(() => {
  "use strict";
  const EVERY_MS = 2000;
  const HIDDEN_EVERY_MS = 15000;
  const MOST_PAUSE_MS = 30000;
  const announcer = document.getElementById("announcer");
  const offline = document.getElementById("offline");
  const plainTitle = document.title;
  const jobs = () => document.querySelectorAll("[data-job]");

  // What the reader has opened stays open when its card is brought up to date.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === "open" && (node.nodeName === "DIALOG" || node.nodeName === "DETAILS"));

  // What has changed: said aloud once, and told to other scripts

  const known = new Map();
  const compare = () => {
    for (const job of jobs()) {
      const now = { status: job.dataset.status, live: "live" in job.dataset };
      const before = known.get(job.dataset.job);
      known.set(job.dataset.job, now);
      if (!before || before.status === now.status) continue;
      const word = job.querySelector("[data-status-word]").textContent;
      announcer.textContent = `#${job.dataset.job}: ${word}`;
      if (before.live && !now.live) job.dispatchEvent(new CustomEvent("job:rests", { bubbles: true }));
    }
  };

  // The title of the browser's tab: how far the jobs are that were seen running here

  const followed = new Set();
  const showTitle = () => {
    let settled = 0;
    let total = 0;
    for (const job of jobs()) {
      if ("live" in job.dataset) followed.add(job.dataset.job);
      if (!followed.has(job.dataset.job)) continue;
      const bar = job.querySelector("[role=progressbar]");
      settled += Number(bar.getAttribute("aria-valuenow"));
      total += Number(bar.getAttribute("aria-valuemax"));
    }
    document.title = total ? `(${settled}/${total}) ${plainTitle}` : plainTitle;
  };

  const look = () => {
    compare();
    showTitle();
  };
  document.addEventListener("htmx:afterSettle", look);
  look();

  // When to ask: never while a button is at work, seldom when nobody looks or nobody answers

  let asked = 0;
  let failures = 0;
  let asking = null;
  let dropped = null;
  // The element of an event is another one where its own was swapped away.
  const isPoll = (event) => event.detail.requestConfig.elt.hasAttribute("data-poll");
  const pause = () => {
    const growing = failures ? Math.min(EVERY_MS * 2 ** failures, MOST_PAUSE_MS) : 0;
    return Math.max(document.hidden ? HIDDEN_EVERY_MS : 0, growing);
  };
  const connected = (well) => {
    failures = well ? 0 : failures + 1;
    if (!well && offline.hidden) announcer.textContent = offline.textContent;
    offline.hidden = well;
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPoll(event)) return;
    const busy = document.querySelector("[data-job][aria-busy=true]");
    if (busy || Date.now() - asked < pause()) return event.preventDefault();
    asked = Date.now();
    asking = event.detail.elt;
  });
  // An answer that is on its way was made before a button was pressed: it is not shown. It comes
  // back to an element that may be gone by then, so that the element itself has to listen.
  document.addEventListener("job:acts", () => {
    dropped = asking;
    asking?.addEventListener("htmx:beforeOnLoad", (event) => event.preventDefault(), { once: true });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isPoll(event)) return;
    const poll = event.detail.requestConfig.elt;
    if (event.detail.xhr.status === 401) location.reload();
    if (dropped !== poll) connected(event.detail.successful);
    if (asking === poll) asking = null;
  });
  const askNow = () => {
    const poll = document.querySelector("[data-poll]");
    if (document.hidden || !poll) return;
    asked = 0;
    htmx.trigger(poll, "look");
  };
  document.addEventListener("visibilitychange", askNow);
  window.addEventListener("online", askNow);
})();
