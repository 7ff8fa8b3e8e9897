// Sets the colour scheme before the first paint; a file of its own because the content security policy allows no inline script.
(() => {
  let scheme = 'auto';
  try {
    scheme = localStorage.getItem('vedette-scheme') || 'auto';
  } catch {
    // Storage may be forbidden: the system's preference then decides.
  }
  if (scheme !== 'light' && scheme !== 'dark') scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
