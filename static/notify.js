// "Notify me when done": asked for by a button, shown when a job that was followed comes to rest.
(() => {
  "use strict";
  const button = document.getElementById("notify");
  if (!("Notification" in window)) return;
  const wanted = () => localStorage.getItem("notify") === "1" && Notification.permission === "granted";
  const show = () => {
    button.hidden = !document.querySelector("[data-live]");
    button.setAttribute("aria-pressed", wanted());
  };
  button.addEventListener("click", async () => {
    if (wanted()) localStorage.removeItem("notify");
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem("notify", "1");
    else document.getElementById("announcer").textContent = button.title = button.dataset.deniedText;
    show();
  });
  document.addEventListener("job:rests", ({ target: job }) => {
    if (!wanted()) return;
    const word = job.querySelector("[data-status-word]").textContent;
    const summary = job.querySelector("[role=progressbar]").getAttribute("aria-valuetext");
    const name = job.querySelector(".job-name").textContent.trim();
    try {
      const note = new Notification(name, { body: `${word} · ${summary}`, tag: `job-${job.dataset.job}` });
      note.onclick = () => window.focus();
    } catch {
      // Browsers of phones know notifications of service workers alone.
      button.hidden = true;
    }
  });
  document.addEventListener("htmx:afterSettle", show);
  show();
})();
