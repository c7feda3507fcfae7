// Runs before the first paint, so that a chosen theme never flashes the other.
try {
  const theme = localStorage.getItem("connvo.theme");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // No storage (private mode): the system's choice stands.
}
