// Runs before the first paint, as a plain script: the page's bytes are the same for everybody, so
// the remembered theme is put on here and not by the server.
{
  const root = document.documentElement;
  const theme = /(?:^|; )theme=(paper|cyanotype)/.exec(document.cookie)?.[1];
  if (theme) root.dataset.theme = theme;
  root.classList.add("js");
}
