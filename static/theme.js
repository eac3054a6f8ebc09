// Loaded before the first paint: the theme chosen in this browser, the account's, or the system's.
(() => {
  "use strict";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { dataset } = document.documentElement;
    const chosen = localStorage.getItem("theme") || dataset.theme;
    dataset.bsTheme = chosen || (system.matches ? "dark" : "light");
  };
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
})();
