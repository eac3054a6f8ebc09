// Buttons of jobs act at once: what is being done is shown, and the server's answer replaces it.
(() => {
  "use strict";
  const announcer = document.getElementById("announcer");
  const running = new Map();
  const formOf = (event) => event.detail.requestConfig?.elt.closest("form[data-doing]");

  const begin = (form) => {
    // The button of a keyword stands outside of the card; its page has one card.
    const job = form.closest("[data-job]") || document.querySelector("[data-job]");
    const word = job.querySelector("[data-status-word]");
    const buttons = [...job.querySelectorAll(".actions button"), ...form.querySelectorAll("button")];
    const idle = buttons.filter((button) => !button.disabled);
    const before = { job, word, text: word.textContent, idle, focused: document.activeElement?.id };
    running.set(form, before);
    job.setAttribute("aria-busy", "true");
    word.textContent = announcer.textContent = form.dataset.doing;
    for (const button of idle) button.disabled = true;
    document.dispatchEvent(new CustomEvent("job:acts"));
  };
  const giveUp = ({ job, word, text, idle }) => {
    job.removeAttribute("aria-busy");
    word.textContent = text;
    for (const button of idle) button.disabled = false;
  };
  // The button that was pressed is often gone: its neighbour takes the focus.
  const keepFocus = ({ job, focused }) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const card = document.getElementById(job.id);
    const same = focused && document.getElementById(focused);
    (same || card?.querySelector(".actions button, .actions a"))?.focus({ preventScroll: true });
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = formOf(event);
    if (form && !event.defaultPrevented) begin(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    const before = form && running.get(form);
    if (!before) return;
    running.delete(form);
    if (!event.detail.successful) giveUp(before);
    keepFocus(before);
  });
})();
