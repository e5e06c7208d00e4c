// Runs before the first paint: a page that turns dark after it was shown would flash.
const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
