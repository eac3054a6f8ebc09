// What the pages do beyond plain links and forms. Everything here has a way without scripts.
(() => {
  const byId = (id) => document.getElementById(id);

  // The switch of colours only makes sense with scripts.
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.hidden = false;
    button.addEventListener("click", window.switchTheme);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-dismiss], [data-close], [data-cancel-job]");
    if (!target) return;
    if (target.matches("[data-dismiss]")) target.closest("[data-toast]").remove();
    if (target.matches("[data-close]")) target.closest("dialog").close();
    if (target.matches("[data-cancel-job]") && byId("cancel-job")) {
      event.preventDefault();
      byId("cancel-job").querySelector("form").action = target.dataset.cancelJob;
      byId("cancel-job").showModal();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.openDialog && byId(form.dataset.openDialog)) {
      event.preventDefault();
      const dialog = byId(form.dataset.openDialog);
      dialog.close();
      dialog.showModal();
    } else if (byId("jobs") && (form.id === "job-actions" || form.closest("#cancel-job"))) {
      event.preventDefault();
      form.closest("dialog")?.close();
      const address = form.id === "job-actions" ? event.submitter.formAction : form.action;
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      htmx.ajax("POST", address, {
        target: "#jobs", swap: "outerHTML", values: { csrfmiddlewaretoken: token },
      });
    }
  });

  // A dialog that the server rendered open is shown as one that keeps the focus inside.
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    dialog.close();
    dialog.showModal();
  }

  // Live jobs: say changes of state aloud, show progress in the tab's title, tell of lost lines.
  const title = document.title;
  const states = new Map();
  const look = (aloud) => {
    let running = "";
    for (const job of document.querySelectorAll("[data-job]")) {
      const { job: id, status, label, settled, total } = job.dataset;
      if (aloud && states.has(id) && states.get(id) !== status) {
        byId("announcer").textContent = `#${id}: ${label}`;
      }
      states.set(id, status);
      if (status === "processing") running = `(${settled}/${total}) `;
    }
    document.title = running + title;
  };
  look(false);
  document.addEventListener("htmx:afterSettle", () => look(true));

  const lost = (state) => { if (byId("connection-lost")) byId("connection-lost").hidden = !state; };
  document.addEventListener("htmx:sendError", () => lost(true));
  document.addEventListener("htmx:responseError", () => lost(true));
  document.addEventListener("htmx:afterOnLoad", () => lost(false));
})();
