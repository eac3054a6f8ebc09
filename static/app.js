// Every page: theme switch, dialogs, toasts, local times, counters, what a failed request says.
(() => {
  "use strict";
  const root = document.documentElement;

  // Theme

  const themeSwitch = document.querySelector("[data-theme-switch]");
  const showTheme = () => themeSwitch.setAttribute("aria-pressed", root.dataset.bsTheme === "dark");
  themeSwitch.hidden = false;
  themeSwitch.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.bsTheme);
    showTheme();
  });
  showTheme();
  // What is chosen for the account holds in this browser too.
  document.querySelector("[name=theme]")?.form.addEventListener("submit", () => {
    localStorage.removeItem("theme");
  });

  // Dialogs: a form or link with data-dialog leads to a page that asks the same without scripts.

  const open = (dialog, opener) => {
    dialog.returnTo = opener;
    dialog.showModal();
  };
  const intercept = (event, opener) => {
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    open(dialog, event.submitter || opener);
  };
  document.addEventListener("submit", (event) => {
    intercept(event, event.target.closest("form[data-dialog]"));
    const around = event.target.closest("dialog");
    if (around && event.target.hasAttribute("hx-post") && around.id !== "batch-write") around.close();
  });
  document.addEventListener("click", (event) => {
    intercept(event, event.target.closest("a[data-dialog]"));
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    if (event.target.closest("[data-dismiss]")) event.target.closest(".notice").remove();
  });
  document.addEventListener("close", (event) => event.target.returnTo?.focus(), true);
  // What the server shows open (an error without scripts, ?write=1) becomes a modal dialog.
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    dialog.removeAttribute("open");
    open(dialog, document.querySelector(`[data-dialog="${dialog.id}"] button`));
  }

  // Times in the reader's zone

  const format = new Intl.DateTimeFormat(root.lang, { dateStyle: "short", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[data-local]")) {
    time.title = time.textContent;
    time.textContent = format.format(new Date(time.dateTime));
  }

  // Characters as the server counts them: code points, not UTF-16 units

  for (const field of document.querySelectorAll("[data-most]")) {
    const counter = document.createElement("div");
    counter.className = "field-help counter";
    const show = () => {
      const length = [...field.value.normalize("NFC").trim()].length;
      counter.textContent = `${length}/${field.dataset.most}`;
      counter.classList.toggle("counter-over", length > Number(field.dataset.most));
    };
    field.after(counter);
    field.addEventListener("input", show);
    show();
  }

  // Requests made by scripts

  const toast = (text) => {
    const notice = document.getElementById("toast-template").content.cloneNode(true);
    notice.querySelector(".notice-text").textContent = text;
    // A modal dialog covers everything else: what is said there has to stand in it.
    const dialog = document.querySelector("dialog:modal .dialog-body");
    (dialog || document.getElementById("toasts")).prepend(notice);
  };
  const tell = (event) => {
    if (event.detail.requestConfig.elt.closest("[data-poll], #estimate")) return;
    const signedOut = event.detail.xhr.status === 401;
    toast(signedOut ? document.body.dataset.signedOutText : document.body.dataset.errorText);
  };
  document.addEventListener("htmx:responseError", tell);
  document.addEventListener("htmx:sendError", tell);
  // Logging in again in another tab changes the token; the form here must not be lost for it.
  document.addEventListener("htmx:configRequest", (event) => {
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (cookie && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = cookie[1];
    if (cookie) delete event.detail.parameters.csrfmiddlewaretoken;
  });
})();
